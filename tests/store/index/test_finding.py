"""A search in one index: hostile queries are bounded, and pages follow each other."""

import time

import pytest
import tantivy
from msgspec.structs import replace

from connector.ports.search_index import Facet, Order, Query
from connector.store.index.finding import find, suggest
from connector.store.index.track import Track
from tests.contract.test_record import entry

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
