"""The readiness of a connector: what keeps it from working, and what a person has to look at."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from connector.app.parts import Parts
from connector.controlplane.enforcing.reminders import list_pressing
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.processes.worker import Worker
from connector.dataplane.files.below_root import run_in_thread
from connector.dataplane.files.space import count_free, is_writable, measure_disk
from connector.dataplane.signaling.plane import LocalDataPlane
from connector.ports.entities import PushState
from connector.views.conversion import in_zone, moment

_SHOWN = 3
# How long before its deadline a duty is called to mind.
_REMINDED_MS = 3 * 86_400_000


@dataclass(frozen=True)
class Readiness:
    """The checks that `/ready` makes; each returns one sentence, or None. `tasks` are those of the connector."""

    parts: Parts
    evaluator: Evaluator
    worker: Worker
    dataplane: LocalDataPlane
    tasks: list[asyncio.Task[Any]]

    def checks(self) -> dict[str, Callable[[], Awaitable[str | None]]]:
        """Return what the connector cannot work without, by name."""
        return {"worker": self._check_worker, "space": self._check_space}

    def warnings(self) -> dict[str, Callable[[], Awaitable[str | None]]]:
        """Return what a person has to look at, by name."""
        return {
            "processes": self._check_stuck,
            "participant list": self._check_identity,
            "certificate": self._check_certificate,
            "key": self._check_key,
            "transfers": self._check_transfers,
            "peers": self._check_peers,
            "received": self._check_received,
            "sources": self._check_sources,
            "duties": self._check_duties,
            "self-descriptions": self._check_pushes,
        }

    async def _check_worker(self) -> str | None:
        running = any(task.get_name() == "worker" and not task.done() for task in self.tasks)
        return (
            None
            if running
            else "The worker is stopped: messages are received, but none is sent; restart the connector."
        )

    async def _check_stuck(self) -> str | None:
        stuck = self.worker.stuck
        if not stuck:
            return None
        named = ", ".join(f"{pid} ({error})" for pid, error in list(stuck.items())[:_SHOWN])
        return f"Processes that cannot continue and are retried: {len(stuck)} ({named}); the log contains the reasons."

    async def _check_space(self) -> str | None:
        full = await run_in_thread(_is_full, self.parts.settings.store.path.parent)
        return "The disk of the store has no usable space left: make room." if full else None

    async def _check_received(self) -> str | None:
        folder = self.parts.settings.received
        if not await run_in_thread(is_writable, folder):
            return f"Received data cannot be written to {folder}: change the owner or the rights of the folder."
        full = await run_in_thread(_is_full, folder)
        return "The disk for received data has no usable space left: make room." if full else None

    async def _check_transfers(self) -> str | None:
        waits = self.dataplane.register.waits
        if not waits:
            return None
        named = ", ".join(f"{flow_id} ({reason})" for (_, flow_id), reason in list(waits.items())[:_SHOWN])
        return f"Transfers that move no data at present: {len(waits)} ({named})"

    async def _check_peers(self) -> str | None:
        silent = self.worker.list_silent()
        if not silent:
            return None
        shown = silent[:_SHOWN]
        zone = ZoneInfo(self.parts.settings.zone)
        named = ", ".join(
            f"{peer} (since {in_zone(moment(at), zone):%Y-%m-%d %H:%M}: {reason})" for peer, at, reason in shown
        )
        return f"Participants that cannot be reached, and for which messages wait: {len(silent)} ({named})"

    async def _check_sources(self) -> str | None:
        failing = self.dataplane.register.list_failing()
        if not failing:
            return None
        named = ", ".join(f"{dataset} ({reason})" for dataset, reason in list(failing.items())[:_SHOWN])
        return f"Sources that could not be read: {len(failing)} ({named})"

    async def _check_duties(self) -> str | None:
        """Name the duties of persons here that are overdue or due soon: no connector deletes what was received."""
        pressing = await list_pressing(self.evaluator, self.evaluator.context.now() + _REMINDED_MS)
        if not pressing:
            return None
        zone = ZoneInfo(self.parts.settings.zone)
        named = "; ".join(
            f"'{duty.agreement}' {duty.duty}: {in_zone(moment(duty.deadline or 0), zone):%Y-%m-%d %H:%M}"
            for duty in pressing[:_SHOWN]
        )
        return (
            f"Duties that are due soon or overdue: {len(pressing)} ({named}). "
            "Do what they demand, then confirm it: `datenkontor agreement receipt AGREEMENT DUTY`."
        )

    async def _check_pushes(self) -> str | None:
        """Name the self-descriptions that the broker refused, or could not be given for a day."""
        store, owner = self.evaluator.context.store, self.evaluator.context.owner
        lost = [
            *await store.pushes_in(owner, PushState.REFUSED, _SHOWN),
            *await store.pushes_in(owner, PushState.FAILED, _SHOWN),
        ][:_SHOWN]
        if not lost:
            return None
        named = ", ".join(f"{push.subject} ({push.reason})" for push in lost)
        return f"Self-descriptions that the broker does not have: {named}"

    async def _check_identity(self) -> str | None:
        return self.parts.trust_warning()

    async def _check_key(self) -> str | None:
        return await run_in_thread(self.parts.key_problem)

    async def _check_certificate(self) -> str | None:
        return await run_in_thread(self.parts.certificate_problem)


def _is_full(folder: Path) -> bool:
    try:
        return count_free(*measure_disk(folder)) == 0
    except OSError:
        return True
