"""The rows of real city data leave in every form with the same values, and a choice only narrows them."""

import csv
import io
import json
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import python_calamine

from connector.dataplane.forms.choice import CRS84, FORMS
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
    # A geometry can be longer than a field may be; the limit is that of the whole process.
    before = csv.field_size_limit(10_000_000)
    try:
        return list(csv.DictReader(io.StringIO(data.decode(), newline="")))
    finally:
        csv.field_size_limit(before)


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


async def test_what_the_treatment_drops_no_choice_brings_back(provider: Side, http: aiohttp.ClientSession) -> None:
    url, token = await offer(provider, "weather", TransformStep(name="drop", fields=("indoor_temperature",)))
    for query in (
        {"columns": "indoor_temperature"},
        {"where": "indoor_temperature>20"},
    ):
        status, data, _ = await take(http, url, token, form="csv", **query)
        assert (status, json.loads(data)["error"]) == (400, "choice")
    for form in ("csv", "json", "parquet", "excel"):
        _, data, _ = await take(http, url, token, form=form, limit=3)
        assert all("indoor_temperature" not in row for row in READ[form](data))


async def test_a_choice_narrows_columns_rows_time_and_page(provider: Side, http: aiohttp.ClientSession) -> None:
    url, token = await offer(provider, "weather")
    _, data, headers = await take(
        http,
        url,
        token,
        form="csv",
        columns="datetime,outdoor_temperature",
        where="outdoor_temperature>=30",
        datetime="2025-07-10/2025-07-20",
        offset=2,
        limit=5,
    )
    table = pd.read_csv(io.BytesIO(data), parse_dates=["datetime"])
    assert list(table.columns) == ["datetime", "outdoor_temperature"]
    assert len(table) == 5
    assert table.outdoor_temperature.min() >= 30
    assert headers["Content-Type"] == "text/csv; charset=utf-8"


async def test_an_area_in_degrees_selects_rows_in_metres(provider: Side, http: aiohttp.ClientSession) -> None:
    url, token = await offer(provider, "playgrounds")
    box = (7.20, 51.45, 7.25, 51.50)
    _, data, _ = await take(http, url, token, form="geojson", bbox=",".join(map(str, box)))
    places = [feature["geometry"]["coordinates"] for feature in json.loads(data)["features"]]
    assert 0 < len(places) < 352
    assert all(box[0] <= east <= box[2] and box[1] <= north <= box[3] for east, north in places)
    _, data, _ = await take(http, url, token, form="geojson", crs="EPSG:25832", limit=1)
    east, north = json.loads(data)["features"][0]["geometry"]["coordinates"]
    assert (round(east), round(north)) == (377241, 5703315)


async def test_geojson_and_geoparquet_are_read_by_other_programs(
    provider: Side, http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    url, token = await offer(provider, "playgrounds")
    _, data, _ = await take(http, url, token, form="geojson")
    place = tmp_path / "a.geojson"
    place.write_bytes(data)
    known = pyogrio.read_info(place)
    assert (known["features"], known["crs"]) == (352, "EPSG:4326")
    assert known["total_bounds"] == pytest.approx((7.108, 51.413, 7.342, 51.525), abs=1e-2)
    _, data, _ = await take(http, url, token, form="parquet")
    table = pd.read_parquet(io.BytesIO(data))
    assert (len(table), table.kategorie[0]) == (352, "Bolzplätze")
    stated = json.loads(pq.read_schema(io.BytesIO(data)).metadata[b"geo"])
    assert stated["columns"]["geometry"]["crs"]["id"] == {"authority": "EPSG", "code": 25832}


@pytest.mark.parametrize("name", ["weather", "roadworks"])
async def test_without_a_choice_the_bytes_of_the_source_leave(
    provider: Side, http: aiohttp.ClientSession, name: str
) -> None:
    url, token = await offer(provider, name)
    _, data, headers = await take(http, url, token)
    assert data == data_folder(OFFERS[name][0]).read_bytes()
    assert headers["Content-Type"] == OFFERS[name][2]


async def test_german_numbers_are_the_same_numbers_in_every_form(provider: Side, http: aiohttp.ClientSession) -> None:
    data = "n;betrag;x;y\n1.234;1.234,50;7.1234;51.1234\n12;-0,5;7.2345;51.2345\n"
    records = Records(
        format="csv", delimiter=";", decimal=",", thousands=".", certain=("betrag",), geometry=("x", "y"), crs=CRS84
    )
    treatment = encoded(Treatment(records=records, forms=FORMS))
    address = provider.give("zahlen.csv", data.encode())
    url, token = url_and_token(
        await provider.serve(address, lease(treatment=treatment), media_type="text/csv", live=True)
    )
    status, excel, _ = await take(http, url, token, form="csv-excel")
    assert status == 200
    assert excel.decode("utf-8-sig").split() == [
        "n;betrag;x;y",
        "1.234;1.234,50;7,1234;51,1234",
        "12;-0,5;7,2345;51,2345",
    ]
    _, parquet, _ = await take(http, url, token, form="parquet")
    first = _read_parquet(parquet)[0]
    assert (first["n"], first["betrag"], first["x"]) == ("1.234", "1.234,50", 7.1234)
    _, places, _ = await take(http, url, token, form="geojson")
    assert json.loads(places)["features"][0]["geometry"]["coordinates"] == [7.1234, 51.1234]
    for where, count in (("betrag>=1000", 1), ("betrag<0", 1), ("x>7.2", 1), ("x<8", 2)):
        _, some, _ = await take(http, url, token, form="json", where=where)
        assert len(json.loads(some)) == count, where


@pytest.mark.parametrize("form", [*READ, "geojson"])
async def test_a_column_without_a_name_keeps_its_values(provider: Side, http: aiohttp.ClientSession, form: str) -> None:
    address = provider.give("index.csv", b",a\nr7,x\nr8,y\n")
    treatment = encoded(Treatment(records=Records(format="csv"), forms=FORMS))
    url, token = url_and_token(
        await provider.serve(address, lease(treatment=treatment), media_type="text/csv", live=True)
    )
    _, data, _ = await take(http, url, token, form=form)
    rows = [one["properties"] for one in json.loads(data)["features"]] if form == "geojson" else READ[form](data)
    assert [list(row.values()) for row in rows] == [["r7", "x"], ["r8", "y"]]
