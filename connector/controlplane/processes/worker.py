"""The worker processes due work. Each commit wakes it; a slow sweep of the store finds the rest.

A process with due work has one task, never two. Each peer has its own share of the tasks, and a peer that does not
answer gets one at a time, so that it does not delay other peers. The worker sets timers only for work that is due soon:
an idle worker has no cost for open negotiations.
"""

import asyncio
import logging
from collections import Counter, deque

from connector.controlplane.enforcing import deadlines, flow_ends
from connector.controlplane.enforcing.clock_watch import ClockWatch
from connector.controlplane.processes import loading
from connector.controlplane.processes.sending import outbound, stalling
from connector.controlplane.processes.sending.backoff import SilentPeer
from connector.controlplane.processes.sending.driver import ProcessDriver
from connector.controlplane.processes.sending.due import find_due
from connector.ports.dataplane import PlaneUnavailable
from connector.ports.store import AnyProcess
from connector.ports.store_errors import StoreError

log = logging.getLogger(__name__)

SWEEP_S = 60.0
FAILED_MS, FAILED_MOST_MS = 5_000, 60_000
BATCH = 1_000
PEERS_AT_ONCE = 8
LEASES_LOST = 2
"""How many leases long a data plane may be silent before the transfers of its flows end."""


class Worker:
    """Drives the processes of one participant context. Any task may call `wake`, also before `run`."""

    def __init__(self, driver: ProcessDriver) -> None:
        self._driver = driver
        self._active: dict[str, AnyProcess | None] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._later: dict[str, asyncio.TimerHandle] = {}
        self._at_peer: Counter[str] = Counter()
        self._waiting: dict[str, deque[AnyProcess]] = {}
        self._drained = asyncio.Event()
        self._look_now = asyncio.Event()
        self._stopping = False
        # Processes whose last step failed by a defect or a silent data plane: the reason by process.
        self.stuck: dict[str, str] = {}
        self._unstored: Counter[str] = Counter()
        # The clock at the last sweep (ms), and whether times from a clock that was ahead may be left in the store.
        self._seen = 0
        self._misdated = True
        self._clock = ClockWatch(driver.context)

    def wake(self, process: AnyProcess) -> None:
        """Process a process that was just committed: now, or when it is due."""
        if self._stopping:
            return
        now = self._driver.context.now()
        due_at = find_due(process, self._driver.limits, now)
        if due_at is None:
            self._forget_timer(process.id)
            return
        delay = due_at - now
        if delay > 0:
            self._look_later(process, delay)
        else:
            self._take_up(process)

    def look(self) -> None:
        """Look for due work now: another process has left some. Any task of this loop may call it."""
        self._look_now.set()

    def list_silent(self) -> list[SilentPeer]:
        """Return the peers that cannot be reached at present."""
        return self._driver.backoff.list_silent()

    async def run(self) -> None:
        """Work until cancelled: continue after a stop or crash, then process each process when woken or due."""
        for process in await flow_ends.catch_up(self._driver.enforcer):
            self.wake(process)
        while True:
            self._look_now.clear()
            try:
                more = await self._sweep()
            except StoreError as error:
                log.warning("due work is looked for at the next sweep: the store is unavailable: %s", error)
                more = False
            self._drained.clear()
            try:
                async with asyncio.timeout(SWEEP_S):
                    # If more is due than one sweep reads, the next sweep starts when the work of this one is done.
                    await (self._drained.wait() if more else self._look_now.wait())
            except TimeoutError:
                continue

    async def stop(self, patience_s: float = 5.0) -> None:
        """Start no new task, and wait for the active tasks for at most `patience_s`."""
        self._stopping = True
        for handle in self._later.values():
            handle.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=patience_s)
        for task in self._tasks:
            task.cancel()

    async def _sweep(self) -> bool:
        """Wake the processes that are due before the next sweep; return whether more are due than were read."""
        try:
            await deadlines.mark_overdue(self._driver.enforcer.evaluator)
        except StoreError as error:
            log.warning("overdue duties are not marked until the next sweep: the store is unavailable: %s", error)
        try:
            await self._clock.look(asyncio.get_running_loop().time())
        except StoreError as error:
            log.warning("uses are not dated anew until the next sweep: the store is unavailable: %s", error)
        now = self._driver.context.now()
        found = await loading.list_due(self._driver.context, now + int(SWEEP_S * 1000), BATCH)
        for process in [*found, *await self._list_misdated(now)]:
            if process.id not in self._active and process.id not in self._later:
                self.wake(process)
        return len(found) == BATCH

    async def _list_misdated(self, now: int) -> list[AnyProcess]:
        """Return the processes with a time from a clock that was ahead: looked for at the start, and when it goes back.

        Of many, the next sweep returns the others.
        """
        set_back, self._seen = now < self._seen, now
        if not set_back and not self._misdated:
            return []
        rows = await loading.list_due_last(self._driver.context, BATCH)
        found = [row for row in rows if find_due(row, self._driver.limits, now) != row.due_at]
        self._misdated = len(found) == BATCH
        return found

    def _begin(self, process: AnyProcess, waited: bool) -> None:
        self._active[process.id] = None
        self._at_peer[process.peer] += 1
        task = asyncio.get_running_loop().create_task(self._drive(process, waited), name=f"drive {process.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drive(self, process: AnyProcess, waited: bool) -> None:
        try:
            if waited:
                # It may have changed since: a message that is not pending any more must not be sent.
                process = await loading.reload(self._driver.context, process) or process
            while True:
                process = await outbound.advance(self._driver, process)
                again = self._active[process.id]
                if again is None:
                    break
                self._active[process.id] = None
                process = await loading.reload(self._driver.context, again) or again
        except StoreError as error:
            log.warning("process is tried again later: the store is unavailable: %s", error, extra={"pid": process.id})
            self._unstored[process.id] += 1
            self._look_later(process, min(FAILED_MS * self._unstored[process.id], FAILED_MOST_MS))
        except PlaneUnavailable as error:
            # Its lease lapses by itself, so a flow that cannot be signalled for long is over.
            log.warning("process is tried again later: %s", error, extra={"pid": process.id})
            self.stuck[process.id] = str(error)
            await self._postpone(process, str(error), LEASES_LOST * self._driver.limits.lease)
        except Exception as error:
            # One failed process must not stop the others; it is tried again, and the log has the error.
            self.stuck[process.id] = type(error).__name__
            log.exception("process is tried again later", extra={"pid": process.id})
            why = f"{type(error).__name__} in this connector: its log contains the reason."
            await self._postpone(process, why, self._driver.limits.owed_for)
        else:
            self.stuck.pop(process.id, None)
            self._unstored.pop(process.id, None)
            if process.due_at is not None:
                self._look_later(process, max(process.due_at - self._driver.context.now(), 0))
        finally:
            self._active.pop(process.id, None)
            self._at_peer[process.peer] -= 1
            if not self._at_peer[process.peer]:
                del self._at_peer[process.peer]
            self._begin_next()

    async def _postpone(self, process: AnyProcess, why: str, patience: int) -> None:
        """Store that a step failed, with the time of the next attempt; its process ends after `patience` (ms)."""
        due_at = None
        try:
            fresh = await loading.reload(self._driver.context, process) or process
            process = await stalling.stall(self._driver, fresh, why, patience)
            due_at = process.due_at
        except Exception:
            log.exception("the failure of a step is not stored", extra={"pid": process.id})
        wait = due_at - self._driver.context.now() if due_at is not None else 0
        self._look_later(process, max(wait, FAILED_MS))

    def _look_later(self, process: AnyProcess, delay_ms: int) -> None:
        """Set a timer for a process; the sweep finds a process that is due later than the next sweep."""
        self._forget_timer(process.id)
        if self._stopping or delay_ms > SWEEP_S * 1000:
            return
        loop = asyncio.get_running_loop()
        self._later[process.id] = loop.call_later(delay_ms / 1000, self._take_up, process, True)

    def _forget_timer(self, process_id: str) -> None:
        handle = self._later.pop(process_id, None)
        if handle:
            handle.cancel()

    def _take_up(self, process: AnyProcess, waited: bool = False) -> None:
        self._forget_timer(process.id)
        if process.id in self._active:
            # Its task is active and reads the row again after a conflict, or when it is done.
            self._active[process.id] = process
        elif self._has_room(process.peer):
            self._begin(process, waited)
        else:
            self._waiting.setdefault(process.peer, deque()).append(process)

    def _has_room(self, peer: str) -> bool:
        most = self._driver.limits.concurrency
        share = 1 if self._driver.backoff.find_pause_end(peer) else most
        return self._at_peer[peer] < share and len(self._active) < PEERS_AT_ONCE * most

    def _begin_next(self) -> None:
        for peer in list(self._waiting) if not self._stopping else ():
            queue = self._waiting[peer]
            while queue and self._has_room(peer):
                process = queue.popleft()
                if process.id not in self._active:
                    self._begin(process, waited=True)
            if not queue:
                del self._waiting[peer]
        if not self._active:
            self._drained.set()
