"""What is new in a saved search: what a search finds now, of what has changed since a change number.

There is no list of what was told: the change number of an entry and the index decide it. So nothing is lost or doubled
over the end of a process, and nothing is kept for a search that nobody looks at.

A saved search is answered from what everybody sees, whoever asks: its feed and its stream outlive each token. All
change numbers here are those of this visibility class, so nothing that is told depends on an entry of another one.
"""

import msgspec

from connector.broker.finding import Hit, find
from connector.broker.query import Asked
from connector.ports.broker_store import RecordView
from connector.ports.search_index import LIMIT, SearchIndex


class NewHits(msgspec.Struct, frozen=True, kw_only=True):
    """Hits that are new or have changed, in the order of change, and the change number to go on after.

    `more` is whether there are more hits now.
    """

    hits: tuple[Hit, ...]
    following: int
    more: bool


async def find_new(
    everybody: RecordView, index: SearchIndex, asked: Asked, after: int, now: int, *, limit: int = LIMIT
) -> NewHits:
    """Return what a search finds at `now` (ms) of what has changed after a change number. Raises Unavailable.

    `everybody` is the view of what everybody sees. A change number that it has not reached yet is of another record,
    which was restored or begun anew: then everything is new.
    """
    last = max((entry.seq for entry in await everybody.newest(1)), default=0)
    if after > last:
        after = 0
    # What changes while this runs is left to the next call: it is found by its new number.
    found = min(index.progress().shown, last)
    query = msgspec.structs.replace(asked.query, after=after, limit=limit, offset=0, facets=False)
    results = await find(everybody, index, msgspec.structs.replace(asked, query=query), now)
    hits = tuple(hit for hit in results.hits if hit.entry.seq <= found)
    more = results.total > limit
    following = (hits[-1].entry.seq if hits else after) if more else max(found, after)
    return NewHits(hits=hits, following=following, more=more and bool(hits))
