"""Rows become a table in a form: CSV, JSON, lines of JSON, and features."""

import json
from collections.abc import AsyncIterator, Sequence

import pytest

from connector.dataplane.portals.portal import PortalAddress, PortalRow, RowFormat
from connector.dataplane.portals.rows import PortalTable, write_table
from connector.ports.flow import SourceError

POINT = {"type": "Point", "coordinates": [7.2, 51.5]}
ROWS: list[PortalRow] = [{"id": 1, "n": "a,\nb", "geometry": POINT}, {"id": None, "n": None, "geometry": None}]


async def write(form: RowFormat, rows: Sequence[PortalRow] = ROWS, **more: int) -> str:
    async def pages() -> AsyncIterator[Sequence[PortalRow]]:
        for row in rows:
            yield [row]

    address = PortalAddress(url="http://a.example", format=form, **more)
    table = PortalTable(("id", "n", "geometry"), pages(), "EPSG:25832")
    return b"".join([piece async for piece in write_table(table, address)]).decode()


async def test_every_form_has_the_same_rows() -> None:
    assert json.loads(await write("json")) == ROWS
    assert [json.loads(line) for line in (await write("ndjson")).splitlines()] == ROWS
    assert (await write("csv")).startswith('id,n,geometry\r\n1,"a,\nb","{""type""')
    found = json.loads(await write("geojson"))
    assert found["features"] == [
        {"type": "Feature", "id": 1, "geometry": POINT, "properties": {"n": "a,\nb"}},
        {"type": "Feature", "geometry": None, "properties": {"n": None}},
    ]
    assert found["crs"]["properties"]["name"] == "urn:ogc:def:crs:EPSG::25832"


@pytest.mark.parametrize("form", ["geojson", "csv", "json", "ndjson"])
async def test_a_portal_without_rows_is_an_empty_table(form: RowFormat) -> None:
    found = await write(form, [])
    assert found.strip() in {"id,n,geometry", "[]", ""} or json.loads(found)["features"] == []


@pytest.mark.parametrize("form", ["geojson", "csv", "json", "ndjson"])
async def test_a_row_too_many_is_an_error_in_every_form(form: RowFormat) -> None:
    with pytest.raises(SourceError, match="more than 1 rows"):
        await write(form, most_rows=1)
