"""Changed entries are compared with queries: nothing that a search finds is left out."""

from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from connector.broker.query import make_query
from connector.ports.broker_store import Delta, Entry, Statements
from connector.ports.search_index import Facet, Query
from connector.store.index.percolation import open_small, percolate
from connector.store.memory.record import MemoryBrokerStore
from tests.broker.searching import make_searching
from tests.contract.test_record import NOW, entry, source

WORDS = st.sampled_from(
    ["Wald", "Wälder", "Walt", "Zählstellen", "Radverkehr", "Straße", "Radweg", "air", "quality", "Luft"]
)
TITLES = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)
QUERIES = st.one_of(TITLES, st.sampled_from(["", "-wald", '"air quality"', "radzählstellen", "luftwald", "wa", "+"]))
FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "format": st.sampled_from(["CSV", "JSON"]),
        "place": st.just("koeln"),
        "changed": st.just("day"),
        "freshness": st.just("current"),
    },
)


def compare(entries: Sequence[Entry], queries: Sequence[Query]) -> list[frozenset[int]]:
    """Return for each query the rows of entries that it may find."""
    small = open_small(entries)
    try:
        return percolate(small, entries, queries)
    finally:
        small.close()


def numbered(*entries: Entry) -> list[Entry]:
    return [replace(one, row=at, seq=at) for at, one in enumerate(entries, 1)]


def test_each_query_has_its_rows() -> None:
    entries = numbered(entry("a", "Wald"), entry("b", "Wiese"), replace(entry("c", "Wald"), removed_at=3))
    asked = [Query(text="wald"), Query(text="wiese wald"), Query(), Query(topics=("wiese", "baum", "wald"))]
    assert compare(entries, asked) == [frozenset({1}), frozenset(), frozenset({1, 2}), frozenset()]
    assert compare(entries[2:], asked) == [frozenset()] * 4


def test_what_depends_on_the_whole_index_may_be_found() -> None:
    (one,) = numbered(entry("a", "Wald"))
    assert compare([one], [Query(like=entry("x")), Query(hidden=frozenset({one.participant}))]) == [{1}, {1}]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    old=st.lists(TITLES, max_size=4),
    new=st.lists(st.tuples(TITLES, st.sampled_from(["CSV", "JSON"])), min_size=1, max_size=4),
    asked=st.lists(st.tuples(QUERIES, FILTERS), min_size=1, max_size=4),
)
async def test_all_that_a_search_finds_of_the_changed_entries_may_be_found(
    old: list[str], new: list[tuple[str, str]], asked: list[tuple[str, dict[str, Any]]]
) -> None:
    record = MemoryBrokerStore()
    searching = await make_searching(record, now=NOW)
    changed = [
        entry(f"n{at}", title, changed_at=NOW, statements=Statements(formats=(kind,), places=("Köln",)))
        for at, (title, kind) in enumerate(new)
    ]
    before = [entry(f"o{at}", title) for at, title in enumerate(old)]
    await record.apply(Delta(source=source(), upserts=(*before, *changed)), NOW)
    await searching.follow()
    queries = [
        make_query(text, filters={Facet(name): [value] for name, value in filters.items()}).query
        for text, filters in asked
    ]
    recorded = await record.changes(len(before), 100)
    for (text, filters), rows in zip(asked, compare(recorded, queries), strict=True):
        hits = (await searching.find(text, limit=100, **filters)).hits
        found = {hit.entry.row for hit in hits if hit.entry.seq > len(before)}
        assert found <= rows, (text, filters)
    await searching.index.close()
