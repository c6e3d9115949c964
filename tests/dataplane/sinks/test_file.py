"""The file sink: paths that it never writes, and files that it never overwrites."""

import resource
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from connector.dataplane.sinks.file import FileSink
from connector.ports.flow import Arrival, SourceError


async def pieces(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


@pytest.mark.parametrize("path", ["../x", "out/x", "/tmp/x", ".partial/x", "folder/../../x", "", None])
async def test_a_sink_never_leaves_its_root(root: Path, path: object) -> None:
    sink, before = FileSink(root), sorted(root.parent.rglob("*"))
    with pytest.raises(SourceError):
        await sink.write({"path": path}, Arrival(flow_id="f", media_type="x/y"), pieces(b"data"))
    left = [place for place in sorted(root.parent.rglob("*")) if ".partial" not in place.parts]
    assert left == before


async def test_a_sink_overwrites_only_when_told(root: Path) -> None:
    sink, arrival = FileSink(root), Arrival(flow_id="f", media_type="x/y")
    with pytest.raises(SourceError, match="already exists with other content"):
        await sink.write({"path": "folder/a"}, arrival, pieces(b"new"))
    assert (root / "folder/a").read_bytes() == b"a"
    assert (await sink.write({"path": "folder/a"}, arrival, pieces(b"a"))).size == 1, "the same content is no harm"
    await sink.write({"path": "folder/a", "overwrite": True}, arrival, pieces(b"new"))
    assert (root / "folder/a").read_bytes() == b"new"


async def test_a_link_in_the_place_of_a_delivery_is_neither_followed_nor_replaced(root: Path) -> None:
    with pytest.raises(SourceError):
        await FileSink(root).write({"path": "link"}, Arrival(flow_id="f", media_type="x/y"), pieces(b"data"))
    assert (root.parent / "secret").read_bytes() == b"secret"


@pytest.mark.parametrize("name", ["../x", "a/../../x", ".ssh", None, "x" * 300, "a\x00b"])
async def test_a_name_the_peer_chose_stays_in_the_folder(root: Path, name: str | None) -> None:
    arrival = Arrival(flow_id="urn:uuid:1", media_type="x/y", name=name)
    receipt = await FileSink(root).write({"path": "folder/"}, arrival, pieces(b"data"))
    assert receipt.location.startswith("folder/")
    assert (root / receipt.location).read_bytes() == b"data"
    assert (root / receipt.location).parent == root / "folder"


async def test_a_sink_bounds_what_it_takes(root: Path) -> None:
    sink = FileSink(root, largest=10)
    with pytest.raises(SourceError, match="larger"):
        await sink.write({"path": "x"}, Arrival(flow_id="f", media_type="x/y", size=11), pieces())
    with pytest.raises(SourceError, match="more than the"):
        await sink.write({"path": "x"}, Arrival(flow_id="f", media_type="x/y"), pieces(b"12345678901"))
    assert not (root / "x").exists()


@pytest.mark.parametrize("chunks", [(3000,), (100, 3000), (100, 3000, 100)])
async def test_what_the_disk_does_not_take_is_an_error_also_for_the_last_chunk(
    root: Path, chunks: tuple[int, ...]
) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2048, before[1]))
    try:
        data, arrival = pieces(*(bytes(size) for size in chunks)), Arrival(flow_id="f", media_type="x/y")
        with pytest.raises(SourceError, match="no space for the data"):
            await FileSink(root).write({"path": "big"}, arrival, data)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not (root / "big").exists()


async def test_the_chunk_before_an_error_of_the_sender_is_on_the_disk(root: Path) -> None:
    async def breaking() -> AsyncIterator[bytes]:
        yield b"first"
        yield b"second"
        raise SourceError("The sender closed the connection.")

    sink, arrival = FileSink(root), Arrival(flow_id="f", media_type="x/y")
    with pytest.raises(SourceError, match="closed the connection"):
        await sink.write({"path": "big"}, arrival, breaking())
    assert await sink.count_received({"path": "big"}, "f") == len(b"firstsecond")
