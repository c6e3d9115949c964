"""What is new in a saved search: what a search finds now, of what has changed since a change number.

There is no list of what was told: the change number of an entry and the index decide it. So nothing is lost or doubled
over the end of a process, and nothing is kept for a search that nobody looks at.

A saved search is answered from what everybody sees, whoever asks: its feed and its stream outlive each token. All
change numbers here are those of this visibility class, so nothing that is told depends on an entry of another one.
"""

from typing import Any

import msgspec

from connector.broker import search
from connector.broker.finding import Hit, find
from connector.broker.query import Asked, make_query
from connector.net.aside import work_aside
from connector.ports.broker_store import RecordView
from connector.ports.search_index import LIMIT, Facet, SearchIndex

SEARCHES = 50
"""The most saved searches of a participant."""

# The parameters that a query takes by their names.
_AS_THEY_ARE = {"bbox", "near", "since", "until", "stale", "tests"}


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


def read_parameters(parameters: bytes) -> Asked:
    """Return the search of stored parameters (JSON). Raises QueryRefused if this release does not know them."""
    given: dict[str, Any] = msgspec.json.decode(parameters, type=dict[str, Any])
    like = given.get("like")
    return make_query(
        given.get("q", ""),
        filters={facet: given.get(facet, ()) for facet in Facet},
        like=(given.get("like_of", ""), like) if like else None,
        **{name: given[name] for name in _AS_THEY_ARE & given.keys()},
    )


async def render_new(
    index: SearchIndex, asked: Asked, new: NewHits, lang: str | None, now: int
) -> list[dict[str, Any]]:
    """Return new hits as results of a search at `now` (ms), each with its change number."""

    def render() -> list[dict[str, Any]]:
        return [
            search.render_result(hit, index.explain(asked.query.text, hit.entry), lang=lang, now=now)
            | {"seq": hit.entry.seq}
            for hit in new.hits
        ]

    return await work_aside(sum(len(hit.entry.document) for hit in new.hits), render)
