"""Backup and restore of the folder of a connector or a broker.

A backup is one tar file: the settings and all files of their folder, with a consistent copy of the store, of the board
of a broker, and of what its operator said in its record. It does not contain offered and received data, nor the entries
and the search index of a broker, which are made again. Its last member has the digest of each file, so a damaged or
shortened backup is not restored.
"""

import contextlib
import fcntl
import hashlib
import io
import os
import re
import shutil
import stat
import tarfile
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

import msgspec

from connector.settings import Settings
from connector.store.index.folders import locate_index
from connector.store.sqlite.board.board import locate_board
from connector.store.sqlite.engine.copying import copy_database
from connector.store.sqlite.record.operated import copy_operated

MANIFEST = "backup.json"
DIGESTS = "backup.sha256"
DIGESTS_MOST = 4 * 1024 * 1024
FILES_MOST = 10_000
PIECE = 1024 * 1024
_DATABASE = ("", "-wal", "-shm")
# Locks, copies of older schemas, other backups and drafts.
_NOT_COPIED = (".lock", ".backup", ".tar", ".new")
_DRAFTS = ".datenkontor-backup-"
_OLD_DRAFT = re.compile(r"\..+\.[0-9]+\.new")
_LEFT_S = 86_400.0
_NOTE_BYTES = 4096


class BackupFault(Exception):
    """A backup cannot be written or restored; nothing was changed. The message is one sentence."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup says of itself: the time in ms, the name of the settings file, and the folders to create.

    A backup of the `form` 1 has no digests.
    """

    at: int
    settings: str
    folders: tuple[str, ...] = ()
    form: int = 1


class _LastBackup(msgspec.Struct, frozen=True):
    """What is noted beside the store of its last backup: the time in ms."""

    at: int


class WrittenBackup(msgspec.Struct, frozen=True, kw_only=True):
    """The files in a backup, and the files that the settings name outside the folder and that it does not contain."""

    file: str
    files: tuple[str, ...]
    outside: tuple[str, ...]


def write_backup(file: Path, settings: Settings, target: Path) -> WrittenBackup:
    """Write a backup of the folder of a settings file to `target`, which must not exist; the process may be running.

    Only the owner can read the backup, because it contains the private key. Raises BackupFault.
    """
    if target.exists():
        raise BackupFault(f"{target} already exists: name another file.")
    folder = file.resolve().parent
    store = settings.store.path.resolve()
    if not store.is_relative_to(folder):
        raise BackupFault(f"The store {store} is not in the folder of the settings, {folder}: move it there.")
    record = settings.broker.record.resolve()
    databases = {store: copy_database}
    if record.is_relative_to(folder):
        databases |= {locate_board(record): copy_database, record: copy_operated}
    try:
        _remove_left(target.parent)
        with _open_place(target.parent) as place:
            copied = {path: place / str(number) for number, path in enumerate(databases) if path.exists()}
            for database, copied_to in copied.items():
                databases[database](database, copied_to)
            draft = place / "backup"
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                names = _write(stream, folder, file, settings, copied, excluded={target.resolve()})
                stream.flush()
                os.fsync(stream.fileno())
            draft.rename(target)
            with contextlib.suppress(OSError):  # the backup is written, whatever else the disk refuses
                _note(store)
    except OSError as error:
        raise BackupFault(f"The backup {target} cannot be written ({error.strerror}): check its folder.") from error
    outside = tuple(str(path) for path in _named(settings) if path.exists() and not path.is_relative_to(folder))
    return WrittenBackup(file=str(target), files=tuple(names), outside=outside)


def read_last_backup(store: Path) -> int | None:
    """Return when the folder of a store was backed up last (ms); None if no backup is known."""
    try:
        return msgspec.json.decode(_locate_note(store).read_bytes()[:_NOTE_BYTES], type=_LastBackup).at
    except (OSError, msgspec.MsgspecError, UnicodeError):
        return None


