"""A search in one index: hostile queries are bounded, and pages follow each other."""

import time
from typing import cast

import pytest
import tantivy
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from connector.ports.broker_store import Statements
from connector.ports.search_index import CURRENT, Counted, Facet, IndexPage, Order, Query
from connector.store.index import documents, finding, queries
from connector.store.index.finding import find, suggest
from connector.store.index.track import Track
from tests.contract.test_record import entry

NOW = 1_800_000_000_000
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@pytest.fixture(scope="module")
def searcher() -> tantivy.Searcher:
    track = Track(None)
    words = [first + second + third + "wort" for first in LETTERS for second in LETTERS[:8] for third in LETTERS[:4]]
    for number in range(800):
        text = " ".join(words[(number * 7 + at) % len(words)] for at in range(60))
        made = entry(f"d{number}", text[:90], descriptions={"de": text}, keywords=(words[number % len(words)],))
        track.put([replace(made, row=number + 1, seq=number + 1, publisher=f"Amt {number % 50}", changed_at=number)])
    track.commit()
    return track.search(lambda found: found)


@pytest.mark.parametrize(
    "text",
    [
        " ".join("abcdefghijklmnop"),
        " ".join(["wortwort"] * 16),
        " ".join(f"{letter}{letter * 22}xyz" for letter in LETTERS[:16]),
        '"a b c d e f g h i j k l m n o p"',
        "w" * 400,
        " ".join(f"-{letter}" for letter in LETTERS),
        ".*" * 100,
        "(a+)+$ " * 20,
        "\ud800 \udfff x",
        "🌳" * 200,
    ],
)
def test_a_hostile_query_ends_soon(searcher: tantivy.Searcher, text: str) -> None:
    began = time.process_time()
    find(searcher, Query(text=text, facets=True, limit=100))
    assert time.process_time() - began < 5


@pytest.mark.parametrize("order", list(Order))
def test_pages_have_each_row_once(searcher: tantivy.Searcher, order: Order) -> None:
    rows = []
    for offset in range(0, 800, 100):
        page = find(searcher, Query(order=order, limit=100, offset=offset))
        assert page.total == 800
        rows += [row for row, _ in page.hits]
    assert sorted(rows) == list(range(1, 801))
    assert find(searcher, Query(offset=100_000)).hits == ()
    assert find(searcher, Query(limit=0)).hits == ()


def test_a_facet_has_its_most_frequent_values(searcher: tantivy.Searcher) -> None:
    counted = find(searcher, Query(facets=True)).facets[Facet.PUBLISHER]
    assert len(counted) == 30
    assert {value.count for value in counted} == {16}


def test_rows_restrict_a_search(searcher: tantivy.Searcher) -> None:
    assert [row for row, _ in find(searcher, Query(rows=[5, 9, 7, 99_999])).hits] == [9, 7, 5]
    assert find(searcher, Query(rows=[])).total == 0


def test_suggestions_are_few(searcher: tantivy.Searcher) -> None:
    assert len(suggest(searcher, "aa", Query(), 5)) == 5


WORDS = ("wald", "wälder", "stadtwald", "straße", "bäume", "am", "fluss")
# The title, the publisher, and whether only others see it; None commits, so that a new segment begins.
offers = st.lists(
    st.none() | st.tuples(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3), st.integers(0, 40), st.booleans()),
    max_size=60,
)
asked = [
    Query(text=text, order=order, limit=3, offset=offset, facets=True)
    for text in ("", "wald", "straße am", "wlad")
    for order in Order
    for offset in (0, 2)
]


