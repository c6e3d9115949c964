"""Words of a query that nothing contains are taken apart, over a record with its index."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.ports.broker_store import Liveness
from connector.store.index import apart
from connector.store.index.apart import list_splits
from tests.broker.test_finding import City, city
from tests.contract.test_record import entry, source

__all__ = ["city"]


@pytest.mark.parametrize("text", ["radzählstellen", "Radzaehlstellen", "radzählstelle köln", "zählstellenrad"])
async def test_a_compound_that_nothing_has_is_taken_apart(city: City, text: str) -> None:
    await city.offer(
        entry("a", "Zählstellen des Radverkehrs in Köln"), entry("b", "Radwege"), entry("c", "Zählstellen für Autos")
    )
    found = await city.find(text)
    expected = [] if text.startswith("zählstellenrad") else ["a"]
    assert [hit.entry.id for hit in found.hits] == expected
    assert found.corrected is False or not expected


async def test_the_parts_of_a_compound_are_told_and_marked(city: City) -> None:
    made = entry("a", "Zählstellen des Radverkehrs")
    await city.offer(made)
    found = await city.find("radzählstellen")
    assert (found.apart, found.corrected) == (("rad", "zahlstellen"), False)
    (match,) = city.searching.index.explain("radzählstellen", made, apart=found.apart)
    assert [match.text[begin:end] for begin, end in match.marks] == ["Zählstellen", "Radverkehrs"]


async def test_no_word_is_taken_apart_that_something_has(city: City) -> None:
    await city.offer(entry("a", "Radzählstellen"), entry("b", "Zählstellen des Radverkehrs"))
    found = await city.find("radzählstellen")
    assert ([hit.entry.id for hit in found.hits], found.apart) == (["a"], ())


async def test_hidden_entries_give_no_parts(city: City) -> None:
    await city.offer(entry("a", "Zählstellen des Radverkehrs"))
    await city.searching.record.put_source(source(liveness=Liveness.DEAD))
    found = await city.find("radzählstellen")
    assert (found.hits, found.apart) == ((), ())


@given(st.text(alphabet="abc", max_size=40), st.integers(2, 3))
def test_the_parts_of_a_split_are_the_word(word: str, size: int) -> None:
    for split in list_splits(word, size):
        assert "".join(split) == word
        assert len(split) == size
        assert len(split[0]) >= 3
        assert all(len(part) >= 4 for part in split[1:])


def test_the_examples_are_true() -> None:
    assert doctest.testmod(apart).failed == 0
