"""The look at the machine of a connector, for the page of its state. Reads files."""

from collections.abc import Callable
from pathlib import Path

from connector.app.accounts.foresight import read_certificate
from connector.dataplane.files.space import measure_disk
from connector.desk.machine import DiskState, MachineState
from connector.settings import Settings

_MINUTE_MS = 60_000


def look_at_machine(
    settings: Settings, now: Callable[[], int], find_backup: Callable[[Path], int | None]
) -> MachineState:
    """Return what is found on the machine; what cannot be read is left out.

    `find_backup` returns when the folder of a store was backed up last (ms).
    """
    store, identity = settings.store.path, settings.identity
    key_since = _find_time(identity.key)
    relied = (key_since, _find_time(store.with_suffix(".roster.json")))
    return MachineState(
        certificate=read_certificate(settings.net.certificate),
        key_since=key_since,
        former_keys=len(identity.former_keys),
        disks=tuple(_measure({"store": store.parent, "received": settings.received})),
        backup_at=find_backup(store),
        zone=settings.zone,
        clock_behind=max((at for at in relied if at), default=0) > now() + _MINUTE_MS,
    )


def _find_time(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns // 1_000_000
    except OSError:
        return None


def _measure(folders: dict[str, Path]) -> list[DiskState]:
    """Return the disks of folders; two folders on one disk are one."""
    found: dict[int, DiskState] = {}
    for part, folder in folders.items():
        try:
            place = next(known for known in (folder, *folder.parents) if known.exists())
            found.setdefault(place.stat().st_dev, DiskState(part, *measure_disk(place)))
        except OSError:
            continue
    return list(found.values())
