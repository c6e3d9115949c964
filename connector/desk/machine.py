"""What a process knows of its machine: certificate, keys, disks, the last backup and the clock."""

import msgspec

from connector.controlplane.notices.foreseeing import EndingCertificate


class DiskState(msgspec.Struct, frozen=True):
    """The disk of a part (`store`, `received`): the bytes that can still be used, and all of them."""

    part: str
    free: int
    whole: int


class MachineState(msgspec.Struct, frozen=True, kw_only=True):
    """What was found on the machine; times are in ms.

    `certificate` is None without one. `key_since` is since when the private key is in use, None without one. Former
    keys are `former_keys`. `backup_at` is the time of the last backup, None if none is known. `zone` names the time
    zone of the settings. `clock_behind` is whether a file that this process relies on is from the future.
    """

    certificate: EndingCertificate | None = None
    key_since: int | None = None
    former_keys: int = 0
    disks: tuple[DiskState, ...] = ()
    backup_at: int | None = None
    zone: str = "UTC"
    clock_behind: bool = False
