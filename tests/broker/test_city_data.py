"""Real city data, offered by two cities as deployed connectors do, crawled and found by the words people use."""

import csv
import json
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from connector.ports.broker_store import BrokerStore
from connector.store.memory.record import MemoryBrokerStore
from connector.store.sqlite.record.record import open_record
from tests.broker.crawling import crawler_of
from tests.broker.searching import make_searching
from tests.broker.world import CITY, Catalogue, Space, titled
from tests.support.data import data_folder

Row = dict[str, str]


def german(text: str) -> list[dict[str, str]]:
    return [{"@language": "de", "@value": text}]


def weather() -> dict[str, Any]:
    """The weather station, with the title, text and tags its city published."""
    told = json.loads(data_folder("bochum", "weather_station_info.json").read_bytes())
    words = {"dct:description": german(told["notes"]), "dcat:keyword": [tag["name"] for tag in told["tags"]]}
    return titled(told["name"], told["title"], **words)


def playgrounds() -> list[Row]:
    with data_folder("bochum", "playgrounds.csv").open(encoding="utf-8-sig") as table:
        return list({row["poi_id"]: row for row in csv.DictReader(table, delimiter=";")}.values())


def roadworks() -> list[Row]:
    collection = json.loads(data_folder("karlsruhe", "baustellen.geojson").read_bytes())
    return [feature["properties"] for feature in collection["features"]]


def cities() -> dict[str, Catalogue]:
    bochum = [
        titled(
            row["poi_id"],
            row["name"],
            **{"dcat:keyword": [row["kategorie"]], "dct:description": german(row["plz_ort"])},
        )
        for row in playgrounds()
    ]
    karlsruhe = [
        titled(
            row["id"],
            row["titel"],
            **{
                "dcat:keyword": ["Baustellen"],
                "dct:publisher": row["verursacher"],
                "dct:description": german(row["info"] or ""),
            },
        )
        for row in roadworks()
    ]
    return {"bochum": Catalogue(weather(), *bochum), "karlsruhe": Catalogue(*karlsruhe)}


@pytest.fixture(params=["memory", "sqlite"])
async def record(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[BrokerStore]:
    space = Space(**cities())
    filled: BrokerStore = MemoryBrokerStore()
    if request.param == "sqlite":
        filled = await open_record(tmp_path / "record.sqlite")
    crawler = crawler_of(space, filled)
    await crawler.take_turn()
    await crawler.wait_settled()
    yield filled
    await filled.close()


async def found(record: BrokerStore, text: str = "", **asked: Any) -> list[str]:
    """Return the identifiers of all hits, best first, page after page."""
    searching = await make_searching(record)
    try:
        return await searching.ids(text, **asked)
    finally:
        await searching.index.close()


def having(rows: list[Row], name: str, fits: Callable[[str], object]) -> set[str]:
    return {row.get("poi_id") or row["id"] for row in rows if any(fits(row[column] or "") for column in name.split())}


async def test_every_published_row_is_indexed_under_its_city(record: BrokerStore) -> None:
    sources = {source.participant: source for source in await record.sources()}
    assert sources[CITY + "bochum"].datasets == 1 + len(playgrounds())
    assert sources[CITY + "karlsruhe"].datasets == len(roadworks())
    assert [source.error for source in sources.values()] == [None, None]


async def test_the_weather_station_is_found_however_it_is_asked_for(record: BrokerStore) -> None:
    expected = [weather()["@id"]]
    for words in (
        "Wetterstation Bochum",
        "smarte baenke",
        "SMARTE BÄNKE",
        "bank windgeschwindigkeit",
        "Temperatur Regen",
        "meteorologische daten",
        "werner hell",
    ):
        assert await found(record, words) == expected, words


async def test_a_street_is_found_in_any_spelling_in_exactly_the_rows_that_name_it(record: BrokerStore) -> None:
    rows = roadworks()
    expected = having(rows, "titel info", re.compile(r"\bDurlacher Allee\b").search)
    assert expected
    assert expected <= set(await found(record, "durlacher allee"))
    sharp = having(rows, "titel info", re.compile(r"\bPfarrstraße\b").search)
    assert sharp
    for words in ("Pfarrstraße", "PFARRSTRASSE", "pfarrstrasse"):
        assert set(await found(record, words)) == sharp


async def test_a_category_and_a_publisher_narrow_to_exactly_their_rows(record: BrokerStore) -> None:
    grounds, works = playgrounds(), roadworks()
    pitches = having(grounds, "kategorie", "Bolzplätze".__eq__)
    assert len(pitches) > 20
    assert set(await found(record, keyword="Bolzplätze")) == pitches
    assert pitches <= set(await found(record, "bolzplaetze"))
    owner = having(works, "verursacher", "Verkehrsbetriebe Karlsruhe".__eq__)
    assert owner
    assert set(await found(record, publisher="Verkehrsbetriebe Karlsruhe")) == owner
    assert set(await found(record, "baustellen", publisher="Verkehrsbetriebe Karlsruhe")) == owner


async def test_words_of_two_cities_together_find_nothing(record: BrokerStore) -> None:
    assert await found(record, "spielplätze durlacher") == []
