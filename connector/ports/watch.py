"""How a reader learns that a process has changed, without asking the store again and again."""

from typing import Protocol


class Watch(Protocol):
    """Tells of commits. One implementation: `app`, over the store it hands to the use cases."""

    async def wait_for_change(self, process_id: str, timeout_s: float) -> bool:
        """Wait until a commit touches the process (its row or its hold), at most `timeout_s` seconds.

        Returns False where the time ran out. A commit between a read and this call may be missed, so that a reader
        asks with bounded times and reads again.
        """