def _note(store: Path) -> None:
    """Note beside the store that it was backed up: the page of the state says when. A backup does not contain it."""
    note = _locate_note(store)
    draft = note.with_name(f"{note.name}.new")
    draft.write_bytes(msgspec.json.encode(_LastBackup(at=time.time_ns() // 1_000_000)))
    draft.replace(note)


def _locate_note(store: Path) -> Path:
    return store.with_suffix(".last.backup")


@contextlib.contextmanager
def _open_place(parent: Path) -> Iterator[Path]:
    """Make a private folder for a backup that is being written; its lock and, without a kill, it end with this."""
    place, held = _hold_place(parent)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
        os.close(held)


def _hold_place(parent: Path) -> tuple[Path, int]:
    while True:
        place = Path(tempfile.mkdtemp(dir=parent, prefix=_DRAFTS, suffix=".new"))
        held = None
        # Another backup may take it for one that is left over, before it is locked.
        with contextlib.suppress(FileNotFoundError):
            held = os.open(place, os.O_RDONLY)
            fcntl.flock(held, fcntl.LOCK_EX)
            place.stat()
            return place, held
        if held is not None:
            os.close(held)


def _remove_left(folder: Path) -> None:
    """Remove what killed backups left in a folder, also those of older releases: it may have a private key."""
    for left in folder.glob(f"{_DRAFTS}*.new"):
        with contextlib.suppress(OSError):  # another backup holds it, or it is gone
            held = os.open(left, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left, ignore_errors=True)
            finally:
                os.close(held)
    for left in folder.glob(".*.new"):
        if _OLD_DRAFT.fullmatch(left.name) and _is_old_draft(left):
            left.unlink(missing_ok=True)


def _is_old_draft(path: Path) -> bool:
    """Return whether a file is what a backup of an older release, which held nothing, left more than a day ago."""
    try:
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NOFOLLOW | os.O_NONBLOCK)) as file:
            state = os.fstat(file.fileno())
            is_old = stat.S_ISREG(state.st_mode) and state.st_mtime < time.time() - _LEFT_S
            return is_old and file.read(len(MANIFEST) + 1) == MANIFEST.encode() + b"\0"
    except OSError:
        return False


def restore_backup(source: Path, folder: Path) -> Path:
    """Restore a backup into a folder that is empty or does not exist, and return its settings file.

    Raises BackupFault.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BackupFault(f"{folder} is not empty: name a new folder, and move the files there yourself if you must.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        manifest = _extract(source, place)
        if folder.exists():
            folder.rmdir()
        place.rename(folder)
    except (OSError, tarfile.TarError, EOFError) as error:
        raise BackupFault(f"{source} cannot be restored ({error}): check the file and its permissions.") from error
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return folder / manifest.settings


def _write(
    stream: object,
    folder: Path,
    file: Path,
    settings: Settings,
    copied: Mapping[Path, Path],
    *,
    excluded: set[Path],
) -> list[str]:
    large = [path.resolve() for path in (settings.data_root, settings.received) if path is not None]
    skipped = excluded | {
        path.with_name(path.name + end) for path in (*copied, settings.broker.record.resolve()) for end in _DATABASE
    }
    digests: dict[str, str] = {}
    with tarfile.open(mode="w", fileobj=stream) as archive:  # type: ignore[call-overload]  # any binary file will do
        folders = tuple(str(path.relative_to(folder)) for path in large if path.is_relative_to(folder))
        manifest = Manifest(at=time.time_ns() // 1_000_000, settings=file.name, folders=folders, form=2)
        _add(archive, MANIFEST, msgspec.json.encode(manifest))
        for path in _walk(folder, skipped, [*large, locate_index(settings.broker.record.resolve())]):
            name = str(path.relative_to(folder))
            digests[name] = _add_file(archive, name, path)
        for database, copy in copied.items():
            name = str(database.relative_to(folder))
            digests[name] = _add_file(archive, name, copy)
        _add(archive, DIGESTS, msgspec.json.encode(digests))
    return sorted(digests)


def _walk(folder: Path, skipped: set[Path], large: list[Path]) -> Iterator[Path]:
    """Yield the regular files below a folder, without locks, other backups, and the given files and folders."""
    for place, folders, files in os.walk(folder):
        here = Path(place)
        folders[:] = [
            name
            for name in folders
            if here / name not in large and not (here / name).is_symlink() and not name.endswith(_NOT_COPIED)
        ]
        for name in files:
            path = here / name
            if path not in skipped and path.is_file() and not path.is_symlink() and not name.endswith(_NOT_COPIED):
                yield path


def _named(settings: Settings) -> Iterator[Path]:
    """Yield the files that the settings name."""
    identity, net = settings.identity, settings.net
    for path in (identity.key, identity.operator_key, identity.tokens, net.ca, net.certificate, net.key):
        if path is not None:
            yield path.resolve()
    if "://" not in str(identity.roster):
        yield Path(str(identity.roster)).resolve()


def _make_private(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.mode = 0o600
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


class _Digested(io.RawIOBase):
    """A file that is read once, with the digest of what was read."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes of the file."""
        piece = self._file.read(size)
        self.digest.update(piece)
        return piece


def _add_file(archive: tarfile.TarFile, name: str, path: Path) -> str:
    """Add a file, and return the digest of what was added."""
    with path.open("rb") as file:
        read = _Digested(file)
        archive.addfile(_make_private(archive.gettarinfo(arcname=name, fileobj=file)), read)
    return read.digest.hexdigest()


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = _make_private(tarfile.TarInfo(name))
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))


