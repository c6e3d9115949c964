"""A field that the terms leave out is in no byte of any form, header or error, whatever a consumer asks by hand."""

import io
import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import get_args

import httpx
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from connector.controlplane.processes.loading import load_transfer
from connector.protocol.dsp.common import DataAddress
from connector.views.assets import RecordFormat, Records, RowForm
from tests.dataplane.world import url_and_token
from tests.pair.moving import World, moving
from tests.policy.support import atom

CANARY = "kanarie-4711"
FORMS = get_args(RowForm)
ROWS = [
    {"id": number, "secret": f"{CANARY}-{number}", "place": f"POINT (7.{number} 51)", "day": f"2026-05-0{number + 1}"}
    for number in range(6)
]
DROP = {"action": "dk:drop", "constraint": [atom("dk:field", "isAnyOf", ["secret"])]}
CHOICES = [
    "",
    *(f"form={form}" for form in FORMS),
    "form=parquet&limit=2&offset=1",
    "form=csv&columns=secret",
    f"form=csv&where=secret={CANARY}-1",
    "form=json&bbox=0,0,90,90",
    "form=json&datetime=2026-05-02/..",
    "secret=1",
]
PATHS = ["", "/api", "/collections/rows", "/collections/rows/items", "/collections/rows/items/1"]
HEADERS = [{}, {"Range": "bytes=-50"}]


def make_workbook() -> bytes:
    """Return a workbook that has the field in its sheet, and its values in a comment and in another sheet."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate((tuple(ROWS[0]), *(tuple(row.values()) for row in ROWS))):
            sheet.write_row(at, 0, row)
        sheet.write_comment(1, 0, CANARY)
        book.add_worksheet(CANARY).write(0, 0, CANARY)
        book.set_properties({"comments": CANARY})
    return made.getvalue()


def make_parquet() -> bytes:
    made = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(ROWS), made)
    return made.getvalue()


SOURCES: dict[RecordFormat, tuple[str, bytes]] = {
    "csv": (
        "text/csv",
        "\n".join(",".join(str(cell) for cell in row) for row in (ROWS[0], *(row.values() for row in ROWS))).encode(),
    ),
    "json": ("application/json", json.dumps(ROWS).encode()),
    "parquet": ("application/vnd.apache.parquet", make_parquet()),
    "excel": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", make_workbook()),
}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with moving(tmp_path) as made:
        yield made


async def open_transfer(world: World, form: RecordFormat) -> tuple[str, dict[str, str]]:
    """Agree on data without its secret field, and return the address and the token of a transfer that stays open."""
    media_type, data = SOURCES[form]
    assert world.site.source_root
    (world.site.source_root / "data").write_bytes(data)
    records = Records(format=form, fields=tuple(ROWS[0]), geometry=("place",), time="day", crs="OGC:CRS84")
    address = {"kind": "file", "path": "data"}
    _, agreement = await world.agree(address, None, DROP, records=records, media_type=media_type, forms=FORMS)
    opened = await world.transfer(agreement, push=False, keep=True)
    process = await load_transfer(world.firm.connector.context, opened.id)
    assert process
    assert process.data_address
    url, headers = url_and_token(msgspec.json.decode(process.data_address, type=DataAddress))
    return url.replace("https://data.city.example", f"http://127.0.0.1:{world.ports['city']}"), headers


def unpack(answer: httpx.Response) -> bytes:
    """Return the bytes of an answer with its header, and what is packed inside of it."""
    body, found = answer.content, [str(answer.headers).encode(), answer.content]
    if body.startswith(b"PK") and answer.status_code == 200:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            found += [name.encode() + archive.read(name) for name in archive.namelist()]
    if body.startswith(b"PAR1") and answer.status_code == 200:
        file = pq.ParquetFile(io.BytesIO(body))
        found.append(f"{file.metadata.to_dict()} {file.schema_arrow} {file.read().to_pylist()}".encode())
    return b" ".join(found)


@pytest.mark.parametrize("form", SOURCES)
async def test_a_field_that_is_left_out_is_in_no_form_header_or_error(world: World, form: RecordFormat) -> None:
    url, headers = await open_transfer(world, form)
    features = url.replace("/flows/", "/features/")
    targets = [*(f"{url}?{choice}".rstrip("?") for choice in CHOICES), *(features + path for path in PATHS)]
    delivered = 0
    async with httpx.AsyncClient() as client:
        for target in targets:
            for more in HEADERS:
                answer = await client.get(target, headers={**headers, **more})
                assert answer.status_code < 500, (target, answer.text)
                assert CANARY.encode() not in unpack(answer), (target, more)
                delivered += answer.status_code in {200, 206}
    assert delivered > 2 * len(FORMS)


@pytest.mark.parametrize("path", ["/data", "/..%2fdata", "/a/b"])
async def test_a_path_below_treated_data_is_unknown_and_ends_nothing(world: World, path: str) -> None:
    url, headers = await open_transfer(world, "csv")
    async with httpx.AsyncClient() as client:
        assert (await client.get(url + path, headers=headers)).status_code == 404
        assert (await client.get(url, headers=headers)).status_code == 200
