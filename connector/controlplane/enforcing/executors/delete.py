"""`odrl:delete`: asked for when the agreement is made, due at its deadline, done when a person says so, else overdue.

The data lies with the consumer: what counts here is the receipt.
"""

from collections.abc import Mapping

from connector.ports.actions import Awaited, Task


class Delete:
    """Implements `ports.actions.Executor`."""

    def performs(self, _parameters: Mapping[str, tuple[str, ...]]) -> bool:
        """A person deletes the data, and confirms it."""
        return False

    def begin(self, task: Task) -> Awaited:
        """Ask for the deletion."""
        return Awaited({"asked": task.counterparty if task.role == "provider" else task.participant})

    async def perform(self, task: Task) -> Awaited:
        """Go on waiting for the receipt."""
        return self.begin(task)
