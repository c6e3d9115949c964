"""Rows of a portal in the form that the consumer chooses, treated as the contract requires."""

import io
import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from pyarrow import parquet

from connector.ports.treatment import Records, TransformStep, Treatment
from tests.dataplane.portals.reading import feature, page, portal
from tests.dataplane.records import TREATING, encoded
from tests.dataplane.world import lease, side, url_and_token

DROP = TransformStep(name="drop", fields=("owner",))


@pytest.mark.parametrize(("crs", "place"), [("", (7.2, 51.5)), ("EPSG:25832", (374_000.0, 5_700_000.0))])
async def test_a_collection_of_a_portal_is_taken_in_any_form_without_what_is_dropped(
    tmp_path: Path, http: aiohttp.ClientSession, crs: str, place: tuple[float, float]
) -> None:
    def respond(request: web.Request, _: int) -> web.Response:
        number = int(request.query.get("page", "0"))
        found = feature(number, *place, owner="Erika", species="oak")
        name = f"<http://www.opengis.net/def/crs/EPSG/0/{crs[5:]}>"
        answer = page(found, following=f"?page={number + 1}" if number < 2 else None)
        return web.json_response(answer, headers={"Content-Crs": name} if crs else None)

    async with side(tmp_path / "provider", treating=TREATING) as provider, portal(respond) as (url, _):
        address: Any = {"kind": "ogcapi", "url": url, "collection": "trees", "crs": crs}
        records = Records(format="geojson", geometry=("geometry",), crs=crs or "OGC:CRS84")
        treatment = Treatment(records=records, steps=(DROP,), forms=("parquet", "csv"))
        data, token = url_and_token(
            await provider.serve(
                address, lease(treatment=encoded(treatment)), media_type="application/geo+json", live=True
            )
        )
        async with http.get(data, headers=token, params={"form": "parquet"}) as answer:
            assert answer.status == 200, await answer.text()
            table = parquet.read_table(io.BytesIO(await answer.read()))
        async with http.get(data, headers=token, params={"form": "csv"}) as answer:
            lines = (await answer.text()).splitlines()
    assert table.column("species").to_pylist() == ["oak"] * 3
    assert "owner" not in table.column_names
    assert "Erika" not in "".join(lines)
    assert len(lines) == 4
    stated = json.loads(table.schema.metadata[b"geo"])["columns"]["geometry"]
    assert stated.get("crs", {}).get("id", {}).get("code") == (25832 if crs else None)
