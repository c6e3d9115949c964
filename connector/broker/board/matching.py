"""Which offers match a need now, and which needs and searches changed offers match: one comparison for all of them."""

from collections.abc import Sequence

import msgspec

from connector.broker.board.fitting import Fit, judge
from connector.broker.finding import find
from connector.broker.query import Asked
from connector.net.aside import work_aside
from connector.ports.board import Need
from connector.ports.broker_store import EVERYBODY, BrokerStore, Entry
from connector.ports.search_index import Query, SearchIndex

MATCHES = 20
"""The most matches of a need that are told."""

_LOOKED_AT = 100
_SMALL = 2048


class NeedMatch(msgspec.Struct, frozen=True):
    """An entry that matches a need, and how it fits."""

    need: Need
    entry: Entry
    fit: Fit


def list_topics(need: Need, index: SearchIndex) -> tuple[str, ...]:
    """Return what a need is about: the topics of its question, and of the fields that it asks for."""
    return index.list_topics(" ".join((need.question, *need.fields)))


async def find_matches(record: BrokerStore, index: SearchIndex, need: Need, now: int) -> list[NeedMatch]:
    """Return the entries of others that match a need at `now` (ms), the best first. Raises Unavailable."""
    topics = list_topics(need, index)
    if not topics:
        return []
    found = await find(record.view(), index, Asked(query=Query(topics=topics, limit=_LOOKED_AT)), now)
    pairs = [(need, topics, hit.entry) for hit in found.hits]
    matches = await _judge_aside(index, pairs)
    return sorted(matches, key=lambda one: (not one.fit.fits, -one.fit.score, one.entry.id))[:MATCHES]


def match(index: SearchIndex, need: Need, topics: Sequence[str], entry: Entry) -> NeedMatch | None:
    """Return how an entry of somebody else matches a need, or None if it does not.

    Nobody learns by a need of an entry that not everybody sees.
    """
    if entry.participant == need.owner or entry.removed_at is not None or entry.visibility != EVERYBODY:
        return None
    fit = judge(need, entry, topics, index.find_topics(topics, entry))
    return NeedMatch(need, entry, fit) if fit else None


async def compare_changes(
    index: SearchIndex, needs: Sequence[Need], searches: Sequence[Query], entries: Sequence[Entry]
) -> tuple[list[NeedMatch], list[bool]]:
    """Compare changed entries with needs and searches at once.

    Returns which entries match which needs, in the order of change, and of each search whether it may find one of them.
    Raises Unavailable.
    """
    shown = [entry for entry in entries if entry.visibility == EVERYBODY]
    about = [(need, topics) for need in needs if (topics := list_topics(need, index))]
    rows = await index.percolate(shown, [*(Query(topics=topics) for _, topics in about), *searches])
    found = list(zip(about, rows[: len(about)], strict=True))
    # In an order that depends neither on the numbers of rows nor on which entries are compared at once.
    pairs = [(need, topics, entry) for entry in shown for (need, topics), of_need in found if entry.row in of_need]
    return await _judge_aside(index, pairs), [bool(of_search) for of_search in rows[len(about) :]]


async def _judge_aside(index: SearchIndex, pairs: Sequence[tuple[Need, Sequence[str], Entry]]) -> list[NeedMatch]:
    """Return the matches among pairs, judged beside the event loop."""

    def judge_all() -> list[NeedMatch]:
        return list(filter(None, (match(index, need, topics, entry) for need, topics, entry in pairs)))

    return await work_aside(sum(_measure(entry) for _, _, entry in pairs), judge_all, small=_SMALL)


def _measure(entry: Entry) -> int:
    """Return how much text an entry has."""
    return sum(map(len, (*entry.titles.values(), *entry.descriptions.values(), *entry.keywords)))
