"""Makes the products of one participant again: when they are due, and when something under which they are made changes.

One timer is set for the product that is due first. Whoever changes an asset, or ends a transfer, wakes the runner with
the name of the dataset: then the products with this input are looked at, so that its end reaches them at once. A burst
of changes is one look.
"""

import asyncio
import logging

from connector.controlplane.core.errors import UseCaseError
from connector.controlplane.core.watch import INPUTS, NamedChanges
from connector.controlplane.usecases.offering.publisher import Publisher
from connector.controlplane.usecases.products import running
from connector.ports.entities import Product
from connector.ports.store_errors import Conflict, StoreError
from connector.views.products import ProductState

log = logging.getLogger(__name__)

PAUSE_S = 60.0
"""How long a product rests that failed by the store or by a defect here."""
LONGEST_S = 600.0
"""The longest sleep: the clock of a machine may be set meanwhile."""
SETTLED = "products"
"""What the watch of the context calls the end of a look at any product."""
GATHER_S = 0.5
"""How long changes are gathered before products are looked at."""


class ProductRunner:
    """Looks at products. `run` is the task of a process."""

    def __init__(self, publisher: Publisher, *, gather_s: float = GATHER_S) -> None:
        self._publisher = publisher
        self._gather_s = gather_s
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._missed = set[str]()

    async def run(self) -> None:
        """Look at products until cancelled. At the start all are looked at: an input may have ended meanwhile."""
        watch = self._publisher.context.watch
        try:
            with watch.gather(INPUTS) as changed, watch.follow(SETTLED) as settled:
                names: frozenset[str] | None = None
                while True:
                    settled.clear()
                    try:
                        pause = await self._take_up(names)
                        names = frozenset()
                    except StoreError as error:
                        log.warning("products wait: the store is unavailable: %s", error)
                        pause = PAUSE_S
                    await _wait(changed, settled, pause)
                    if taken := changed.take():
                        await asyncio.sleep(self._gather_s)
                        names = None if names is None else names | taken | changed.take()
        finally:
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _take_up(self, names: frozenset[str] | None) -> float:
        """Look at what is due, and at products with an input of these names; return the seconds until the next one.

        None looks at all products.
        """
        context = self._publisher.context
        pause, now = LONGEST_S, context.now()
        for row in await context.store.products(context.owner):
            if row.state is not ProductState.ACTIVE or row.due_at is None:
                continue
            woken = names is None or not names.isdisjoint(entry.dataset for entry in row.inputs)
            if row.asset in self._tasks:
                self._missed |= {row.asset} if woken else set()
                continue
            woken = woken or row.asset in self._missed
            self._missed.discard(row.asset)
            if woken or row.due_at <= now:
                task = asyncio.create_task(self._perform(row, woken=woken), name=f"product {row.asset}")
                self._tasks[row.asset] = task
            else:
                pause = min(pause, (row.due_at - now) / 1000)
        return pause

    async def _perform(self, row: Product, *, woken: bool) -> None:
        context = self._publisher.context
        try:
            await running.look(self._publisher, row, woken=woken)
        except (Conflict, UseCaseError):
            # Somebody changed it meanwhile: it is looked at again with that change.
            await asyncio.sleep(self._gather_s)
        except StoreError as error:
            log.warning("a product waits: the store is unavailable: %s", error, extra={"pid": row.asset})
            await asyncio.sleep(PAUSE_S)
        except Exception:
            # One failed run must not stop the others; it is tried again, and the log has the error.
            log.exception("a product is looked at again later", extra={"pid": row.asset})
            await asyncio.sleep(PAUSE_S)
        finally:
            del self._tasks[row.asset]
            context.watch.notify(SETTLED)


async def _wait(changed: NamedChanges, settled: asyncio.Event, pause: float) -> None:
    """Wait until something has changed, a look has ended, or the time is over."""
    waits = [asyncio.ensure_future(one) for one in (changed.wait(), settled.wait())]
    try:
        await asyncio.wait(waits, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
