"""Notifies the tasks that wait for a process when it changes, without polling."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

INPUTS = "inputs"
"""What a watch calls a change of any asset and the end of any transfer: what is made of their data is looked at."""
DELIVERED = "delivered"
"""What a watch calls each step of a transfer that this participant provides: its data may be measured."""


class ProcessWatch:
    """The waiting tasks by process; every commit of a process calls `notify`. Implements `ports.watch.Watch`."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[asyncio.Event]] = {}

    def notify(self, process_id: str) -> None:
        """Wake all tasks that wait for this process."""
        for event in self._waiting.get(process_id, ()):
            event.set()

    @contextmanager
    def follow(self, process_id: str) -> Iterator[asyncio.Event]:
        """Follow a process: each of its commits sets the event."""
        event = asyncio.Event()
        self._waiting.setdefault(process_id, set()).add(event)
        try:
            yield event
        finally:
            others = self._waiting[process_id]
            others.discard(event)
            if not others:
                del self._waiting[process_id]

    async def wait_for_change(self, process_id: str, timeout_s: float) -> bool:
        """Wait until the process is committed again; False if that does not happen in time."""
        with self.follow(process_id) as changed:
            try:
                async with asyncio.timeout(timeout_s):
                    await changed.wait()
            except TimeoutError:
                return False
        return True
