"""`dk:log`: each access that is granted is written to the audit log; a log that cannot be written denies the access."""

from collections.abc import Mapping

from connector.ports.actions import Awaited, Performed, Task


class Log:
    """Implements `ports.actions.Executor`: what it answers is committed as an audit leaf before a byte may leave.

    A denial is always on record, so that a duty to log denials alone (`onDeny`) asks nothing of an access.
    """

    def performs(self, _parameters: Mapping[str, tuple[str, ...]]) -> bool:
        """Every access can be logged."""
        return True

    def begin(self, task: Task) -> Performed | Awaited:
        """Nothing is logged before an access."""
        return Awaited({"level": _level(task)})

    async def perform(self, task: Task) -> Performed | Awaited:
        """Say what is logged."""
        level = _level(task)
        if level == "onDeny":
            return Performed({"level": level})
        return Performed({"level": level, "counterparty": task.counterparty, "dataset": task.dataset})


def _level(task: Task) -> str:
    return task.parameters.get("logLevel", ("onAllow",))[0]
