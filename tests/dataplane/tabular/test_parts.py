"""A .shp is read with the files beside it."""

from pathlib import Path
from typing import Any

import pytest

from connector.dataplane.sources.file import FileSource
from connector.dataplane.tabular.parts import gather_parts
from connector.ports.flow import SourceError
from connector.ports.treatment import Records
from tests.dataplane.tabular.files import put, read_playgrounds, rows_of


async def gather(folder: Path) -> bytes:
    source, address = FileSource(folder), {"kind": "file", "path": "playgrounds.shp"}
    async with source.open(address) as content:
        chunks: Any = await gather_parts(source, address, content.chunks, Records(format="shapefile"))
        return b"".join([chunk async for chunk in chunks])


async def test_the_files_beside_it_come_with_it(tmp_path: Path) -> None:
    folder = tmp_path / "root"
    folder.mkdir()
    for name, data in read_playgrounds().items():
        (folder / name).write_bytes(data)
    assert len(rows_of(put(tmp_path, await gather(folder)), "shapefile")) == 352


async def test_one_that_is_missing_is_told(tmp_path: Path) -> None:
    (tmp_path / "playgrounds.shp").write_bytes(read_playgrounds()["playgrounds.shp"])
    with pytest.raises(SourceError):
        await gather(tmp_path)