@pytest.mark.parametrize("is_tied", [False, True])
@settings(deadline=None, max_examples=15)
@given(written=offers)
def test_hidden_entries_change_neither_results_nor_their_order(
    is_tied: bool,
    written: list[tuple[list[str], int, bool] | None],
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        if is_tied:
            patched.setattr(documents, "weigh", lambda _: 0.0)
        said = [_read_all(_fill(written, hidden=hidden)) for hidden in (True, False)]
    assert said[0] == said[1]


@pytest.mark.parametrize("named", [0, 4096], ids=["by the visible classes", "by those between them"])
@settings(deadline=None, max_examples=40)
@given(
    classes=st.lists(st.sampled_from([0, 0, 1, 2, 3, 7, 900]), max_size=20),
    visible=st.frozensets(st.sampled_from([0, 1, 2, 3, 7, 8, 901])),
)
def test_only_what_is_in_a_visible_class_is_found(named: int, classes: list[int], visible: frozenset[int]) -> None:
    track = Track(None)
    for row, number in enumerate(classes, 1):
        track.put([replace(entry(f"d{row}", "wald"), row=row, seq=row, visibility=number)])
    track.commit()
    expected = {row for row, number in enumerate(classes, 1) if number in visible}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(queries, "_CLASSES_BETWEEN", named)
        for text in ("", "wald"):
            query = Query(text=text, visible=visible, limit=100)
            page = track.search(lambda searcher, query=query: find(searcher, query))
            assert {row for row, _ in page.hits} == expected
            assert page.total == len(expected)


def _fill(written: list[tuple[list[str], int, bool] | None], *, hidden: bool) -> tuple[Track, dict[int, str]]:
    """Return an index of entries, with those that others see or without, and the identifiers by row."""
    track, names = Track(None), dict[int, str]()
    for number, offer in enumerate(written):
        if offer is None:
            track.commit()
        elif hidden or not offer[2]:
            row = len(names) + 1
            made = entry(f"d{number}", " ".join(offer[0]), publisher=f"Amt {offer[1]}", keywords=tuple(offer[0]))
            names[row] = made.id
            track.put([replace(made, row=row, seq=number + 1, visibility=int(offer[2]))])
    track.commit()
    return track, names


def _read_all(filled: tuple[Track, dict[int, str]]) -> list[object]:
    track, names = filled
    found: list[object] = [track.search(lambda searcher: suggest(searcher, "wa", Query(), 3))]
    for query in asked:
        page = track.search(lambda searcher, query=query: find(searcher, query))
        found += [[(names[row], score) for row, score in page.hits], page.total, page.facets, page.corrected]
    like = replace(entry("like", "wald straße"), row=0)
    alike = track.search(lambda searcher: find(searcher, Query(like=like)))
    found.append([(names[row], score) for row, score in alike.hits])
    return found


def test_pages_of_equal_scores_have_each_row_once_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "weigh", lambda _: 0.0)
    track, _ = _fill([(["wald"], 1, False), None] * 50, hidden=True)
    for size in (1, 7, 20):
        pages = [
            track.search(lambda searcher, at=at, size=size: find(searcher, Query(text="wald", limit=size, offset=at)))
            for at in range(0, 60, size)
        ]
        assert [row for page in pages for row, _ in page.hits] == list(range(1, 51))


