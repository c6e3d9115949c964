"""Where the words of a query are in the texts of an entry."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.store.index.matching import explain
from tests.contract.test_record import entry

WORDS = st.sampled_from(["Wald", "Wälder", "müll", "Straße", '"freie Plätze"', "-Weg", "Bausetlle", "x"])


@settings(max_examples=80, deadline=None)
@given(
    query=st.lists(WORDS, max_size=4).map(" ".join) | st.text(max_size=30),
    title=st.text(max_size=60) | st.lists(WORDS, max_size=9).map(" ".join),
    description=st.lists(WORDS, max_size=60).map(" ".join),
    corrected=st.booleans(),
)
def test_marks_lie_in_the_piece_one_after_the_other(query: str, title: str, description: str, corrected: bool) -> None:
    for match in explain(query, entry("a", title, descriptions={"de": description}), corrected=corrected):
        last = 0
        for begin, end in match.marks:
            assert last <= begin < end <= len(match.text)
            last = begin
        assert len(match.text) <= 200


def test_a_long_text_is_cut_around_the_first_word() -> None:
    text = "Anfang " * 100 + "Zielwort " + "Ende " * 100
    (match,) = explain("zielwort", entry("a", descriptions={"de": text}), corrected=False)
    assert [match.text[begin:end] for begin, end in match.marks] == ["Zielwort"]
    assert match.text.startswith("Anfang")


def test_texts_that_entries_share_are_marked_alike_and_others_are_not_mixed_up() -> None:
    # More different texts than are remembered, each twice.
    for number in (*range(300), *range(300)):
        made = entry("a", f"Nummer {number}", keywords=("Stadtwald", f"Wald {number}", "Rad"))
        found = explain("wald", made, corrected=False)
        assert [match.text for match in found] == ["Stadtwald", f"Wald {number}"]
        assert [match.text[begin:end] for match in found for begin, end in match.marks] == ["Stadtwald", "Wald"]


@pytest.mark.parametrize("query", ["PM10", "pm 10", "PM-10"])
@pytest.mark.parametrize("title", ["Feinstaub PM10", "Feinstaub PM 10"])
def test_letters_and_figures_are_marked_however_they_are_written(query: str, title: str) -> None:
    (match,) = explain(query, entry("a", title), corrected=False)
    assert "".join(match.text[begin:end] for begin, end in match.marks).replace(" ", "") == "PM10"
