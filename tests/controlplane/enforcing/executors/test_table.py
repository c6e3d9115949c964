"""What every executor keeps, and that the table is the one place that names them."""

from collections.abc import Mapping

import msgspec
import pytest

from connector.controlplane.enforcing import performing, receipts
from connector.controlplane.enforcing.executors.table import build_executors
from connector.controlplane.judging.acceptance import find_unenforceable
from connector.controlplane.judging.library import Library
from connector.net.client import GuardedClient
from connector.policy.model.policy import ODRL
from connector.ports.actions import Awaited, Performed, Task
from connector.protocol.dsp.common import Role
from tests.controlplane.agreements import (
    AGREEMENT,
    LIBRARY,
    USE,
    atom,
    conclude,
    requested,
)
from tests.controlplane.enforcing.duties import LOG
from tests.support.plane import CITY, ME, NOW
from tests.support.rooms import Rooms


@pytest.mark.parametrize("action", ["log", "inform", "delete", "attribute"])
async def test_an_executor_may_be_asked_again(client: GuardedClient, action: str) -> None:
    executor = next(entry for iri, entry in build_executors(client).items() if iri.endswith(action))
    task = Task(
        key="k",
        owner="city",
        agreement_id=AGREEMENT,
        duty="obligation/0",
        action=action,
        role=Role.PROVIDER,
        participant=ME,
        counterparty=CITY,
        dataset="air",
        at=NOW,
    )
    assert executor.begin(task) == executor.begin(task)
    first = await executor.perform(task)
    assert await executor.perform(task) == first
    assert isinstance(first, Performed) is (action in {"log", "attribute"})


def test_what_is_performed_here_may_come_first() -> None:
    def fit(duty: object) -> bool:
        document = {"@type": "Offer", "@id": "urn:o", "permission": [{**USE, "duty": [duty]}]}
        return find_unenforceable(LIBRARY, msgspec.json.encode(document)) is None

    assert fit(LOG)
    assert fit({"action": "odrl:inform", "constraint": [atom("dk:notifyAddress", "eq", "https://a.example")]})
    assert not fit({"action": "odrl:inform"})
    # Our people record what was paid.
    assert fit({"action": "odrl:compensate"})
    assert not fit({"action": "odrl:obtainConsent"})


class Watermarked:
    """An executor of an action that had none."""

    def performs(self, parameters: Mapping[str, tuple[str, ...]]) -> bool:
        return True

    def begin(self, task: Task) -> Awaited:
        return Awaited({"duty": task.duty})

    async def perform(self, task: Task) -> Performed:
        return Performed({"done": "yes"})


async def test_one_line_in_the_table_is_enough_for_a_new_executor(rooms: Rooms) -> None:
    duty = {"action": "odrl:watermark"}
    offer = msgspec.json.encode({"@type": "Offer", "@id": "urn:o", "permission": [{**USE, "duty": [duty]}]})
    without = Library(LIBRARY.operands, executors=build_executors())
    refused = find_unenforceable(without, offer)
    assert refused is not None
    assert refused.code == "not-seen"

    rooms = rooms.but(actions={**build_executors(), ODRL + "watermark": Watermarked()})
    assert find_unenforceable(rooms.evaluator.library, offer) is None
    await conclude(rooms, permission=[{**USE, "duty": [duty]}])
    assert not (await performing.permit_transfer(rooms.enforcer, requested(rooms))).denied
    (summary,) = await receipts.list_standings(rooms.evaluator, AGREEMENT)
    assert not summary.by_person
    ledger = await rooms.context.store.duties(rooms.context.owner, AGREEMENT, occasions=["urn:transfer:1"])
    assert [event.occasion for event in ledger if event.state == "fulfilled"] == ["urn:transfer:1"]
