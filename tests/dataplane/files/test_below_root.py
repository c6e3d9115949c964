"""What an operator's path and a peer's sub-path can never reach, and what a sink never does."""

import hashlib
import os
import resource
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from connector.dataplane.sinks.file import FileSink
from connector.dataplane.sources.file import FileSource
from connector.ports.flow import Arrival, SourceError
from tests.dataplane.world import blob, sha256


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_bytes(b"secret")
    root = tmp_path / "root"
    (root / "folder").mkdir(parents=True)
    (root / "folder/a").write_bytes(b"a")
    (root / "out").symlink_to(tmp_path)
    (root / "link").symlink_to(tmp_path / "secret")
    (root / "folder/link").symlink_to(tmp_path / "secret")
    os.mkfifo(root / "pipe")
    return root


async def pieces(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


@pytest.mark.parametrize(
    "path",
    [
        "../secret",
        "out/secret",
        "link",
        "folder/../../secret",
        "/etc/passwd",
        "pipe",
        "missing",
        "",
        ".",
        "a\x00",
        None,
        7,
    ],
)
async def test_a_source_never_leaves_its_root_nor_opens_links_and_pipes(root: Path, path: object) -> None:
    source = FileSource(root)
    with pytest.raises(SourceError) as caught:
        source.check({"path": path})
    assert str(root) not in str(caught.value)
    with pytest.raises(SourceError):
        async with source.open({"path": path}):
            pytest.fail("opened")


@pytest.mark.parametrize("part", ["link", "../link", "../../secret", "/etc/passwd", "", ".", "a/..", "b"])
async def test_a_part_never_leaves_its_folder(root: Path, part: str) -> None:
    with pytest.raises(SourceError):
        async with FileSource(root).open({"path": "folder"}, part=part):
            pytest.fail("opened")


async def test_a_link_put_in_the_way_later_is_not_followed(root: Path) -> None:
    source, address = FileSource(root), {"path": "folder/a"}
    source.check(address)
    (root / "folder/a").unlink()
    (root / "folder/a").symlink_to(root.parent / "secret")
    with pytest.raises(SourceError):
        async with source.open(address):
            pytest.fail("opened")


async def test_a_glob_limits_the_members_of_a_folder(root: Path) -> None:
    (root / "folder/b.csv").write_bytes(b"b")
    source, address = FileSource(root), {"path": "folder", "glob": "*.csv"}
    async with source.open(address) as content:
        assert b"b.csv" in (listing := b"".join([chunk async for chunk in content.chunks]))
        assert b'"a"' not in listing
    with pytest.raises(SourceError):
        async with source.open(address, part="a"):
            pytest.fail("opened")


async def test_a_digest_is_computed_once_and_again_for_a_changed_file(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed = []
    file_digest = hashlib.file_digest

    def counted(*arguments: object) -> object:
        computed.append(arguments)
        return file_digest(*arguments)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(hashlib, "file_digest", counted)
    source = FileSource(root)
    for content_wanted in (b"a", b"a", b"other"):
        (root / "folder/a").write_bytes(content_wanted) if content_wanted == b"other" else None
        async with source.open({"path": "folder/a"}) as content:
            assert content.sha256 == sha256(content_wanted)
    assert len(computed) == 2


@pytest.mark.parametrize("change", ["shrinks", "grows", "is replaced in place"])
async def test_a_file_that_changes_while_it_is_read_is_an_error(root: Path, change: str) -> None:
    data = blob(3 * 1024 * 1024)
    (root / "big").write_bytes(data)
    async with FileSource(root).open({"path": "big"}) as content:
        await anext(content.chunks)
        with (root / "big").open("r+b") as file:
            if change == "shrinks":
                file.truncate(1024)
            else:
                file.seek(0, os.SEEK_END if change == "grows" else os.SEEK_SET)
                file.write(b"new")
        os.utime(root / "big", ns=(1, 1))
        with pytest.raises(SourceError, match="changed"):
            await anext(content.chunks)


@pytest.mark.parametrize("path", ["../x", "out/x", "/tmp/x", ".partial/x", "folder/../../x", "", None])
async def test_a_sink_never_leaves_its_root(root: Path, path: object) -> None:
    sink, before = FileSink(root), sorted(root.parent.rglob("*"))
    with pytest.raises(SourceError):
        await sink.write({"path": path}, Arrival(flow_id="f", media_type="x/y"), pieces(b"data"))
    left = [place for place in sorted(root.parent.rglob("*")) if ".partial" not in place.parts]
    assert left == before


async def test_a_sink_overwrites_only_when_told(root: Path) -> None:
    sink, arrival = FileSink(root), Arrival(flow_id="f", media_type="x/y")
    with pytest.raises(SourceError, match="not overwritten"):
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
    with pytest.raises(SourceError, match="More bytes"):
        await sink.write({"path": "x"}, Arrival(flow_id="f", media_type="x/y"), pieces(b"12345678901"))
    assert not (root / "x").exists()


async def test_without_a_root_there_are_no_files(tmp_path: Path) -> None:
    for kind in (FileSource(None), FileSink(None), FileSink(tmp_path / "missing")):
        with pytest.raises(SourceError):
            kind.check({"path": "x"})


@pytest.mark.parametrize("chunks", [(3000,), (100, 3000), (100, 3000, 100)])
async def test_what_the_disk_does_not_take_is_an_error_also_for_the_last_chunk(
    root: Path, chunks: tuple[int, ...]
) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2048, before[1]))
    try:
        data, arrival = pieces(*(bytes(size) for size in chunks)), Arrival(flow_id="f", media_type="x/y")
        with pytest.raises(SourceError, match="cannot be written: File too large"):
            await FileSink(root).write({"path": "big"}, arrival, data)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not (root / "big").exists()


async def test_the_chunk_before_an_error_of_the_sender_is_on_the_disk(root: Path) -> None:
    async def breaking() -> AsyncIterator[bytes]:
        yield b"first"
        yield b"second"
        raise SourceError("The sender broke off.")

    sink, arrival = FileSink(root), Arrival(flow_id="f", media_type="x/y")
    with pytest.raises(SourceError, match="broke off"):
        await sink.write({"path": "big"}, arrival, breaking())
    assert await sink.count_received({"path": "big"}, "f") == len(b"firstsecond")


async def test_a_folder_is_as_young_as_its_youngest_member(root: Path) -> None:
    (root / "folder/b.csv").write_bytes(b"b")
    for name, seconds in (("a", 3_000), ("b.csv", 2_000)):
        os.utime(root / "folder" / name, (1, seconds))
    source = FileSource(root)
    assert await source.changed_at({"path": "folder"}) == 3_000_000
    assert await source.changed_at({"path": "folder", "glob": "*.csv"}) == 2_000_000
    assert await source.changed_at({"path": "folder", "glob": "*.json"}) is None
    assert await source.changed_at({"path": "folder/a"}) == 3_000_000
    with pytest.raises(SourceError):
        await source.changed_at({"path": "link"})
