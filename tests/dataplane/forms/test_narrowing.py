"""The rows of real city data leave in every form with the same values, and a choice only narrows them."""

import csv
import io
import json
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pyarrow.parquet as pq
import pytest
import python_calamine

from connector.dataplane.forms.choice import FORMS
from connector.ports.treatment import Records, TransformStep, Treatment
from tests.dataplane.records import TREATING, encoded
from tests.dataplane.world import Side, lease, side, url_and_token
from tests.support.data import data_folder
from tests.support.rows import digest

Read = Callable[[bytes], list[dict[str, Any]]]

OFFERS = {
    "weather": (
        "bochum/weather_943CC6451BFB_2025-07.csv",
        Records(format="csv", time="datetime"),
        "text/csv",
        7550,
        "",
    ),
    "parking": (
        "bielefeld/bielefeld.csv",
        Records(format="csv", geometry=("WKT",), crs="OGC:CRS84"),
        "text/csv",
        853,
        "WKT",
    ),
    "playgrounds": (
        "bochum/playgrounds.shp",
        Records(format="shapefile", crs="EPSG:25832"),
        "application/vnd.shp",
        352,
        "geometry",
    ),
    "roadworks": (
        "karlsruhe/baustellen.geojson",
        Records(format="geojson", crs="OGC:CRS84", time="von"),
        "application/geo+json",
        181,
        "geometry",
    ),
    "facilities": ("stuttgart/stuttgart-static.xml", Records(format="datex"), "application/xml", 49, ""),
}


def _read_csv(data: bytes) -> list[dict[str, Any]]:
    csv.field_size_limit(10_000_000)
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def _read_excel(data: bytes) -> list[dict[str, Any]]:
    head, *rows = python_calamine.load_workbook(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    return [dict(zip(head, row, strict=True)) for row in rows]


def _read_geojson(data: bytes) -> list[dict[str, Any]]:
    return [{**feature["properties"], "geometry": feature["geometry"]} for feature in json.loads(data)["features"]]


def _read_parquet(data: bytes) -> list[dict[str, Any]]:
    return pq.read_table(io.BytesIO(data)).to_pylist()


READ: dict[str, Read] = {
    "csv": _read_csv,
    "json": lambda data: json.loads(data),
    "ndjson": lambda data: [json.loads(line) for line in data.splitlines()],
    "parquet": _read_parquet,
    "excel": _read_excel,
}


@pytest.fixture
async def provider(tmp_path: Path) -> AsyncIterator[Side]:
    async with side(tmp_path / "provider", treating=TREATING) as made:
        yield made


async def offer(provider: Side, name: str, *steps: TransformStep) -> tuple[str, dict[str, str]]:
    path, records, media_type, _, _ = OFFERS[name]
    place = data_folder(path)
    for beside in place.parent.glob(f"{place.stem}.*"):
        shutil.copy(beside, provider.folder / "out")
    treatment = Treatment(records=records, steps=steps, forms=FORMS)
    address = {"kind": "file", "path": place.name}
    return url_and_token(
        await provider.serve(address, lease(treatment=encoded(treatment)), media_type=media_type, live=True)
    )


async def take(http: aiohttp.ClientSession, url: str, token: dict[str, str], **choice: Any) -> tuple[int, bytes, Any]:
    async with http.get(url, headers=token, params=choice) as answer:
        return answer.status, await answer.read(), answer.headers


@pytest.mark.parametrize("name", OFFERS)
async def test_rows_are_equal_in_every_form(provider: Side, http: aiohttp.ClientSession, name: str) -> None:
    *_, count, geometry = OFFERS[name]
    url, token = await offer(provider, name)
    crs = {"crs": "OGC:CRS84"} if geometry else {}
    found = {}
    for form, read in READ.items():
        status, data, _ = await take(http, url, token, form=form, **crs)
        assert status == 200, data
        found[form] = digest(read(data), geometry=geometry)
    if geometry:
        _, data, headers = await take(http, url, token, form="geojson")
        assert headers["Content-Type"] == "application/geo+json"
        rows = [{geometry: row.pop("geometry"), **row} for row in _read_geojson(data)]
        found["geojson"] = digest(rows, geometry=geometry)
    assert set(found.values()) == {(count, found["csv"][1])}
