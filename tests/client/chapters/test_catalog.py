"""Catalogues and the participant list over the client."""

from connector.client import Connector
from tests.client.calls import awaited
from tests.support.plane import CITY, DATASET, ME, Desk


def test_a_catalogue_is_fetched_page_by_page(connector: Connector, desk: Desk) -> None:
    desk.peer.datasets = [DATASET, {**DATASET, "@id": "urn:dataset:noise"}]
    first = connector.catalog.fetch(CITY)
    assert first.items == (DATASET,)
    second = connector.catalog.fetch(CITY, after=first.next)
    assert ([dataset["@id"] for dataset in second.items], second.next) == (["urn:dataset:noise"], None)
    assert [dataset["@id"] for dataset in connector.catalog.all(CITY)] == ["urn:dataset:air", "urn:dataset:noise"]


async def test_listings_are_read_page_by_page_awaited(desk: Desk) -> None:
    desk.peer.datasets = [DATASET, {**DATASET, "@id": "urn:dataset:noise"}]
    async with awaited(desk) as connector:
        found = [dataset["@id"] async for dataset in connector.catalog.all(CITY)]
        assert (await connector.catalog.dataset(CITY, "urn:dataset:air")) == DATASET
    assert found == ["urn:dataset:air", "urn:dataset:noise"]


def test_the_participants_are_listed_page_by_page(connector: Connector) -> None:
    assert [entry.id for entry in connector.participants.all(limit=1)] == [CITY, ME]
