"""The file source: paths that it never opens, and files that change."""

import asyncio
import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from connector.dataplane.sinks.file import FileSink
from connector.dataplane.sources.file import FileSource
from connector.ports.flow import MemberState, SourceError
from tests.dataplane.world import blob, sha256


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
    source = FileSource(root, now_ns=lambda: time.time_ns() + 10**10)
    for content_wanted in (b"a", b"a", b"other"):
        (root / "folder/a").write_bytes(content_wanted) if content_wanted == b"other" else None
        async with source.open({"path": "folder/a"}) as content:
            assert content.sha256 == sha256(content_wanted)
    assert len(computed) == 2
    async with FileSource(root).open({"path": "folder/a"}), FileSource(root).open({"path": "folder/a"}):
        assert len(computed) == 4, "a file that can still change under its stamp was not read again"


@pytest.mark.parametrize("in_place", [True, False])
async def test_data_that_is_replaced_by_as_many_bytes_of_the_same_date_is_other_data(
    root: Path, in_place: bool
) -> None:
    source, place, seen = FileSource(root), root / "folder/a", []
    for data in (b"first", b"other"):
        with place.open("r+b") if in_place else (root / "new").open("wb") as file:
            file.write(data)
        if not in_place:
            (root / "new").replace(place)
        await asyncio.sleep(0.02)  # the clock of a file system has ticks
        os.utime(place, ns=(1, 1))
        async with source.open({"path": "folder/a"}) as content:
            assert content.sha256 == sha256(data)
            assert b"".join([chunk async for chunk in content.chunks]) == data
            seen.append(content.etag)
    assert seen[0] != seen[1]


@pytest.mark.parametrize("change", ["shrinks", "grows", "is replaced in place"])
async def test_a_file_that_changes_while_it_is_read_is_an_error(root: Path, change: str) -> None:
    data = blob(3 * 1024 * 1024)
    (root / "big").write_bytes(data)
    date = (root / "big").stat().st_atime_ns, (root / "big").stat().st_mtime_ns
    async with FileSource(root).open({"path": "big"}) as content:
        await anext(content.chunks)
        await asyncio.sleep(0.02)  # the clock of a file system has ticks
        with (root / "big").open("r+b") as file:
            if change == "shrinks":
                file.truncate(1024)
            else:
                file.seek(0, os.SEEK_END if change == "grows" else os.SEEK_SET)
                file.write(b"new")
        os.utime(root / "big", ns=date)
        with pytest.raises(SourceError, match="changed"):
            await anext(content.chunks)


TOUCHES: dict[str, Callable[[Path], object]] = {
    "removed": lambda place: place.unlink(),
    "replaced": lambda place: (place.parent / "folder/a").replace(place),
    "linked": lambda place: (place.parent / "other").hardlink_to(place),
    "renamed": lambda place: place.rename(place.parent / "other"),
    "rotated": lambda place: place.rename(place.parent / "other").parent.joinpath("big").write_bytes(b"new"),
    "given other rights": lambda place: place.chmod(0o640),
    "read": lambda place: os.utime(place, ns=(1, place.stat().st_mtime_ns)),
}


@pytest.mark.parametrize("change", TOUCHES)
async def test_a_file_whose_bytes_stay_the_same_is_read_to_its_end(root: Path, change: str) -> None:
    data = blob(3 * 1024 * 1024)
    (root / "big").write_bytes(data)
    async with FileSource(root).open({"path": "big"}) as content:
        begin = await anext(content.chunks)
        await asyncio.sleep(0.02)  # the clock of a file system has ticks
        TOUCHES[change](root / "big")
        assert begin + b"".join([chunk async for chunk in content.chunks]) == data
        assert content.file
        content.file.check()


async def test_without_a_root_there_are_no_files(tmp_path: Path) -> None:
    for kind in (FileSource(None), FileSink(None), FileSink(tmp_path / "missing")):
        with pytest.raises(SourceError):
            kind.check({"path": "x"})


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


async def test_a_compressed_member_of_a_folder_is_typed_as_what_it_is(root: Path) -> None:
    (root / "tables").mkdir()
    for name in ("a.csv", "a.csv.gz"):
        (root / "tables" / name).write_bytes(b"x")
    source, address = FileSource(root), {"path": "tables"}
    async with source.open(address, part="a.csv") as plain, source.open(address, part="a.csv.gz") as packed:
        assert (plain.media_type, packed.media_type) == ("text/csv", "application/gzip")


async def test_a_member_of_a_folder_knows_the_states_of_all(root: Path) -> None:
    for name in ("b.csv", "deep/c.csv", "d.json"):
        (root / "folder" / name).parent.mkdir(exist_ok=True)
        (root / "folder" / name).write_bytes(b"x")
    source, address, states = FileSource(root), {"path": "folder", "glob": "*.csv"}, {}
    for part in ("b.csv", "deep/c.csv"):
        async with source.open(address, part=part) as content:
            states[part] = MemberState(content.state, content.sha256)
            assert content.members
            there = await content.members()
    assert there == states
    async with source.open({"path": "folder/a"}) as content:
        assert content.members is None


async def test_the_state_of_a_file_changes_with_its_size_and_date_alone(root: Path) -> None:
    source, place, seen = FileSource(root), root / "folder/a", []
    for change in (
        lambda: place.chmod(0o600),
        lambda: (root / "b").hardlink_to(place),
        lambda: os.utime(place, ns=(1, 1)),
    ):
        async with source.open({"path": "folder/a"}) as content:
            seen.append((content.state, content.etag))
        await asyncio.sleep(0.02)  # the clock of a file system has ticks
        change()
    async with source.open({"path": "folder/a"}) as content:
        seen.append((content.state, content.etag))
    states, tags = zip(*seen, strict=True)
    assert states[0] == states[1] == states[2] != states[3]
    assert len(set(tags)) == 4, "a client continued bytes of a file that may have changed"
