"""Notifies the tasks that wait for a process when it changes, without polling."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

INPUTS = "inputs"
"""What a watch calls a change of any asset and the end of any transfer, each with the name of the dataset."""
DELIVERED = "delivered"
"""What a watch calls each step of a transfer that this participant provides, with the name of its dataset."""


class NamedChanges:
    """The names of what has changed and was not taken yet: each once, however often it changes."""

    def __init__(self) -> None:
        self._names = set[str]()
        self._some = asyncio.Event()

    def add(self, name: str) -> None:
        """Add a name, and wake who waits."""
        self._names.add(name)
        self._some.set()

    async def wait(self) -> None:
        """Wait until there is a name."""
        await self._some.wait()

    def take(self) -> frozenset[str]:
        """Return the names, and begin anew."""
        taken, self._names = frozenset(self._names), set()
        self._some.clear()
        return taken


class ProcessWatch:
    """The waiting tasks by process; every commit of a process calls `notify`. Implements `ports.watch.Watch`."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[asyncio.Event]] = {}
        self._gathering: dict[str, list[NamedChanges]] = {}

    def notify(self, process_id: str, name: str = "") -> None:
        """Wake all tasks that wait for this process; `name` is what has changed, for those that gather names."""
        for event in self._waiting.get(process_id, ()):
            event.set()
        if name:
            for changes in self._gathering.get(process_id, ()):
                changes.add(name)

    def notify_all(self) -> None:
        """Wake all tasks that wait for any process: nobody knows what has changed."""
        for events in self._waiting.values():
            for event in events:
                event.set()

    @contextmanager
    def gather(self, process_id: str) -> Iterator[NamedChanges]:
        """Gather the names that come with the commits of a process."""
        changes = NamedChanges()
        self._gathering.setdefault(process_id, []).append(changes)
        try:
            yield changes
        finally:
            self._gathering[process_id].remove(changes)
            if not self._gathering[process_id]:
                del self._gathering[process_id]

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
