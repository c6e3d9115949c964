"""Sixty questions in German and English over the open data of cities and generated offers: are the first ten good?"""

import csv
import json
import math
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from connector.store.memory.record import MemoryBrokerStore
from tests.benchmarks.offers import list_offers
from tests.broker.crawling import crawler_of
from tests.broker.searching import make_searching
from tests.broker.test_city_data import Row, german, playgrounds, roadworks, weather
from tests.broker.world import Catalogue, Space, titled
from tests.support.data import data_folder

LEAST = 0.85
FIRST = 10
BEST, GOOD = 3, 1


def test_the_first_ten_answer_the_question_is_measured_right() -> None:
    assert rate(["a", "b"], {"a": BEST, "b": GOOD}) == 1
    assert rate(["b", "a"], {"a": BEST, "b": GOOD}) < 1
    assert rate(["x"] * 10 + ["a"], {"a": BEST}) == rate([], {"a": BEST}) == 0
    assert rate([str(number) for number in range(10)], {str(number): BEST for number in range(90)}) == 1


def rate(found: list[str], expected: dict[str, int]) -> float:
    """Return the normalised discounted cumulative gain of the first ten (nDCG@10)."""
    gains = [2 ** expected.get(dataset, 0) - 1 for dataset in found[:FIRST]]
    ideal = sorted((2**grade - 1 for grade in expected.values()), reverse=True)[:FIRST]
    discounted = [sum(gain / math.log2(place + 2) for place, gain in enumerate(row)) for row in (gains, ideal)]
    return discounted[0] / discounted[1]


def read_questions() -> list[dict[str, Any]]:
    questions: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("questions.toml").read_text("utf-8"))[
        "question"
    ]
    return questions


def list_car_parks() -> Iterator[dict[str, Any]]:
    """Yield the car parks of two cities, with the names that the cities give them."""
    root = ET.parse(data_folder("stuttgart", "stuttgart-static.xml")).getroot()
    space = "{http://datex2.eu/schema/2/2_0}"
    for facility in root.iter(f"{space}parkingFacility"):
        name = facility.findtext(f"{space}parkingFacilityName/{space}values/{space}value")
        yield titled(f"stuttgart-{facility.get('id')}", name or "", **{"dcat:keyword": ["Parken"]})
    with data_folder("bielefeld", "bielefeld.csv").open(encoding="utf-8-sig") as table:
        for row in csv.DictReader(table, delimiter=";"):
            place = row["zufahrt"] or row["kategorie"]
            yield titled(f"bielefeld-{row['gid']}", f"{row['bez']} {place}", **{"dcat:keyword": ["Parken"]})


def list_expected(question: dict[str, Any], rows: list[Row], ids: list[str]) -> dict[str, int]:
    grades = {"best": BEST, "good": GOOD}
    patterns = [(pattern, grade) for name, grade in grades.items() for pattern in question.get(name, ())]
    expected = {dataset: grade for pattern, grade in patterns for dataset in ids if fnmatchcase(dataset, pattern)}
    for column, words in question.get("rows", {}).items():
        expected |= {row.get("poi_id") or row["id"]: BEST for row in rows if words in (row.get(column) or "")}
    assert expected, question
    return expected


async def test_questions_are_answered_among_the_first_ten() -> None:
    grounds, works = playgrounds(), roadworks()
    offers: list[dict[str, Any] | bytes] = [
        weather(),
        *list_offers(),
        *list_car_parks(),
        *(titled(row["poi_id"], row["name"], **{"dcat:keyword": [row["kategorie"]]}) for row in grounds),
        *(titled(row["id"], row["titel"], **{"dct:description": german(row["info"] or "")}) for row in works),
    ]
    space = Space(city=Catalogue(*offers))
    record = MemoryBrokerStore()
    crawler = crawler_of(space, record)
    await crawler.take_turn()
    await crawler.wait_settled()
    searching = await make_searching(record, now=space.now)
    ids = [offer["@id"] for offer in offers if isinstance(offer, dict)]
    rates: dict[str, float] = {}
    for question in read_questions():
        found = [hit.entry.id for hit in (await searching.find(question["text"], limit=FIRST)).hits]
        rates[question["text"]] = rate(found, list_expected(question, [*grounds, *works], ids))
    await searching.index.close()
    assert len(rates) == 60
    mean = sum(rates.values()) / len(rates)
    print(
        json.dumps(
            {"nDCG@10": round(mean, 3), "below one": {k: round(v, 2) for k, v in rates.items() if v < 1}},
            ensure_ascii=False,
        )
    )
    assert mean >= LEAST
