"""Runs the subscriptions of one participant: when they are due, and when their deliveries have ended.

Nothing is asked again and again: one timer is set for the run that is due first, a change of a subscription wakes the
runner, and a delivery is followed by its commits. A run is a task of its own, so that no provider holds up another.
"""

import asyncio
import contextlib
import logging

from connector.controlplane.core.pages import walk
from connector.controlplane.enforcing.enforcer import Enforcer
from connector.controlplane.usecases.counterparties import Counterparties
from connector.controlplane.usecases.subscribing import running, standing_streams
from connector.controlplane.usecases.subscribing.subscriptions import CHANGED, MOST_SUBSCRIPTIONS
from connector.ports.entities import Subscription
from connector.ports.store_errors import Conflict, StoreError

log = logging.getLogger(__name__)

AT_ONCE = 8
PAUSE_S = 60.0
"""How long a run rests that failed by the store or by a defect here."""
LONGEST_S = 600.0
"""The longest sleep: the clock of a machine may be set meanwhile."""


class SubscriptionRunner:
    """Runs what is due. `run` is the task of a process; it goes on where the last one was stopped or killed."""

    def __init__(self, enforcer: Enforcer, counterparties: Counterparties) -> None:
        self._enforcer = enforcer
        self._counterparties = counterparties
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._looks = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        """Run subscriptions until cancelled."""
        context = self._enforcer.context
        try:
            with context.watch.follow(CHANGED) as changed:
                under_way = False
                while True:
                    changed.clear()
                    try:
                        if not under_way:
                            await self._take_up_deliveries()
                            under_way = True
                        pause = await self._take_up_due()
                    except StoreError as error:
                        log.warning("subscriptions wait: the store is unavailable: %s", error)
                        pause = PAUSE_S
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(pause):
                            await changed.wait()
        finally:
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _take_up_deliveries(self) -> None:
        """Follow the deliveries that were under way when the last process ended."""
        store, owner = self._enforcer.context.store, self._enforcer.context.owner
        async for row in walk(lambda page: store.subscriptions(owner, page)):
            if row.transfer:
                self._begin(row)

    async def _take_up_due(self) -> float:
        """Begin the runs that are due; return the seconds until the next one is."""
        context = self._enforcer.context
        now = context.now()
        rows = await context.store.next_subscriptions(context.owner, MOST_SUBSCRIPTIONS)
        for row in rows:
            if row.id in self._tasks or row.due_at is None:
                continue
            if row.due_at > now:
                return min((row.due_at - now) / 1000, LONGEST_S)
            self._begin(row)
        return LONGEST_S

    def _begin(self, found: Subscription) -> None:
        if found.id not in self._tasks:
            task = asyncio.create_task(self._perform(found.id), name=f"subscription {found.id}")
            self._tasks[found.id] = task

    async def _perform(self, id: str) -> None:
        """Run a subscription, and follow its delivery to the end."""
        context = self._enforcer.context
        try:
            found = await context.store.subscription(context.owner, id)
            if found is not None and not found.transfer and found.due_at is not None:
                async with self._looks:
                    found = await running.begin(self._enforcer, self._counterparties, found)
            if found is not None and found.transfer:
                await self._follow(id, found.transfer)
        except Conflict:
            # Somebody changed it meanwhile: if it is still due, it is taken up again.
            pass
        except StoreError as error:
            log.warning("a subscription waits: the store is unavailable: %s", error, extra={"pid": id})
            await asyncio.sleep(PAUSE_S)
        except Exception:
            # One failed run must not stop the others; it is tried again, and the log has the error.
            log.exception("a subscription is run again later", extra={"pid": id})
            await asyncio.sleep(PAUSE_S)
        finally:
            del self._tasks[id]
            context.watch.notify(CHANGED)

    async def _follow(self, id: str, transfer: str) -> None:
        """Wait until a delivery has ended, and note it; a subscription that was removed meanwhile is let go."""
        context = self._enforcer.context
        found: Subscription | None = None
        with context.watch.follow(transfer) as changed:
            while True:
                changed.clear()
                earlier = found
                found = await context.store.subscription(context.owner, id)
                if found is None and earlier is not None and standing_streams.is_stream(earlier):
                    await standing_streams.end_removed(self._enforcer, transfer)
                if found is None or found.transfer != transfer:
                    return
                with contextlib.suppress(Conflict):
                    if await running.settle(self._enforcer, found) is not None:
                        return
                    await changed.wait()
