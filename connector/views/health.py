"""The health of a process."""

import msgspec


class HealthView(msgspec.Struct, frozen=True, kw_only=True):
    """The process answers."""

    status: str = "ok"


class ReadinessView(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the process can work; `checks` maps each check to `ok` or to the problem.

    `warnings` are problems that do not stop the process.
    """

    ready: bool
    checks: dict[str, str]
    warnings: dict[str, str]
