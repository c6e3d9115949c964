"""Possible duplicates: results of a search that agree or contradict each other, and the list for the operator."""

from collections.abc import AsyncIterator

import msgspec
import pytest

from connector.broker.operating.duplicates import list_duplicates
from connector.broker.reading.likeness import Likeness
from connector.store.memory.record import MemoryBrokerStore
from tests.broker.searching import City, Searching, make_searching
from tests.contract.test_record import NOW, WORKS, entry


class Cities(City):
    """A city whose record is at hand."""

    def __init__(self, record: MemoryBrokerStore, searching: Searching) -> None:
        super().__init__(searching)
        self.record = record


@pytest.fixture
async def city() -> AsyncIterator[Cities]:
    record = MemoryBrokerStore()
    searching = await make_searching(record, now=NOW)
    yield Cities(record, searching)
    await searching.index.close()


DOI = ("urn:doi:10.1/trees",)


async def test_possible_duplicates_that_agree_are_one_result_and_the_oldest_is_it(city: City) -> None:
    await city.offer(entry("a", "Bäume", likenesses=DOI))
    await city.offer(
        entry("b", "Bäume", WORKS, likenesses=DOI, keywords=("bäume",), descriptions={"de": "Bäume"}),
        participant=WORKS,
    )
    found = await city.find("bäume")
    assert [(hit.entry.id, [other.id for other in hit.same], hit.contrary) for hit in found.hits] == [("a", ["b"], ())]
    alone = await city.find("bäume", participant=WORKS)
    assert [(hit.entry.id, [other.id for other in hit.same]) for hit in alone.hits] == [("b", ["a"])]


async def test_possible_duplicates_that_contradict_each_other_stay_both_and_are_marked(city: City) -> None:
    await city.offer(entry("a", "Bäume", likenesses=DOI))
    await city.offer(entry("b", "Bäume für immer", WORKS, likenesses=DOI), participant=WORKS)
    found = await city.find("bäume")
    assert sorted((hit.entry.id, [other.id for other in hit.contrary], hit.same) for hit in found.hits) == [
        ("a", ["b"], ()),
        ("b", ["a"], ()),
    ]


async def test_one_publisher_has_no_duplicates_of_its_own(city: City) -> None:
    await city.offer(entry("a", "Bäume", likenesses=DOI), entry("b", "Bäume", likenesses=DOI))
    assert [hit.same + hit.contrary for hit in (await city.find("bäume")).hits] == [(), ()]


async def test_what_several_participants_have_in_common_is_listed_with_whether_they_agree(city: Cities) -> None:
    url = "https://data.example/trees.csv"
    document = msgspec.json.encode({"distribution": [{"dcat:downloadURL": {"@id": url, "@type": "Distribution"}}]})
    common = {"document": document, "likenesses": (Likeness("distribution", url).key,)}
    await city.offer(entry("a", "Bäume", **common), entry("c", "Linden"))
    assert await list_duplicates(city.record, None, 10) == ([], None)
    await city.offer(entry("b", "Bäume", WORKS, **common), participant=WORKS)
    (found,), following = await list_duplicates(city.record, None, 10)
    assert ([one.id for one in found.entries], found.likeness.value, found.agrees) == (["a", "b"], url, True)
    assert following is None
    await city.offer(entry("b", "Bäume für immer", WORKS, **common), participant=WORKS)
    assert [one.agrees for one in (await list_duplicates(city.record, None, 10))[0]] == [False]
