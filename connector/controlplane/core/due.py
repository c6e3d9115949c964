"""Performs what is due, by events and one timer: nothing is asked again and again."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

from connector.controlplane.core.context import Context
from connector.ports.store_errors import Conflict, StoreError

log = logging.getLogger(__name__)

AT_ONCE = 16
PAUSE_S = 60.0
"""How long a step rests that failed by the store or by a defect here."""
CHANGED_S = 1.0
"""How long a step rests whose row was changed meanwhile."""
LONGEST_S = 600.0
"""The longest sleep: the clock of a machine may be set meanwhile."""
RETRY_MS = 5_000
LONGEST_RETRY_MS = 3_600_000
BUSY = frozenset({401, 408, 425, 429})
"""The statuses with which a peer refuses what it may take later, beside those from 500 on."""
MOST_ATTEMPTS = 32
"""The attempts of one message to a peer that is away: about a day."""


class DueRow(Protocol):
    """A stored row that is due at a time (ms), or never."""

    @property
    def id(self) -> str:
        """The name of the row."""

    @property
    def due_at(self) -> int | None:
        """When it is due."""


D = TypeVar("D", bound=DueRow)


def find_retry(attempts: int, now: int) -> int:
    """Return when (ms) a message is sent again after this number of failures.

    >>> [find_retry(failures, 0) // 1000 for failures in (1, 2, 3, 32)]
    [5, 10, 20, 3600]
    """
    return now + min(RETRY_MS << min(attempts - 1, 20), LONGEST_RETRY_MS)


async def perform_due(
    context: Context,
    key: str,
    list_next: Callable[[int], Awaitable[Sequence[D]]],
    perform: Callable[[D], Awaitable[None]],
) -> None:
    """Perform rows when they are due, each in a task of its own, until cancelled.

    Parameters:
        context: its watch tells under `key` that a row may be due earlier than was known.
        key: the name of this kind of rows.
        list_next: returns as many rows as it is told, those first that are due first.
        perform: does the next step of a row, and stores what became of it.
    """
    tasks: dict[str, asyncio.Task[None]] = {}

    async def step(row: D) -> None:
        try:
            await perform(row)
        except Conflict:
            # Somebody changed it meanwhile: if it is still due, it is taken up again.
            await asyncio.sleep(CHANGED_S)
        except StoreError as error:
            log.warning("%s waits: the store is unavailable: %s", key, error)
            await asyncio.sleep(PAUSE_S)
        except Exception:
            # One failed step must not stop the others; it is tried again, and the log has the error.
            log.exception("%s is tried again later", key, extra={"pid": row.id})
            await asyncio.sleep(PAUSE_S)
        finally:
            del tasks[row.id]
            context.watch.notify(key)

    async def take_up() -> float:
        for row in await list_next(2 * AT_ONCE):
            left = (row.due_at or 0) - context.now()
            if left > 0:
                return min(left / 1000, LONGEST_S)
            if row.id not in tasks and len(tasks) < AT_ONCE:
                tasks[row.id] = asyncio.create_task(step(row), name=f"{key} {row.id}")
        return LONGEST_S

    try:
        with context.watch.follow(key) as changed:
            while True:
                changed.clear()
                try:
                    pause = await take_up()
                except StoreError as error:
                    log.warning("%s waits: the store is unavailable: %s", key, error)
                    pause = PAUSE_S
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await changed.wait()
    finally:
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
