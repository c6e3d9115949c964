"""A duty that is not fulfilled in time is violated; a late receipt settles it."""

import asyncio

from connector.controlplane.enforcing import deadlines, receipts
from connector.controlplane.processes.deciders import ByPolicy
from connector.controlplane.processes.worker import Worker
from tests.controlplane.agreements import (
    AGREEMENT,
    DAY,
    USE,
    Clock,
    conclude,
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