class Counting:
    """A searcher that counts the searches it is asked for."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self.searcher = searcher
        self.searches = 0
        self.counts = 0

    def search(self, *given: object) -> object:
        self.searches += 1
        return self.searcher.search(*given)  # type: ignore[arg-type]  # as given

    def aggregate(self, *given: object) -> object:
        self.counts += 1
        return self.searcher.aggregate(*given)  # type: ignore[arg-type]  # as given

    def doc_freq(self, *given: object) -> object:
        return self.searcher.doc_freq(*given)  # type: ignore[arg-type]  # as given

    def fast_field_values(self, *given: object) -> object:
        return self.searcher.fast_field_values(*given)  # type: ignore[arg-type]  # as given


def test_words_that_are_known_are_searched_for_once(searcher: tantivy.Searcher) -> None:
    counting = Counting(searcher)
    found = find(cast("tantivy.Searcher", counting), Query(text="aaawort", limit=5))
    assert found.total > 5
    assert not found.corrected
    assert (counting.searches, counting.counts) == (1, 0)


def test_facets_search_for_nothing_again_that_the_page_has_found(searcher: tantivy.Searcher) -> None:
    counting = Counting(searcher)
    found = find(cast("tantivy.Searcher", counting), Query(text="aaawort", limit=5, facets=True, now=10**12))
    assert found.facets[Facet.FRESHNESS] == (Counted(CURRENT, found.total),)
    assert (counting.searches, counting.counts) == (1, 1)


def test_many_equally_frequent_values_alone_are_counted_again(
    searcher: tantivy.Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = find(searcher, Query(text="aaawort", facets=True)).facets
    monkeypatch.setattr(finding, "_FEW", 0)
    counting = Counting(searcher)
    assert find(cast("tantivy.Searcher", counting), Query(text="aaawort", facets=True)).facets == whole
    assert (counting.searches, counting.counts) == (1, 2)


def test_purposes_are_counted_each_though_entries_have_them_as_one_value() -> None:
    track = Track(None)
    for number, purposes in enumerate([("urn:a", "urn:b"), ("urn:a", "urn:b"), ("urn:b", "urn:c"), ()], 1):
        stated = Statements(purposes=purposes)
        track.put([replace(entry(f"d{number}", "Wald"), row=number, seq=number, statements=stated)])
    track.commit()
    asked = Query(text="wald", facets=True)
    found = track.search(lambda searcher: find(searcher, asked)).facets[Facet.PURPOSE]
    assert found == (Counted("urn:b", 3), Counted("urn:a", 2), Counted("urn:c", 1))
    only = replace(asked, filters={Facet.PURPOSE: ("urn:c",)})
    assert [row for row, _ in track.search(lambda searcher: find(searcher, only)).hits] == [3]


def test_what_has_changed_is_counted_within_each_span() -> None:
    day, track = 86_400_000, Track(None)
    for number, days in enumerate([0, 3, 3, 20, 200, 2000], 1):
        track.put([replace(entry(f"d{number}", "Wald"), row=number, seq=number, changed_at=NOW - days * day)])
    track.commit()
    found = track.search(lambda searcher: find(searcher, Query(text="wald", facets=True, now=NOW)))
    counted = [(value.value, value.count) for value in found.facets[Facet.CHANGED]]
    assert counted == [("day", 1), ("week", 3), ("month", 4), ("year", 5)]


def test_a_filter_that_leaves_nothing_corrects_no_word(searcher: tantivy.Searcher) -> None:
    filtered = Query(text="aaawort", filters={Facet.PUBLISHER: ("Nobody",)})
    assert find(searcher, filtered) == IndexPage(hits=(), total=0)
    assert find(searcher, replace(filtered, text="aaawrot", filters={})).corrected


def test_values_that_are_equally_frequent_are_told_in_their_order(searcher: tantivy.Searcher) -> None:
    counted = find(searcher, Query(facets=True)).facets[Facet.PUBLISHER]
    assert [value.value for value in counted] == sorted(f"Amt {number}" for number in range(50))[:30]


@pytest.mark.parametrize("text", ["baum rad", "bäume", "baumm", "radbaum", '"rad baum"', "baum -rad", "ba", "b"])
def test_facets_count_what_is_found(text: str) -> None:
    track = Track(None)
    for row, title in enumerate(["Baum Rad", "Bäume", "Radweg am Baum", "Rad Baum", "Baustelle", "Wald"], 1):
        made = replace(entry(f"d{row}", title, descriptions={"de": "Baum" if row == 6 else ""}), row=row, seq=row)
        track.put([replace(made, publisher=f"Amt {row}")])
    track.commit()
    page = track.search(lambda searcher: find(searcher, Query(text=text, facets=True, limit=100)))
    assert page.total
    counted = {value.value: value.count for value in page.facets[Facet.PUBLISHER]}
    assert counted == {f"Amt {row}": 1 for row, _ in page.hits}
