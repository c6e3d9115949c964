"""Duties for tests, an executor with a script, and the states of the duties of one agreement."""

from collections.abc import Mapping

from connector.controlplane.enforcing import receipts
from connector.controlplane.enforcing.executors.attribution import Attribution
from connector.controlplane.enforcing.executors.delete import Delete
from connector.controlplane.enforcing.executors.log import Log
from connector.policy.model.policy import DK, ODRL
from connector.ports.actions import Awaited, Executor, Failed, Performed, Task
from tests.controlplane.agreements import (
    AGREEMENT,
    atom,
    within,
)
from tests.support.rooms import Rooms

DELETE = {"action": "odrl:delete", "constraint": [within(30)], "consequence": [{"action": "odrl:compensate"}]}
LOG = {"action": "dk:log", "constraint": [atom("dk:logLevel", "eq", "onAllow")]}
NOTICE = {"action": "odrl:attribute", "constraint": [atom("dk:notice", "eq", "Stadt, Open Data")]}
OURS: dict[str, Executor] = {DK + "log": Log(), ODRL + "delete": Delete(), ODRL + "attribute": Attribution()}


class Flaky:
    """An executor that does what its script says, then succeeds."""

    def __init__(self, *script: str) -> None:
        self.script = list(script)
        self.keys: list[str] = []

    def performs(self, parameters: Mapping[str, tuple[str, ...]]) -> bool:
        return True

    def begin(self, task: Task) -> Awaited:
        return Awaited({"duty": task.duty})

    async def perform(self, task: Task) -> Performed | Failed:
        self.keys.append(task.key)
        return Failed(self.script.pop(0)) if self.script else Performed({"done": "yes"})


async def states(rooms: Rooms) -> dict[str, str]:
    return {
        entry.action.rpartition("/")[2].rpartition("#")[2]: entry.state
        for entry in await receipts.list_standings(rooms.evaluator, AGREEMENT)
    }
