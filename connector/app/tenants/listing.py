"""The list of the tenants of a process: a file in their folder, written whole, with the name and state of each.

The commands write it and the process follows it, so that both agree about who is there without a word between them.
"""

import fcntl
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

import msgspec

from connector.identity.files import FileFault, read_bounded, replace_atomically
from connector.settings import SettingsError

LIST = "tenants.json"
MOST = 10_000
_BYTES = 2_000_000
NAME = re.compile(r"[a-z](?:[a-z0-9]|-(?=[a-z0-9])){1,39}\Z")
RESERVED = frozenset(
    {
        "api", "auth", "catalog", "credentials", "data", "datenkontor", "dcp", "default", "did", "dsp", "features",
        "flows", "health", "issuer", "login", "ready", "search", "static", "tenants", "well-known",
    }
)  # fmt: skip
"""Names that are, or may become, paths of the process itself."""


class TenantState(StrEnum):
    """Whether a tenant takes part. One that is leaving has no process any more, and its data is being removed."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    LEAVING = "leaving"


class Tenant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One tenant: its state and since when it is there (ms). Its name is the key of its rows and of its folder."""

    name: str
    since: int
    state: TenantState = TenantState.ACTIVE


def read_list(folder: Path) -> Mapping[str, Tenant]:
    """Return the tenants by name; none without a file. Raises SettingsError."""
    path = folder / LIST
    if not os.path.lexists(path):
        return {}
    try:
        read = msgspec.json.decode(read_bounded(path, _BYTES), type=list[Tenant])
    except (FileFault, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise SettingsError(f"The list of the tenants, {path}, cannot be read: restore it from a backup.") from None
    if any(check_name(tenant.name) for tenant in read):
        # Else the removal of a tenant could remove another folder, or the rows of the participant of the process.
        raise SettingsError(
            f"The list of the tenants, {path}, has a name that none can have: restore it from a backup."
        )
    named = {tenant.name: tenant for tenant in read}
    if len(named) < len(read):
        raise SettingsError(f"The list of the tenants, {path}, has a name twice: restore it from a backup.")
    return named


@contextmanager
def change_list(folder: Path) -> Iterator[dict[str, Tenant]]:
    """Give the tenants to change, and write them if nothing is raised; changes of others wait meanwhile.

    Raises SettingsError and OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / f".{LIST}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        tenants = dict(read_list(folder))
        yield tenants
        rows = sorted(tenants.values(), key=lambda tenant: (tenant.since, tenant.name))
        replace_atomically(folder / LIST, msgspec.json.format(msgspec.json.encode(rows)) + b"\n", mode=0o600)
    finally:
        os.close(descriptor)


def stamp_list(folder: Path) -> tuple[int, int]:
    """Return what changes whenever the list is written; zeros without a file."""
    try:
        found = (folder / LIST).stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_ino


def check_name(name: str, path: str = "") -> str | None:
    """Return why a tenant cannot have this name, or None. One that is taken is another matter.

    `path` is that of the process itself for peers: no tenant hides it.
    """
    if not NAME.match(name):
        return "form"
    return "reserved" if name in RESERVED or name == find_first(path) else None


def find_first(path: str) -> str:
    """Return the first part of a path, which names a tenant or leads to the process itself."""
    return path[1:].partition("/")[0]