def _extract(source: Path, place: Path) -> Manifest:
    """Extract the regular files of a backup; a name that leads out of the folder is refused."""
    manifest = stated = None
    digests: dict[str, str] = {}
    with tarfile.open(source, mode="r:") as archive:
        for count, member in enumerate(archive):
            name = PurePosixPath(member.name)
            if not member.isreg() or name.is_absolute() or ".." in name.parts or count > FILES_MOST:
                raise BackupFault(f"{source} is not a backup of Datenkontor: it contains {member.name[:100]!r}.")
            stream = archive.extractfile(member)
            assert stream is not None
            if manifest is None:
                manifest = _read_manifest(source, name, stream.read(65_536))
                continue
            if member.name == DIGESTS:
                stated = stream.read(DIGESTS_MOST)
                continue
            path = place / name
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
                digests[str(name)] = _copy(stream, target)
                target.flush()
                os.fsync(target.fileno())
    if manifest is not None and manifest.form > 1:
        _compare(source, digests, stated)
    if manifest is None or not (place / manifest.settings).is_file():
        raise BackupFault(f"{source} is not a backup of Datenkontor: it contains no settings.")
    for folder in manifest.folders:
        (place / folder).mkdir(parents=True, exist_ok=True)
    return manifest


def _copy(stream: IO[bytes], target: BinaryIO) -> str:
    digest = hashlib.sha256()
    while piece := stream.read(PIECE):
        digest.update(piece)
        target.write(piece)
    return digest.hexdigest()


def _compare(source: Path, digests: dict[str, str], stated: bytes | None) -> None:
    """Compare the files that were read with the digests in the backup."""
    try:
        expected = msgspec.json.decode(stated or b"{}", type=dict[str, str])
    except (msgspec.MsgspecError, UnicodeError):
        expected = {}
    damaged = sorted(name for name, digest in digests.items() if expected.get(name) != digest)
    missing = sorted(expected.keys() - digests.keys())
    if damaged or missing or stated is None:
        named = ", ".join([*damaged, *missing][:3]) or DIGESTS
        raise BackupFault(f"The backup {source} is damaged or incomplete ({named}): restore another one.")


def _read_manifest(source: Path, name: PurePosixPath, content: bytes) -> Manifest:
    manifest = None
    if str(name) == MANIFEST:
        with contextlib.suppress(msgspec.MsgspecError):
            manifest = msgspec.json.decode(content, type=Manifest)
    if manifest is None or manifest.form not in (1, 2):
        raise BackupFault(f"{source} is not a backup that this release can read: check the file, or use a newer one.")
    paths = [PurePosixPath(path) for path in (manifest.settings, *manifest.folders)]
    if any(path.is_absolute() or ".." in path.parts for path in paths):
        raise BackupFault(f"{source} is not a backup of Datenkontor: a name leads out of its folder.")
    return manifest
