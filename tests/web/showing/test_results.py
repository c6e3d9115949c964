"""The address of a search and the query of the broker, and results as cards: bounded, and only what was found."""

import doctest
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.ports.search_index import Facet
from connector.views.search import FacetValueView, HitsView, HitView, MatchView
from connector.web.frame.wording import PageWords
from connector.web.showing import results
from connector.web.showing.results import (
    FARTHEST,
    FILTERS,
    LONGEST,
    MOST_VALUES,
    PLAIN,
    read_search,
    show_filters,
    show_result,
    write_query,
)
from tests.support.plane import NOW
from tests.web.getting import TRANSPORT, make_results

WORDS = PageWords("de", UTC)
NAMES = st.sampled_from([*PLAIN, *FILTERS, "ab", "unknown"])


def read(address: str) -> results.AskedSearch:
    return read_search(parse_qsl(urlsplit(address).query))


def test_examples_come_out_as_written() -> None:
    assert doctest.testmod(results).failed == 0


@given(st.lists(st.tuples(NAMES, st.text(max_size=40)), max_size=30))
def test_an_address_leads_to_the_same_search(given_: list[tuple[str, str]]) -> None:
    asked = read_search(given_)
    again = read(asked.write_address())
    assert (again.plain, again.filters) == (asked.plain, asked.filters)
    query = write_query(asked)
    assert set(query) <= {"q", "since", "until", "bbox", "near", "sort", "limit", "offset", "facets", *Facet}


def test_what_is_too_long_or_too_much_is_left_out() -> None:
    asked = read_search([("q", "x" * 9999), ("ab", "9" * 30), *(("format", str(n)) for n in range(99))])
    assert len(asked.words) == LONGEST
    assert asked.offset == FARTHEST
    assert len(asked.filters["format"]) == MOST_VALUES
    assert read_search([("ab", "-1")]).offset == read_search([("ab", "²")]).offset == 0


def test_a_query_has_the_words_of_the_broker() -> None:
    asked = read("/suche?q=luft&zweck=a&zweck=b&von=2026-01-01&laenge=7,2&breite=51,5&sortierung=titel&ab=20")
    assert write_query(asked) == {
        "limit": "20", "offset": "20", "facets": "true", "q": "luft", "since": "2026-01-01", "sort": "title",
        "near": "7.2,51.5,10", "purpose": ["a", "b"],
    }  # fmt: skip
    assert write_query(read("/suche"))["sort"] == "newest"
    assert "sort" not in write_query(read("/suche?q=luft&sortierung=erfunden"))


def test_a_value_is_switched_on_and_off_from_the_first_page() -> None:
    asked = read("/suche?q=luft&format=CSV&ab=40")
    on = asked.switch("format", "JSON")
    assert on.write_address() == "/suche?q=luft&format=CSV&format=JSON"
    assert on.switch("format", "CSV").switch("format", "JSON").write_address() == "/suche?q=luft"


def test_filters_show_counts_and_what_is_chosen_first() -> None:
    found = msgspec.json.decode(make_results(), type=HitsView)
    asked = read("/suche?format=PDF&format=GONE")
    shown = {one.name: one for one in show_filters(WORDS, asked, found)}
    assert [(choice.label, choice.count, choice.chosen) for choice in shown["format"].first] == [
        ("PDF", 6, True), ("GONE", None, True), ("CSV", 9, False), ("JSON", 8, False), ("XML", 7, False),
    ]  # fmt: skip
    assert shown["zweck"].first[0].label == "Verkehr"
    assert len(shown["anbieter"].more) == 3


def test_a_place_is_chosen_by_its_name() -> None:
    key = "http://dcat-ap.de/def/politicalGeocoding/municipalityKey/05911000"
    places = (FacetValueView(value="Bochum", count=2), FacetValueView(value=key, count=1))
    (shown,) = show_filters(WORDS, read("/suche"), HitsView(items=(), facets={"place": places}))
    assert (shown.label, [choice.label for choice in shown.first]) == ("Ort", ["Bochum"])
    assert write_query(read(shown.first[0].address))["place"] == ["Bochum"]


def test_a_format_has_its_name_in_words() -> None:
    shown = show_result(WORDS, HitView(participant="p", id="d", data_formats=("WMS_SRVC", "CSV", "DGN")), NOW)
    assert "WMS, CSV, DGN" in shown.tags


def test_values_without_words_are_named_by_the_end_of_their_iri() -> None:
    assert results.name_value(WORDS, Facet.LICENCE, "http://dcat-ap.de/def/licenses/cc-by/4.0").startswith("Creative")
    assert results.name_value(WORDS, Facet.LICENCE, "https://x.example/licences/own") == "own"
    assert results.name_value(WORDS, Facet.PURPOSE, TRANSPORT) == "Verkehr und Mobilität verbessern"


@given(
    st.text(max_size=60),
    st.lists(st.tuples(st.integers(-5, 70), st.integers(-5, 70)), max_size=6),
)
def test_marks_are_pieces_of_the_text_whatever_the_broker_says(text: str, marks: list[tuple[int, int]]) -> None:
    hit = HitView(participant="p", id="d", matches=(MatchView(field="title", text=text, marks=tuple(marks)),))
    shown = show_result(WORDS, hit, NOW)
    for _, pieces in shown.why:
        assert "".join(piece.text for piece in pieces) == text


@pytest.mark.parametrize(
    ("liveness", "stale", "kind"),
    [("ONLINE", False, "good"), ("SUSPECT", False, "warn"), ("OFFLINE", False, "bad"), ("ONLINE", True, "bad")],
)
def test_a_result_says_if_its_provider_can_be_reached(liveness: str, stale: bool, kind: str) -> None:
    seen = datetime.fromtimestamp(NOW / 1000 - 180, UTC)
    hit = HitView(participant="p", id="d", liveness=liveness, stale=stale, verified_at=seen)
    found, text = show_result(WORDS, hit, NOW).state
    assert found == kind
    assert "vor 3 Minuten" in text
    assert show_result(WORDS, HitView(participant="p", id="d"), NOW).state[0] == "none"
