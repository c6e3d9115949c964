"""A disk that loses what was not synced when the power goes: a layer (VFS) below the SQLite that `sqlite3` itself uses.

`Disk` keeps, for every file that SQLite writes, what the last sync made durable and what was written since. `Lost` is
what such a file may be afterwards: of every later write each sector came through or not, whatever its place in the
order; a file that grew may have grown without its content; a file or its removal that no sync made known may be gone
or back. The layer forwards everything to the system's own VFS, so that the store above runs as ever.

`installed(disk)` makes it the default VFS of this process for a while.
"""

import _sqlite3
import ctypes
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

SECTOR = 512
_CREATE, _JOURNAL, _WAL = 0x4, 0x800, 0x80000
_OK = 0

Write = tuple[int, bytes]
Change = Write | int
"""What was written where, or the size that the file was cut to."""


class File(msgspec.Struct):
    """One file: what is durable of it, what happened since, and whether its name is durable."""

    synced: bytearray
    since: list[Change] = []
    named: bool = True
    removed: bool = False

    def sync(self) -> None:
        """Make the content durable."""
        for change in self.since:
            _apply(self.synced, change)
        self.since = []

    def lost(self, rng: random.Random) -> bytes | None:
        """Return what the file may be after a loss of power; None where it may not be there."""
        if (self.removed or not self.named) and rng.random() < 0.5:
            return None
        survival = rng.choice((0.0, 0.1, 0.5, 0.9, 1.0))
        hole = rng.choice((b"\0", b"\xa5"))
        found = bytearray(self.synced)
        for change in self.since:
            if isinstance(change, int):
                if rng.random() < survival:
                    del found[change:]
                continue
            offset, data = change
            for at in range(0, len(data), SECTOR):
                if rng.random() < survival:
                    _apply(found, (offset + at, data[at : at + SECTOR]), hole)
        return bytes(found)


def _apply(content: bytearray, change: Change, hole: bytes = b"\0") -> None:
    if isinstance(change, int):
        del content[change:]
        return
    offset, data = change
    content.extend(hole * (offset - len(content)))
    content[offset : offset + len(data)] = data


class Disk:
    """What is durable of all files. `event` is told before each operation that changes a file, by its name."""

    def __init__(self, event: Callable[[str], None] = lambda _: None) -> None:
        self.files: dict[str, File] = {}
        self.event = event
        self.lock = threading.RLock()

    def opened(self, path: str, *, created: bool) -> None:
        """Note that a file is used; what is in a file that was there before is durable."""
        with self.lock:
            known = self.files.get(path)
            if known is None or known.removed:
                content = bytearray() if created else bytearray(Path(path).read_bytes())
                self.files[path] = File(synced=content, named=not created)

    def written(self, path: str, offset: int, data: bytes) -> None:
        """Note a write."""
        self._before(f"write {Path(path).name}")
        with self.lock:
            self.files[path].since.append((offset, data))

    def cut(self, path: str, size: int) -> None:
        """Note that a file was cut to a size."""
        self._before(f"truncate {Path(path).name}")
        with self.lock:
            self.files[path].since.append(size)

    def synced(self, path: str, *, folder: bool) -> None:
        """Note a sync of a file, and of its folder with the names of all in it where that is synced too."""
        self._before(f"sync {Path(path).name}")
        with self.lock:
            self.files[path].sync()
            for name in [name for name in self.files if folder and Path(name).parent == Path(path).parent]:
                self.files[name].named = True
                if self.files[name].removed:
                    del self.files[name]

    def removed(self, path: str, *, durable: bool) -> None:
        """Note that a file was removed; unless the folder was synced, it may come back."""
        self._before(f"remove {Path(path).name}")
        with self.lock:
            if durable:
                self.files.pop(path, None)
            elif path in self.files:
                self.files[path].removed = True

    def snapshot(self) -> dict[str, File]:
        """Return the present state of everything, for `lost`."""
        with self.lock:
            return {
                path: File(bytearray(file.synced), list(file.since), file.named, file.removed)
                for path, file in self.files.items()
            }

    def _before(self, what: str) -> None:
        self.event(what)


def lose(files: dict[str, File], rng: random.Random, target: Callable[[str], Path] = Path) -> None:
    """Write what is left of the files after a loss of power: in place, or where `target` says for a path."""
    for path, file in files.items():
        left, place = file.lost(rng), target(path)
        if left is None:
            place.unlink(missing_ok=True)
        else:
            place.write_bytes(left)
        Path(f"{place}-shm").unlink(missing_ok=True)


# The layer. The structures are those of SQLite's C interface (sqlite3.h: sqlite3_vfs, sqlite3_io_methods).

_int, _p, _i64 = ctypes.c_int, ctypes.c_void_p, ctypes.c_int64
_OPEN = ctypes.CFUNCTYPE(_int, _p, _p, _p, _int, ctypes.POINTER(_int))
_DELETE = ctypes.CFUNCTYPE(_int, _p, ctypes.c_char_p, _int)
_WRITE = ctypes.CFUNCTYPE(_int, _p, _p, _int, _i64)
_TRUNCATE = ctypes.CFUNCTYPE(_int, _p, _i64)
_SYNC = ctypes.CFUNCTYPE(_int, _p, _int)
_CLOSE = ctypes.CFUNCTYPE(_int, _p)


