"""The place of the data of a `get`, and the note of a transfer that is not saved yet."""

import os
from pathlib import Path

import pytest

from connector.client.frame.errors import ClientError, FileThere, InUse, InvalidRequest
from connector.client.target import check_place, claim_place, drop_note, find_place, read_note, write_note
from connector.protocol.stated import StatedData

NOTHING = StatedData()


@pytest.mark.parametrize("name", [None, "", ".", "..", "a/b", "/etc/passwd", "..\\b", "a\0b", "n" * 256])
def test_a_name_that_is_not_stated_or_not_safe_names_no_file(tmp_path: Path, name: str | None) -> None:
    assert find_place(tmp_path, StatedData(name=name)) is None
    check_place(tmp_path, StatedData(name=name), overwrite=False)


def test_a_file_in_the_way_is_refused_unless_it_is_the_stated_data(tmp_path: Path) -> None:
    (tmp_path / "air.csv").write_bytes(b"")
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    with pytest.raises(FileThere) as there:
        check_place(tmp_path, StatedData(name="air.csv"), overwrite=False)
    assert there.value.path == str(tmp_path / "air.csv")
    check_place(tmp_path, StatedData(name="air.csv"), overwrite=True)
    check_place(tmp_path, StatedData(name="air.csv", sha256=empty), overwrite=False)
    with pytest.raises(FileThere):
        check_place(tmp_path / "air.csv", NOTHING, overwrite=False)


def test_what_is_no_file_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "air.csv").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for path, stated in ((tmp_path, StatedData(name="air.csv")), (tmp_path / "pipe", NOTHING)):
        with pytest.raises(InvalidRequest, match="is no file"):
            check_place(path, stated, overwrite=True)


def test_a_place_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for path in (f"{tmp_path}/file/", f"{tmp_path}/file/deep/x.csv"):
        with pytest.raises(ClientError, match="is not a folder"):
            check_place(path, NOTHING, overwrite=True)


@pytest.mark.parametrize("first", ["", "data.bin"])
@pytest.mark.parametrize("second", ["", "data.bin"])
def test_a_name_in_a_folder_is_claimed_once_whatever_the_data_and_however_the_place_is_named(
    tmp_path: Path, first: str, second: str
) -> None:
    stated = StatedData(name="data.bin")
    with claim_place(f"{tmp_path}/{first}", "urn:x", stated):
        with pytest.raises(InUse, match=r"data\.bin"), claim_place(f"{tmp_path}/{second}", "urn:y", stated):
            pytest.fail("other data was got to the same file")
        with claim_place(f"{tmp_path}/", "urn:y", StatedData(name="other.bin")):
            pass
        with claim_place(f"{tmp_path}/", "urn:y", NOTHING):
            pass
    with claim_place(f"{tmp_path}/{second}", "urn:y", stated):
        pass
    assert not list(tmp_path.iterdir())


def test_a_note_belongs_to_one_agreement_and_one_place(tmp_path: Path) -> None:
    write_note(tmp_path / "new" / "a.csv", "urn:a", "urn:t")
    assert read_note(tmp_path / "new" / "a.csv", "urn:a") == "urn:t"
    for path, agreement in (("new/a.csv", "urn:b"), ("new/b.csv", "urn:a"), ("new", "urn:a"), ("a.csv", "urn:a")):
        assert read_note(tmp_path / path, agreement) is None
    drop_note(tmp_path / "new" / "a.csv", "urn:a")
    drop_note(tmp_path / "new" / "a.csv", "urn:a")
    assert list((tmp_path / "new").iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe"])
def test_a_note_that_says_nothing_is_none(tmp_path: Path, content: bytes) -> None:
    write_note(tmp_path, "urn:a", "urn:t")
    next(tmp_path.iterdir()).write_bytes(content)
    assert read_note(tmp_path, "urn:a") is None
