"""The health of a process."""

from datetime import datetime

import msgspec


class HealthView(msgspec.Struct, frozen=True, kw_only=True):
    """The process answers."""

    status: str = "ok"


class ListView(msgspec.Struct, frozen=True, kw_only=True):
    """The participant list in use; `days_left` are whole days, 0 on the last one and after it.

    `key` is the `kid` of the key with which the process signs; partners take it if the list `has_key`.
    """

    version: int
    expires_at: datetime
    days_left: int
    key: str = ""
    has_key: bool = True


class ReadinessView(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the process can work; `checks` maps each check to `ok` or to the problem.

    `warnings` are problems that do not stop the process. `participant_list` is null without one.
    """

    ready: bool
    checks: dict[str, str]
    warnings: dict[str, str] = {}
    participant_list: ListView | None = None
