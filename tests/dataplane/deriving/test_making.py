"""A result is written whole or not at all, and says what it is."""

import asyncio
import hashlib
from pathlib import Path
from typing import Any

import pytest

from connector.dataplane.deriving import making
from connector.dataplane.deriving.making import ProductMaker
from connector.dataplane.sources.file import FileSource
from connector.dataplane.sources.recipe import RecipeSource
from connector.ports.deriving import InputData
from connector.ports.flow import SourceError
from connector.views.assets import Records
from connector.views.recipes import name_result

RECIPE: dict[str, Any] = {"kind": "recipe", "inputs": [{"name": "a", "asset": "urn:a"}]}
CSV = b"id;n\n1;2\n2;3\n"


def maker(tmp_path: Path) -> ProductMaker:
    source = FileSource(tmp_path)
    return ProductMaker(tmp_path / "derived", {"file": source}, source, asyncio.Lock())


def given(path: str, media_type: str = "text/csv", **more: Any) -> InputData:
    return InputData(name="a", address={"kind": "file", "path": path}, media_type=media_type, **more)


async def read(tmp_path: Path, address: dict[str, Any]) -> bytes:
    async with RecipeSource(FileSource(tmp_path / "derived")).open(address) as content:
        return b"".join([chunk async for chunk in content.chunks])


async def test_a_result_has_its_rows_its_digest_and_its_quality(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(CSV)
    made = await maker(tmp_path).make(RECIPE, [given("a.csv")])
    data = await read(tmp_path, RECIPE)
    assert data == b"id,n\r\n1,2\r\n2,3\r\n"
    assert (made.rows, made.size, made.sha256) == (2, len(data), hashlib.sha256(data).hexdigest())
    assert (made.quality.rows, made.quality.version) == (2, made.sha256)


async def test_a_failure_leaves_the_result_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_bytes(CSV)
    made = maker(tmp_path)
    await made.make(RECIPE, [given("a.csv")])
    before = await read(tmp_path, RECIPE)
    (tmp_path / "a.csv").write_bytes(b"id;n\n1;2;3\n")
    with pytest.raises(SourceError):
        await made.make(RECIPE, [given("a.csv")])
    (tmp_path / "a.csv").write_bytes(CSV + b"3;4\n")
    monkeypatch.setattr(making, "LARGEST_RESULT", 10)
    with pytest.raises(SourceError, match="more than 10 bytes"):
        await made.make(RECIPE, [given("a.csv")])
    assert await read(tmp_path, RECIPE) == before
    assert [path.name for path in (tmp_path / "derived").iterdir()] == [name_result(RECIPE)]


async def test_a_result_is_written_in_another_form_and_reference_system(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"id;x;y\n1;456000;5428000\n")
    recipe = {**RECIPE, "form": "geojson"}
    records = Records(format="csv", geometry=("x", "y"), crs="EPSG:25832")
    made = await maker(tmp_path).make(recipe, [given("a.csv", records=records)])
    assert made.media_type == "application/geo+json"
    assert b'"coordinates":[8.398' in (await read(tmp_path, recipe)).replace(b" ", b"")


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (given("a.bin", "application/octet-stream"), "has no rows"),
        (given("missing.csv"), "does not exist|not found|no file"),
        (InputData(name="a", address={"kind": "mqtt"}, media_type="text/csv"), "cannot be read here"),
    ],
)
async def test_an_input_that_cannot_be_read_is_said(tmp_path: Path, entry: InputData, said: str) -> None:
    (tmp_path / "a.bin").write_bytes(b"\x00\x01")
    with pytest.raises(SourceError, match=said):
        await maker(tmp_path).make(RECIPE, [entry])


async def test_a_result_that_was_discarded_is_not_served(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(CSV)
    made = maker(tmp_path)
    await made.make(RECIPE, [given("a.csv")])
    await made.discard(RECIPE)
    await made.discard(RECIPE)
    with pytest.raises(SourceError, match="no result"):
        await read(tmp_path, RECIPE)
    with pytest.raises(SourceError, match="no result"):
        RecipeSource(FileSource(tmp_path / "derived")).check(RECIPE)
