"""The state of the process in words: what works, what a person has to look at, what is under way; it stays fresh."""

import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

import msgspec
from starlette.responses import Response

from connector.controlplane.processes import loading
from connector.desk.checks import make_store_check, run_check
from connector.desk.machine import MachineState
from connector.desk.values import ReadinessCheck
from connector.ports.entities import PageBounds
from connector.ports.identity import ListInUse
from connector.protocol.dsp.machines.transfer_machine import Transfer, TransferState
from connector.web.frame.streams import Glance, open_stream
from connector.web.frame.visit import Visit, fill, name_party, render

COUNTED, FLOWS, AGAIN_S = 100, 20, 5.0
_DAY_MS, _SOON_DAYS, _BACKUP_DAYS = 86_400_000, 14, 7
_LEAST_SHARE = 10
"""A disk is full soon if less than this part of it is free: a tenth."""


class CheckedPart(msgspec.Struct, frozen=True):
    """A part of the process in the reader's words, and what is wrong with it; `hard` if the process cannot work so."""

    name: str
    problem: str | None
    hard: bool


class PeerOutOfReach(msgspec.Struct, frozen=True):
    """A counterparty that cannot be reached: how many attempts failed, and when (ms) the next one is made."""

    name: str
    failures: int
    until: int


class ProcessState(msgspec.Struct, frozen=True, kw_only=True):
    """What the page shows. `due` are the messages whose time has come, up to `COUNTED`; `list_days` and
    `certificate_days` are days left, `full_disks` the disks that are full soon.
    """

    parts: tuple[CheckedPart, ...]
    peers: tuple[PeerOutOfReach, ...]
    flows: Sequence[tuple[Transfer, str]]
    more_flows: bool
    due: int
    listed: ListInUse | None
    list_days: int
    list_soon: bool
    machine: MachineState
    certificate_days: int
    backup_late: bool
    full_disks: frozenset[str]
    release: str
    python: str


async def show_state(visit: Visit) -> Response:
    """Show the state of the process."""
    return render(visit, "state.html", state=await _look(visit))


async def stream_state(visit: Visit) -> Response:
    """Answer with the state as mark-up, now and whenever it differs."""

    async def look() -> Glance:
        part = fill(visit, "state_live.html", state=await _look(visit))
        return Glance({"part": part}, again_s=AGAIN_S)

    return open_stream(visit, look)


async def _look(visit: Visit) -> ProcessState:
    desk, context = visit.desk, visit.desk.context
    checks: dict[str, ReadinessCheck] = {"store": make_store_check(context), **desk.checks}
    parts = [CheckedPart(_name(visit, name), await run_check(check), True) for name, check in checks.items()]
    parts += [CheckedPart(_name(visit, name), await run_check(check), False) for name, check in desk.warnings.items()]
    silent = [row for row in await context.store.backoffs(context.owner) if row.failures and row.peer.strip()]
    flows, more = await context.store.transfers(context.owner, PageBounds(limit=FLOWS), state=TransferState.STARTED)
    listed = desk.list_in_use()
    days = _count_days(listed.expires_at, visit.now) if listed else 0
    machine = await desk.look_at_machine()
    return ProcessState(
        parts=tuple(parts),
        peers=tuple(PeerOutOfReach(name_party(visit, row.peer), row.failures, row.until) for row in silent),
        flows=[(row, name_party(visit, row.peer)) for row in flows],
        more_flows=more is not None,
        due=len(await loading.list_due(context, visit.now, COUNTED)),
        listed=listed,
        list_days=days,
        list_soon=days < _SOON_DAYS,
        machine=machine,
        certificate_days=_count_days(machine.certificate.ends_at, visit.now) if machine.certificate else 0,
        backup_late=machine.backup_at is None or visit.now - machine.backup_at > _BACKUP_DAYS * _DAY_MS,
        full_disks=frozenset(disk.part for disk in machine.disks if disk.free * _LEAST_SHARE < disk.whole),
        release=_find_release(),
        python=platform.python_version(),
    )


def _count_days(end: int, now: int) -> int:
    return max(0, end - now) // _DAY_MS


def _find_release() -> str:
    try:
        return version("datenkontor")
    except PackageNotFoundError:
        return "–"


def _name(visit: Visit, check: str) -> str:
    return visit.words.find(f"operation.part-{check}") or check
