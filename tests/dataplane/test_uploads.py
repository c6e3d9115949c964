"""Uploads: resumed, bounded, put in place whole, and removed with their form."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from connector.dataplane.uploads import Uploads, make_mark
from connector.ports.flow import Arrival, Cause, SourceError

MARK = make_mark("a.csv", 6, "1")


async def send(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def break_off(piece: bytes) -> AsyncIterator[bytes]:
    yield piece
    raise SourceError("gone")


def list_files(folder: Path, name: str = "*") -> list[Path]:
    return [found for found in folder.rglob(name) if found.is_file()]


def arrival(**changed: object) -> Arrival:
    plain = {"flow_id": "urn:f:1", "media_type": "", "size": 6, "name": "a.csv", "version": MARK}
    return Arrival(**{**plain, **changed})  # type: ignore[arg-type]


async def test_an_upload_is_a_source_below_the_root(tmp_path: Path) -> None:
    address = await Uploads(tmp_path).store("urn:f:1", arrival(), send(b"abc", b"def"))
    assert (tmp_path / address["path"]).read_bytes() == b"abcdef"
    assert address["kind"] == "file"


async def test_an_interrupted_upload_goes_on_where_it_stopped(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    with pytest.raises(SourceError):
        await uploads.store("urn:f:1", arrival(), break_off(b"abcd"))
    assert await uploads.count_stored("urn:f:1", MARK) == 4
    assert await uploads.count_stored("urn:f:1", make_mark("a.csv", 6, "2")) == 0
    assert await uploads.count_stored("urn:f:2", MARK) == 0
    assert list_files(tmp_path, "a.csv") == []
    address = await uploads.store("urn:f:1", arrival(offset=4), send(b"ef"))
    assert (tmp_path / address["path"]).read_bytes() == b"abcdef"


async def test_two_forms_with_the_same_name_keep_two_files(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    first = await uploads.store("urn:f:1", arrival(), send(b"abcdef"))
    second = await uploads.store("urn:f:2", arrival(flow_id="urn:f:2"), send(b"ghijkl"))
    assert first["path"] != second["path"]
    assert (tmp_path / first["path"]).read_bytes() == b"abcdef"


@pytest.mark.parametrize("size", [0, None])
async def test_an_empty_file_is_refused_and_leaves_nothing(tmp_path: Path, size: int | None) -> None:
    with pytest.raises(SourceError, match="empty"):
        await Uploads(tmp_path).store("urn:f:1", arrival(size=size, version=None), send())
    assert list_files(tmp_path, "a.csv") == []


@pytest.mark.parametrize("size", [6, None])
async def test_a_file_that_is_too_large_is_refused(tmp_path: Path, size: int | None) -> None:
    with pytest.raises(SourceError):
        await Uploads(tmp_path, largest=5).store("urn:f:1", arrival(size=size), send(b"abc", b"def"))
    assert list_files(tmp_path, "a.csv") == []


async def test_what_went_wrong_is_told_as_what_a_person_can_do(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path, largest=10)

    async def fill(piece: bytes) -> AsyncIterator[bytes]:
        yield piece
        raise SourceError("It continues by itself when there is room.", Cause.NO_SPACE)

    with pytest.raises(SourceError, match="ask the operator for room, then choose it again"):
        await uploads.store("urn:f:1", arrival(), fill(b"abc"))
    for wrong, pieces in (({"size": 3}, b"abcdef"), ({"size": 9}, b"abc"), ({"offset": 5, "version": "b"}, b"f")):
        with pytest.raises(SourceError, match="did not arrive as it was announced: choose it again"):
            await uploads.store("urn:f:2", arrival(flow_id="urn:f:2", **wrong), send(pieces))
    with pytest.raises(SourceError, match="more than 10 bytes"):
        await uploads.store("urn:f:3", arrival(size=11), send(b"abc"))


async def test_what_was_uploaded_goes_with_its_form(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    await uploads.store("urn:f:1", arrival(), send(b"abcdef"))
    with pytest.raises(SourceError):
        await uploads.store("urn:f:1", arrival(), break_off(b"abcd"))
    await uploads.drop("urn:f:1")
    await uploads.drop("urn:f:1")
    assert list_files(tmp_path) == []


@pytest.mark.parametrize("tie", ["form", "source", "folder", "young", "owner", "nothing"])
async def test_old_uploads_stay_as_long_as_something_is_read_from_them(tmp_path: Path, tie: str) -> None:
    uploads = Uploads(tmp_path)
    source = await uploads.store("urn:f:1", arrival(), send(b"abcdef"))
    (tmp_path / "uploads" / "own.csv").write_bytes(b"a")
    latest = max(path.lstat().st_mtime for path in (tmp_path / "uploads").rglob("*")) * 1000
    forms = ["urn:f:1"] if tie == "form" else ["urn:f:2"]
    sources = {"source": [source], "folder": [{"kind": "folder", "path": "uploads"}]}.get(tie, [{"kind": "sql"}])
    before = 0 if tie == "young" else int(latest) + 60_000
    sweeping = Uploads(tmp_path, owner="urn:participant:other") if tie == "owner" else uploads
    assert await sweeping.sweep(forms, sources, before) == (tie == "nothing")
    left = ["own.csv"] if tie == "nothing" else ["a.csv", "own.csv"]
    assert sorted(found.name for found in list_files(tmp_path)) == left
    if tie == "nothing":
        assert [found.name for found in (tmp_path / "uploads").iterdir()] == ["own.csv"]


async def test_the_sweep_of_uploads_follows_no_link(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.csv").write_bytes(b"a")
    (tmp_path / "uploads").mkdir()
    (tmp_path / "uploads" / ("0" * 24)).symlink_to(tmp_path / "other")
    assert await Uploads(tmp_path).sweep([], [], 1 << 50) == 0
    assert (tmp_path / "other" / "a.csv").exists()


async def test_a_source_of_another_form_is_not_removed(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    mine = await uploads.store("urn:f:1", arrival(), send(b"abcdef"))
    other = await uploads.store("urn:f:2", arrival(flow_id="urn:f:2"), send(b"ghijkl"))
    (tmp_path / "own.csv").write_bytes(b"a")
    for kept in (other, {"kind": "file", "path": "own.csv"}, {"kind": "file", "path": "../own.csv"}, {}):
        await uploads.remove("urn:f:1", kept)
    assert len(list_files(tmp_path)) == 3
    await uploads.remove("urn:f:1", mine)
    assert sorted(found.name for found in list_files(tmp_path)) == ["a.csv", "own.csv"]