class _Vfs(ctypes.Structure):
    _fields_ = (
        *((name, _int) for name in ("version", "size_of_file", "longest_path")),
        ("next", _p),
        ("name", ctypes.c_char_p),
        ("data", _p),
        ("open", _p),
        ("delete", _p),
        ("rest", _p * 13),
    )


class _Methods(ctypes.Structure):
    _fields_ = (
        ("version", _int),
        *((name, _p) for name in ("close", "read", "write", "truncate", "sync")),
        ("rest", _p * 13),
    )


class _File(ctypes.Structure):
    _fields_ = (("methods", ctypes.POINTER(_Methods)),)


class _Layer:
    """The VFS over the system's own, telling a disk what happens."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        # The library that `sqlite3` is linked to, and no other of the same name.
        self._sqlite = ctypes.CDLL(getattr(_sqlite3, "__file__", None))
        self._sqlite.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
        self._sqlite.sqlite3_vfs_find.argtypes = [ctypes.c_char_p]
        self._sqlite.sqlite3_vfs_register.argtypes = [_p, _int]
        self._system = self._sqlite.sqlite3_vfs_find(None)
        self._open_files: dict[int, tuple[str, _Methods]] = {}
        self._unnamed: set[int] = set()
        self._methods: dict[int, _Methods] = {}
        self._vfs = _Vfs.from_buffer_copy(self._system.contents)
        self._vfs.name = b"losing-power"
        self._calls = [_OPEN(self._open), _DELETE(self._delete)]
        self._vfs.open, self._vfs.delete = (ctypes.cast(call, _p).value for call in self._calls)
        self._calls += [_CLOSE(self._close), _WRITE(self._write), _TRUNCATE(self._truncate), _SYNC(self._sync)]

    def register(self) -> None:
        self._sqlite.sqlite3_vfs_register(ctypes.byref(self._vfs), 1)

    def unregister(self) -> None:
        self._sqlite.sqlite3_vfs_register(self._system, 1)
        self._sqlite.sqlite3_vfs_unregister(ctypes.byref(self._vfs))

    def _open(self, _vfs: int, name: int | None, file: int, flags: int, out: Any) -> int:
        path = (ctypes.string_at(name) if name else b"").decode()
        created = bool(path) and flags & _CREATE and not Path(path).exists()
        result = int(_OPEN(self._system.contents.open)(ctypes.addressof(self._system.contents), name, file, flags, out))
        if result != _OK or not path:
            return result
        self._disk.opened(path, created=bool(created))
        handle = ctypes.cast(file, ctypes.POINTER(_File)).contents
        theirs = handle.methods.contents
        self._open_files[file] = path, theirs
        if flags & _CREATE and flags & (_JOURNAL | _WAL):
            self._unnamed.add(file)
        handle.methods = ctypes.pointer(self._ours(theirs))
        return result

    def _ours(self, theirs: _Methods) -> _Methods:
        """Return a table of methods in which those that change a file are ours; SQLite keeps pointers to it."""
        key = ctypes.addressof(theirs)
        if key not in self._methods:
            own = self._methods[key] = _Methods.from_buffer_copy(theirs)
            own.close, own.write, own.truncate, own.sync = (ctypes.cast(call, _p).value for call in self._calls[2:])
        return self._methods[key]

    def _delete(self, _vfs: int, name: bytes, durable: int) -> int:
        path = name.decode()
        self._disk.removed(path, durable=bool(durable))
        return int(_DELETE(self._system.contents.delete)(ctypes.addressof(self._system.contents), name, durable))

    def _write(self, file: int, data: int, count: int, offset: int) -> int:
        path, theirs = self._open_files[file]
        self._disk.written(path, offset, ctypes.string_at(data, count))
        return int(_WRITE(theirs.write)(file, data, count, offset))

    def _truncate(self, file: int, size: int) -> int:
        path, theirs = self._open_files[file]
        self._disk.cut(path, size)
        return int(_TRUNCATE(theirs.truncate)(file, size))

    def _sync(self, file: int, flags: int) -> int:
        path, theirs = self._open_files[file]
        result = int(_SYNC(theirs.sync)(file, flags))
        if result == _OK:
            # With the first sync of a log or journal that may be new, SQLite syncs the folder.
            self._disk.synced(path, folder=file in self._unnamed)
            self._unnamed.discard(file)
        return result

    def _close(self, file: int) -> int:
        _, theirs = self._open_files.pop(file)
        self._unnamed.discard(file)
        return int(_CLOSE(theirs.close)(file))


@contextmanager
def installed(disk: Disk) -> Iterator[None]:
    """Let every connection that is opened meanwhile write through the disk."""
    layer = _Layer(disk)
    layer.register()
    try:
        yield
    finally:
        layer.unregister()
