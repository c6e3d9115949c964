"""The port of the watch: it reports commits, so a reader does not have to read the store repeatedly."""

from typing import Protocol


class Watch(Protocol):
    """Reports commits. `controlplane.core.watch.ProcessWatch` implements it; the commits of the use cases notify it."""

    async def wait_for_change(self, process_id: str, timeout_s: float) -> bool:
        """Wait until a commit changes the process (its row or its hold), at most `timeout_s` seconds.

        Returns False after the time-out. A commit between a read and this call can be missed, so a reader waits for a
        limited time and reads again.
        """
