"""An entry as a document of the index."""

import doctest

import tantivy
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from connector.ports.broker_store import Statements
from connector.store.index import documents, queries
from connector.store.index.documents import list_parts, make_document, make_schema, register, stem
from tests.contract.test_record import entry

TEXT = st.text(max_size=80)


@settings(max_examples=60, deadline=None)
@given(
    titles=st.dictionaries(st.sampled_from(["de", "en", "und", "fr"]), TEXT, max_size=4),
    words=st.lists(TEXT, max_size=5),
    begins=st.none() | st.integers(-(2**45), 2**45),
)
def test_any_entry_becomes_a_document_that_can_be_written(
    titles: dict[str, str], words: list[str], begins: int | None
) -> None:
    stated = Statements(licences=tuple(words), places=tuple(words), formats=tuple(words), begins=begins)
    made = replace(
        entry("a", keywords=tuple(words), themes=tuple(words)),
        titles=titles,
        descriptions=titles,
        row=1,
        statements=stated,
    )
    index = tantivy.Index(make_schema())
    register(index)
    writer = index.writer(15_000_000, 1)
    writer.add_document(make_document(made))
    writer.commit()


@given(st.lists(st.text(alphabet="abc", max_size=70), max_size=100))
def test_parts_are_bounded(folded: list[str]) -> None:
    parts = list_parts(folded)
    assert all(4 <= len(part) <= 24 for part in parts)
    assert len(parts) <= 64 * 70


def test_stems_are_those_of_the_language() -> None:
    assert (stem("baume", "de"), stem("haus", "de"), stem("routes", "en")) == ("baum", "haus", "rout")


def test_a_word_is_written_once_at_the_best_level_of_an_entry() -> None:
    made = entry("a", "Bäume", keywords=("Baum", "Stadt"), descriptions={"de": "Bäume der Stadt", "en": "Trees"})
    written = make_document(replace(made, row=1, publisher="Stadt")).to_dict()
    forms = written["forms"][0].split()
    assert forms[:5] == ["t:baume", "k:baum", "k:stadt", "d:der", "d:trees"]
    assert forms[5:9] == ["T:baum", "K:stadt", "B:der", "B:tree"]
    assert sorted(forms[9:]) == ["whole:baum", "whole:baume", "whole:stadt"]


def test_the_examples_are_true() -> None:
    assert [doctest.testmod(module).failed for module in (documents, queries)] == [0, 0]
