"""Files are replaced as a whole, and a fault names the one that was to be written."""

import errno
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from connector.identity.files import FileFault, replace_atomically, write_new


def test_a_fault_of_the_disk_names_the_file_that_was_to_be_written_and_leaves_no_draft(tmp_path: Path) -> None:
    taken = tmp_path / "record.json"
    (taken / "inside").mkdir(parents=True)
    with pytest.raises(OSError, match="record") as fault:
        replace_atomically(taken, b"{}", mode=0o600)
    assert fault.value.filename == str(taken)
    assert [path.name for path in tmp_path.iterdir()] == ["record.json"]


WRITE = """
import os, signal, sys
from pathlib import Path
from connector.identity import files
def end(*_): os.kill(os.getpid(), signal.SIGKILL)
setattr(os, sys.argv[2], end)
files.write_new(Path(sys.argv[1]), b"x" * 100, mode=0o600)
"""


@pytest.mark.parametrize("at", ["fsync", "link", "unlink"])
def test_a_new_file_is_whole_or_absent_after_a_kill_and_the_next_write_removes_the_draft(
    tmp_path: Path, at: str
) -> None:
    path = tmp_path / "root.pem"
    run = subprocess.run([sys.executable, "-c", WRITE, str(path), at], timeout=60)
    assert run.returncode == -signal.SIGKILL
    assert path.exists() == (at == "unlink")
    assert not path.exists() or path.read_bytes() == b"x" * 100
    (draft,) = [each for each in tmp_path.iterdir() if each != path]
    assert draft.name.endswith(".new")
    assert draft.stat().st_mode & 0o077 == 0
    write_new(tmp_path / "other", b"", mode=0o600)
    assert not draft.exists()


def test_a_full_disk_leaves_nothing_of_a_new_file_and_the_fault_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "root.pem"

    def fill(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fill)
    with pytest.raises(OSError, match="No space") as fault:
        write_new(path, b"x", mode=0o600)
    assert fault.value.filename == str(path)
    assert list(tmp_path.iterdir()) == []


def test_a_new_file_is_never_written_over_another_one(tmp_path: Path) -> None:
    path = tmp_path / "root.pem"
    write_new(path, b"first", mode=0o600)
    with pytest.raises(FileFault, match="already exists and was not changed"):
        write_new(path, b"second", mode=0o600)
    assert path.read_bytes() == b"first"
    assert [each.name for each in tmp_path.iterdir()] == ["root.pem"]


def test_a_draft_that_somebody_writes_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = os.link

    def meanwhile(source: Path, target: Path) -> None:
        if target.name == "first":
            write_new(tmp_path / "second", b"2", mode=0o600)
        link(source, target)

    monkeypatch.setattr(os, "link", meanwhile)
    write_new(tmp_path / "first", b"1", mode=0o600)
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {"first": b"1", "second": b"2"}


@pytest.fixture(params=[errno.EPERM, errno.ENOTSUP])
def no_links(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(request.param, os.strerror(request.param))

    monkeypatch.setattr(os, "link", refuse)


@pytest.mark.usefixtures("no_links")
def test_a_file_system_without_hard_links_takes_a_new_file_and_keeps_the_one_that_is_there(tmp_path: Path) -> None:
    path, dangling = tmp_path / "root.pem", tmp_path / "spare.pem"
    write_new(path, b"first", mode=0o600)
    assert path.stat().st_mode & 0o777 == 0o600
    dangling.symlink_to(tmp_path / "elsewhere")
    for taken in (path, dangling):
        with pytest.raises(FileFault, match="already exists and was not changed"):
            write_new(taken, b"second", mode=0o600)
    assert path.read_bytes() == b"first"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["root.pem", "spare.pem"]


@pytest.mark.usefixtures("no_links")
def test_without_hard_links_one_of_many_writers_makes_the_file(tmp_path: Path) -> None:
    path = tmp_path / "root.pem"

    def make(number: int) -> bytes | None:
        try:
            write_new(path, b"%d" % number, mode=0o600)
        except FileFault:
            return None
        return b"%d" % number

    with ThreadPoolExecutor(8) as pool:
        made = [each for each in pool.map(make, range(16)) if each is not None]
    assert made == [path.read_bytes()]


def test_another_refusal_of_a_link_is_a_fault_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(OSError, match="Input/output"):
        write_new(tmp_path / "root.pem", b"x", mode=0o600)
    assert list(tmp_path.iterdir()) == []


NO_LINKS_WRITE = WRITE.replace(
    "setattr(os", "def refuse(*_): raise PermissionError(1, 'no links')\nos.link = refuse\nsetattr(os"
)


@pytest.mark.parametrize("at", ["replace", "unlink"])
def test_without_hard_links_a_kill_leaves_a_new_file_whole_or_absent(tmp_path: Path, at: str) -> None:
    path = tmp_path / "root.pem"
    run = subprocess.run([sys.executable, "-c", NO_LINKS_WRITE, str(path), at], timeout=60)
    assert run.returncode == -signal.SIGKILL
    assert path.exists() == (at == "unlink")
    assert not path.exists() or path.read_bytes() == b"x" * 100
    write_new(tmp_path / "other", b"", mode=0o600)
    assert not list(tmp_path.glob(".*"))
