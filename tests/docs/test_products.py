"""The recipe of the page of products, made of the readings of a real weather station."""

import asyncio
import csv
import tomllib
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

from connector.dataplane.deriving.making import ProductMaker
from connector.dataplane.sources.file import FileSource
from connector.ports.deriving import InputData
from connector.views.recipes import name_result, read_recipe
from tests.docs.pages import marked
from tests.support.data import data_folder

RECIPE = tomllib.loads(marked("docs/products.md", "recipe")["weather"].text)


async def test_the_recipe_makes_the_means_of_each_day(tmp_path: Path) -> None:
    readings = data_folder("bochum/weather_943CC6451BFB_2025-07.csv")
    source = FileSource(readings.parent)
    maker = ProductMaker(tmp_path, {"file": source}, source, asyncio.Lock())
    (entry,) = read_recipe(RECIPE).inputs
    address = {"kind": "file", "path": readings.name}
    made = await maker.make(RECIPE, [InputData(name=entry.name, address=address, media_type="text/csv")])
    days: dict[str, list[Decimal]] = defaultdict(list)
    with readings.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            days[row["datetime"][:10]].append(Decimal(row["outdoor_temperature"]))
    with (tmp_path / name_result(RECIPE)).open(encoding="utf-8", newline="") as file:
        found = {row["datetime"]: row for row in csv.DictReader(file)}
    assert made.rows == len(found) == len(days) > 20
    for day, numbers in days.items():
        assert int(found[day]["readings"]) == len(numbers)
        assert abs(Decimal(found[day]["temperature"]) - sum(numbers) / len(numbers)) < Decimal("0.000001")
