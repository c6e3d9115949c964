"""A duty that is not fulfilled in time is violated; a late receipt settles it."""

import asyncio

import pytest

from connector.controlplane.enforcing import deadlines, performing, receipts
from connector.controlplane.processes.deciders import ByPolicy
from connector.controlplane.processes.worker import Worker
from connector.controlplane.usecases import payments
from connector.ports.entities import DutyEvent, PaymentState
from tests.controlplane.agreements import (
    AGREEMENT,
    DAY,
    USE,
    Clock,
    conclude,
    requested,
    within,
)
from tests.controlplane.enforcing.duties import DELETE, states
from tests.support.plane import Desk
from tests.support.rooms import Rooms


async def test_the_worker_finds_what_is_overdue_and_a_late_receipt_settles_it(
    desk: Desk, rooms: Rooms, clock: Clock
) -> None:
    await conclude(rooms, permission=[USE], obligation=[DELETE])
    clock.ms += 30 * DAY
    assert await deadlines.mark_overdue(rooms.evaluator) == 0
    clock.ms += 1
    worker = Worker(rooms.driver(ByPolicy(rooms.enforcer)))
    running = asyncio.create_task(worker.run())
    async with asyncio.timeout(5):
        while len(await rooms.context.store.duties(rooms.context.owner, AGREEMENT)) < 3:  # noqa: ASYNC110 - has no event of its own
            await asyncio.sleep(0)
    running.cancel()
    assert await deadlines.mark_overdue(rooms.evaluator) == 0
    assert await states(rooms) == {"delete": "violated", "compensate": "active"}
    assert (await receipts.record_receipt(rooms.evaluator, AGREEMENT, "obligation/0", "")).state == "settled"


@pytest.mark.parametrize("consequence", [[], [{"action": "odrl:nextPolicy"}]])
async def test_a_payment_after_its_deadline_opens_the_access_only_with_the_consequence(
    rooms: Rooms, clock: Clock, consequence: list[dict[str, str]]
) -> None:
    fee = {"action": "odrl:compensate", "constraint": [within(7)], "consequence": consequence}
    await conclude(rooms, permission=[{**USE, "duty": [fee]}])
    clock.ms += 8 * DAY
    assert await deadlines.mark_overdue(rooms.evaluator) == 1
    assert (await states(rooms))["compensate"] == "violated"
    await payments.record(rooms.evaluator, AGREEMENT, PaymentState.SETTLED, amount="5", by="accounts")
    clock.ms += 1
    verdict = await performing.permit_transfer(rooms.enforcer, requested(rooms))
    assert verdict.denied
    assert "Required first: pay" in verdict.reason
    assert ("no longer be fulfilled" in verdict.reason) is not bool(consequence)
    if consequence:
        uid = next(event.duty for event in await _ledger(rooms) if "consequence" in event.duty)
        await receipts.record_receipt(rooms.evaluator, AGREEMENT, uid, "")
    clock.ms += 1
    assert (await performing.permit_transfer(rooms.enforcer, requested(rooms))).denied is not bool(consequence)


async def test_a_payment_in_time_opens_the_access_also_after_the_deadline(rooms: Rooms, clock: Clock) -> None:
    fee = {"action": "odrl:compensate", "constraint": [within(7)]}
    await conclude(rooms, permission=[{**USE, "duty": [fee]}])
    await payments.record(rooms.evaluator, AGREEMENT, PaymentState.SETTLED, amount="5", by="accounts")
    clock.ms += 8 * DAY
    assert await deadlines.mark_overdue(rooms.evaluator) == 0
    assert not (await performing.permit_transfer(rooms.enforcer, requested(rooms))).denied


async def _ledger(rooms: Rooms) -> list[DutyEvent]:
    return list(await rooms.context.store.duties(rooms.context.owner, AGREEMENT))
