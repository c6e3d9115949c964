"""A backup, also of a running connector, starts again where it is restored; a bad one changes nothing."""

import io
import os
import signal
import stat
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from connector.app.backup import DIGESTS, MANIFEST, BackupFault, read_last_backup, restore_backup, write_backup
from connector.app.connector import build
from connector.cli.main import main
from connector.ports.changes import PutAsset
from connector.ports.moderation import MarkKind, ModerationChange
from connector.ports.store_errors import StoreError
from connector.settings import load
from connector.store.sqlite.board.board import locate_board, open_board
from connector.store.sqlite.record.record import open_record
from tests.broker.board.values import need
from tests.contract import values
from tests.contract.test_record import NOW


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The settings of a broker, whose folder has everything that a process needs."""
    assert main(["init", str(tmp_path / "office"), "--role", "broker"]) == 0
    return tmp_path / "office/datenkontor.toml"


def test_the_time_of_the_last_backup_is_known_and_in_no_backup(file: Path, tmp_path: Path) -> None:
    settings = load(file)
    assert read_last_backup(settings.store.path) is None
    for name in ("a.tar", "b.tar"):
        written = write_backup(file, settings, tmp_path / name)
        assert not [found for found in written.files if found.endswith(".backup")]
    at = read_last_backup(settings.store.path)
    assert at is not None
    assert at <= time.time_ns() // 1_000_000
    with pytest.raises(BackupFault):
        write_backup(file, settings, tmp_path / "b.tar")
    assert read_last_backup(settings.store.path) == at
    next(file.parent.glob("*.last.backup")).write_bytes(b"{")
    assert read_last_backup(settings.store.path) is None


async def test_a_backup_of_a_running_connector_starts_again_elsewhere(file: Path, tmp_path: Path) -> None:
    settings = load(file)
    running = await build(settings)
    asset = replace(values.asset("urn:asset"), owner="default")
    await running.parts.store.commit([PutAsset(asset, None)])
    (file.parent / "offered/large.csv").write_text("not in a backup")
    (file.parent / "older.tar").write_text("not in a backup")
    written = write_backup(file, settings, tmp_path / "office.tar")
    await running.parts.close()
    assert stat.S_IMODE((tmp_path / "office.tar").stat().st_mode) == 0o600
    assert {"datenkontor.toml", "key.pem", "authority/authority.json", "store.sqlite", "roster.jws"} <= set(
        written.files
    )
    assert not [name for name in written.files if name.endswith((".csv", ".tar", "-wal"))]
    restored = restore_backup(tmp_path / "office.tar", tmp_path / "elsewhere")
    again = await build(load(restored))
    assert await again.parts.store.asset("default", "urn:asset") == asset
    assert again.parts.identity.participants() == running.parts.identity.participants()
    assert (tmp_path / "elsewhere/store.secret").read_bytes() == (file.parent / "store.secret").read_bytes()
    assert (tmp_path / "elsewhere/offered").is_dir()
    await again.parts.close()


def test_a_file_outside_the_folder_is_named(file: Path, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("x")
    settings = load(file)
    settings = replace(settings, net=replace(settings.net, ca=tmp_path / "ca.pem"))
    assert write_backup(file, settings, tmp_path / "b.tar").outside == (str(tmp_path / "ca.pem"),)
    elsewhere = replace(settings, store=replace(settings.store, path=tmp_path / "store.sqlite"))
    with pytest.raises(BackupFault, match="not in the folder"):
        write_backup(file, elsewhere, tmp_path / "c.tar")


def test_a_backup_and_a_restore_replace_nothing(file: Path, tmp_path: Path) -> None:
    settings = load(file)
    write_backup(file, settings, tmp_path / "b.tar")
    before = (tmp_path / "b.tar").read_bytes()
    with pytest.raises(BackupFault, match="already exists"):
        write_backup(file, settings, tmp_path / "b.tar")
    with pytest.raises(BackupFault, match="not empty"):
        restore_backup(tmp_path / "b.tar", file.parent)
    assert (tmp_path / "b.tar").read_bytes() == before
    with pytest.raises(BackupFault, match="cannot be written"):
        write_backup(file, settings, tmp_path / "none/b.tar")


def test_a_damaged_store_is_not_backed_up(file: Path, tmp_path: Path) -> None:
    (file.parent / "store.sqlite").write_bytes(b"no database" * 1000)
    with pytest.raises(StoreError, match="cannot be copied"):
        write_backup(file, load(file), tmp_path / "b.tar")
    assert not (tmp_path / "b.tar").exists()


def test_a_damaged_or_shortened_backup_is_not_restored(file: Path, tmp_path: Path) -> None:
    whole = tmp_path / "b.tar"
    write_backup(file, load(file), whole)
    with tarfile.open(whole) as archive:
        members = [(member, archive.extractfile(member).read()) for member in archive]  # type: ignore[union-attr]
    content = whole.read_bytes()
    harm = {"without-its-end": content[:-20_480], "without-a-file": b"", "without-digests": b""}
    for member, _ in members[1:]:
        at = member.offset_data + member.size // 2
        if member.size:
            harm[member.name] = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
    for name, damaged in harm.items():
        bad = tmp_path / "bad.tar"
        bad.write_bytes(damaged)
        if name.startswith("without-a") or name == "without-digests":
            left = [m for m in members if m[0].name != ("key.pem" if name == "without-a-file" else DIGESTS)]
            pack(bad, [(member.name, inner, tarfile.REGTYPE) for member, inner in left])
        with pytest.raises(BackupFault, match=r"damaged or incomplete|cannot be restored"):
            restore_backup(bad, tmp_path / "new")
        assert not (tmp_path / "new").exists(), name
    assert restore_backup(whole, tmp_path / "new").is_file()


WRITE = """
import os, signal, sys
from pathlib import Path
from connector.app.backup import write_backup
from connector.settings import load
def end(*_): os.kill(os.getpid(), signal.SIGKILL)
setattr(os, sys.argv[3], end)
write_backup(Path(sys.argv[1]), load(Path(sys.argv[1])), Path(sys.argv[2]))
"""


@pytest.mark.parametrize("at", ["fsync", "rename"])
def test_what_a_killed_backup_left_is_in_no_other_and_goes_with_the_next(file: Path, tmp_path: Path, at: str) -> None:
    places = tmp_path / "backups"
    places.mkdir()
    for place in (places, file.parent):
        before = {*place.glob(".*")}
        run = subprocess.run([sys.executable, "-c", WRITE, str(file), str(place / "a.tar"), at], timeout=60)
        assert run.returncode == -signal.SIGKILL
        (left,) = {*place.glob(".*")} - before
        assert left.stat().st_mode & 0o077 == 0
        written = write_backup(file, load(file), place / "b.tar")
        assert not [name for name in written.files if left.name in name]
        assert {*place.glob(".*")} == before
        assert not (place / "a.tar").exists()


def test_a_backup_that_is_being_written_is_left_alone_by_the_next(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync, written = os.fsync, []

    def meanwhile(descriptor: int) -> None:
        monkeypatch.setattr(os, "fsync", sync)
        written.append(write_backup(file, load(file), tmp_path / "b.tar"))

    monkeypatch.setattr(os, "fsync", meanwhile)
    assert write_backup(file, load(file), tmp_path / "a.tar").files == written[0].files
    for name in ("a", "b"):
        assert restore_backup(tmp_path / f"{name}.tar", tmp_path / name).is_file()


def test_the_draft_that_a_killed_backup_of_an_older_release_left_goes_after_a_day(file: Path, tmp_path: Path) -> None:
    write_backup(file, load(file), tmp_path / "a.tar")
    whole = (tmp_path / "a.tar").read_bytes()
    drafts = {name: tmp_path / name for name in (".night.tar.17.new", ".mine.17.new", ".late.tar.17.new", ".17.new")}
    for name, draft in drafts.items():
        draft.write_bytes(b"of somebody else" if name == ".mine.17.new" else whole)
        if name != ".late.tar.17.new":
            os.utime(draft, (0, 0))
    (tmp_path / ".link.tar.17.new").symlink_to(drafts[".mine.17.new"])
    write_backup(file, load(file), tmp_path / "b.tar")
    assert sorted(each.name for each in tmp_path.glob(".*")) == [
        ".17.new",
        ".late.tar.17.new",
        ".link.tar.17.new",
        ".mine.17.new",
    ]


def pack(path: Path, members: list[tuple[str, bytes, bytes]]) -> None:
    with tarfile.open(path, "w") as archive:
        for name, content, kind in members:
            member = tarfile.TarInfo(name)
            member.size, member.type = len(content), kind
            archive.addfile(member, io.BytesIO(content))


GOOD = (MANIFEST, b'{"at": 0, "settings": "datenkontor.toml"}', tarfile.REGTYPE)
SETTINGS = ("datenkontor.toml", b"", tarfile.REGTYPE)


@pytest.mark.parametrize(
    "members",
    [
        [],
        [SETTINGS],
        [GOOD],
        [GOOD, SETTINGS, ("../out", b"x", tarfile.REGTYPE)],
        [GOOD, SETTINGS, ("/tmp/out", b"x", tarfile.REGTYPE)],
        [GOOD, SETTINGS, ("link", b"", tarfile.SYMTYPE)],
        [GOOD, SETTINGS, ("device", b"", tarfile.CHRTYPE)],
        [GOOD, SETTINGS, SETTINGS],
        [(MANIFEST, b'{"at": 0, "settings": "../datenkontor.toml"}', tarfile.REGTYPE), SETTINGS],
        [(MANIFEST, b'{"at": 0, "settings": "datenkontor.toml", "folders": ["/x"]}', tarfile.REGTYPE), SETTINGS],
        [(MANIFEST, b'{"at": 0, "settings": "datenkontor.toml", "form": 3}', tarfile.REGTYPE), SETTINGS],
        [(MANIFEST, b"[", tarfile.REGTYPE), SETTINGS],
    ],
    ids=range(12),
)
def test_another_archive_is_refused_and_leaves_nothing(tmp_path: Path, members: list[tuple[str, bytes, bytes]]) -> None:
    pack(tmp_path / "b.tar", members)
    with pytest.raises(BackupFault):
        restore_backup(tmp_path / "b.tar", tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir()] == ["b.tar"]


@pytest.mark.parametrize("content", [b"", b"no archive", b"\x1f\x8b" + bytes(100)])
def test_a_file_that_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "b.tar").write_bytes(content)
    with pytest.raises(BackupFault):
        restore_backup(tmp_path / "b.tar", tmp_path / "new")
    with pytest.raises(BackupFault, match="cannot be restored"):
        restore_backup(tmp_path / "none.tar", tmp_path / "new")


async def test_the_board_of_a_broker_is_in_a_backup(file: Path, tmp_path: Path) -> None:
    settings = load(file)
    record = settings.broker.record
    board = await open_board(locate_board(record))
    await board.put_need(need("n"), now=NOW, most_open=9, most=9)
    written = write_backup(file, settings, tmp_path / "b.tar")
    await board.close()
    assert locate_board(record).name in written.files
    assert not [name for name in written.files if name.endswith("-wal")]
    restored = restore_backup(tmp_path / "b.tar", tmp_path / "elsewhere")
    again = await open_board(locate_board(load(restored).broker.record))
    assert await again.need("n") == need("n")
    await again.close()


async def test_what_the_operator_of_a_broker_said_holds_after_a_restore(file: Path, tmp_path: Path) -> None:
    settings = load(file)
    running = await open_record(settings.broker.record)
    said = ModerationChange(participant="urn:city", dataset="urn:air", kind=MarkKind.HIDDEN, wanted=True, by="a")
    await running.moderate(said, NOW)
    write_backup(file, settings, tmp_path / "b.tar")
    again = await open_record(load(restore_backup(tmp_path / "b.tar", tmp_path / "new")).broker.record)
    marks, acts = await running.marked(None, None, 9), await running.acts(None, None, 9)
    assert marks[0]
    assert (await again.marked(None, None, 9), await again.acts(None, None, 9)) == (marks, acts)
    await running.close()
    await again.close()
