"""The port of the watch: it reports commits, so a reader does not have to read the store repeatedly."""

from contextlib import AbstractContextManager
from typing import Protocol


class ChangeFlag(Protocol):
    """A flag that every commit of a process sets; `asyncio.Event` is one."""

    def clear(self) -> None:
        """Forget the commits until now."""

    async def wait(self) -> object:
        """Wait for a commit, or return at once if there was one since the last `clear`."""


class Watch(Protocol):
    """Reports commits. `controlplane.core.watch.ProcessWatch` implements it; the commits of the use cases notify it."""

    def follow(self, process_id: str) -> AbstractContextManager[ChangeFlag]:
        """Follow a process: each commit that changes its row or its hold sets the flag, also between two waits."""

    async def wait_for_change(self, process_id: str, timeout_s: float) -> bool:
        """Wait until a commit changes the process (its row or its hold), at most `timeout_s` seconds.

        Returns False after the time-out. A commit between a read and this call can be missed, so a reader waits for a
        limited time and reads again, or follows the process.
        """
