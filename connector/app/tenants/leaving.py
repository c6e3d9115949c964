"""A tenant takes its data along, or leaves: the export of all that is its own, and the removal of it."""

import asyncio
import io
import json
import os
import shutil
import tarfile
import tempfile
import time
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import IO, Any

import msgspec

from connector.app.lock import lock_store
from connector.app.parts import read_clock
from connector.app.storing.opening import build_database, open_configured
from connector.app.tenants.listing import change_list, read_list
from connector.dataplane.files.below_root import run_in_thread
from connector.ports.changes import ForgetOwner
from connector.ports.store import Store
from connector.settings import Settings, SettingsError
from connector.store.sqlite.engine.owned import read_owned

FORMAT = "datenkontor-tenant-1"
ROWS, FILES = "rows", "files"
_READABLE = 0o600
_LOOK_S = 0.2


class ExportedTenant(msgspec.Struct, frozen=True, kw_only=True):
    """What an export contains: rows by table, and how many files."""

    file: str
    tenant: str
    rows: dict[str, int]
    files: int


async def remove_tenant(store: Store, folder: Path, name: str) -> None:
    """Remove all rows and files of a tenant that takes no part, then its place on the list. Raises StoreError, OSError.

    The list is last: whatever ends this, the next look begins again.
    """
    await store.commit([ForgetOwner(name)])
    await run_in_thread(partial(_remove_files, folder, name))


def remove_here(settings: Settings, folder: Path, name: str) -> bool:
    """Remove a tenant in this process, and return whether that was possible: not while another one uses the store.

    Raises StoreError and OSError.
    """
    try:
        lock = lock_store(settings.store.path)
    except SettingsError:
        return False
    try:
        with asyncio.Runner() as runner:
            store, replica = runner.run(open_configured(settings, read_clock))
            try:
                if replica.count > 1:
                    return False
                runner.run(remove_tenant(store, folder, name))
            finally:
                runner.run(store.close())
    finally:
        # The lock ends with its descriptor.
        os.close(lock)
    return True


def await_removal(folder: Path, name: str, patience_s: float) -> bool:
    """Wait until the process that has the store has removed a tenant; return whether it has. Raises SettingsError."""
    deadline = time.monotonic() + patience_s
    while name in read_list(folder):
        if time.monotonic() > deadline:
            return False
        time.sleep(_LOOK_S)
    return True


def export_tenant(settings: Settings, folder: Path, name: str, target: Path) -> ExportedTenant:
    """Write all rows and files of a tenant into a new file, as they are at one moment, also while the process runs.

    The rows are JSON lines, one file for each table. Of a table, a few rows at a time are in memory. Raises
    SettingsError, StoreError and OSError.
    """
    draft = target.with_name(f".{target.name}.new")
    counts: dict[str, int] = {}
    # A command that was killed has left it.
    draft.unlink(missing_ok=True)
    try:
        with tarfile.open(draft, "x") as archive:
            # All that is in it is as secret as the key.
            draft.chmod(_READABLE)
            for table, rows in read_rows(settings, name):
                counts[table] = _add_rows(archive, f"{ROWS}/{table}.jsonl", rows, target.parent)
            files = [path for path in sorted((folder / name).rglob("*")) if path.is_file() and not path.is_symlink()]
            for path in files:
                archive.add(path, f"{FILES}/{path.relative_to(folder / name)}", recursive=False)
            head = {"format": FORMAT, "tenant": name, "rows": counts, "files": len(files)}
            content = json.dumps(head, indent=2).encode()
            _add(archive, "export.json", io.BytesIO(content), len(content))
        target.hardlink_to(draft)
    finally:
        draft.unlink(missing_ok=True)
    return ExportedTenant(file=str(target), tenant=name, rows=counts, files=len(files))


def read_rows(settings: Settings, name: str) -> Iterable[tuple[str, Iterator[dict[str, Any]]]]:
    """Return each table of the store with the rows of a tenant. Raises SettingsError, and StoreError as it is read."""
    if settings.store.url is None:
        # There is no store before the first start.
        return read_owned(settings.store.path, name) if settings.store.path.exists() else ()
    server = build_database(settings)
    # It needs the driver.
    from connector.store.postgres.owned import read_owned_there

    return read_owned_there(server, settings.participant.id, name)


def _add_rows(archive: tarfile.TarFile, name: str, rows: Iterator[dict[str, Any]], place: Path) -> int:
    """Add rows as lines, and return how many: an archive states the size of a file before its content."""
    count = 0
    with tempfile.TemporaryFile(dir=place) as lines:
        for row in rows:
            lines.write(msgspec.json.encode(_show(row)) + b"\n")
            count += 1
        size = lines.tell()
        lines.seek(0)
        _add(archive, name, lines, size)
    return count


def _add(archive: tarfile.TarFile, name: str, content: IO[bytes], size: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, _READABLE
    archive.addfile(entry, content)


def _show(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with its packed values as readable ones; what is no packed value stays, in base64."""
    return {
        name: _unpack(value) if isinstance(value, bytes) and name == "body" else value for name, value in row.items()
    }


def _unpack(value: bytes) -> Any:
    try:
        return msgspec.msgpack.decode(value)
    except msgspec.MsgspecError:
        return value


def _remove_files(folder: Path, name: str) -> None:
    if (folder / name).exists():
        shutil.rmtree(folder / name)
    with change_list(folder) as tenants:
        tenants.pop(name, None)
