"""Tells whoever waits for a process that it has changed: events, no polling."""

import asyncio


class ProcessWatch:
    """Waiters by process; `notify` is called after every commit of a process. Implements `ports.watch.Watch`."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[asyncio.Event]] = {}

    def notify(self, process_id: str) -> None:
        """Wake everybody who waits for this process."""
        for event in self._waiting.get(process_id, ()):
            event.set()

    async def wait_for_change(self, process_id: str, timeout_s: float) -> bool:
        """Wait until the process is committed again; False if that does not happen in time."""
        event = asyncio.Event()
        self._waiting.setdefault(process_id, set()).add(event)
        try:
            async with asyncio.timeout(timeout_s):
                await event.wait()
        except TimeoutError:
            return False
        finally:
            others = self._waiting[process_id]
            others.discard(event)
            if not others:
                del self._waiting[process_id]
        return True
