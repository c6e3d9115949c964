"""A step without progress is counted in the store, waits longer each time, and ends its process with the reason."""

import msgspec

from connector.controlplane.processes.sending import outbound, stalling
from connector.controlplane.processes.sending.driver import ProcessDriver
from connector.ports.changes import Change, PutProcess
from connector.ports.store_errors import Conflict
from connector.protocol.dsp.machines.negotiation_machine import Negotiation
from connector.store.memory.store import MemoryStore
from tests.controlplane.agreements import Clock
from tests.controlplane.processes.sending.test_reconcile import Waiting, offered_to_me
from tests.support.plane import Desk

PATIENCE = 180_000


async def stored(desk: Desk, clock: Clock, **more: object) -> tuple[ProcessDriver, Negotiation]:
    driver = desk.rooms.but(now=clock, **more).driver(Waiting())
    process = msgspec.structs.replace(offered_to_me(), version=1, due_at=clock.ms)
    await driver.context.store.commit([PutProcess(process, None)])
    return driver, process


async def test_every_repeat_waits_longer_and_the_last_ends_the_process(desk: Desk) -> None:
    clock = Clock()
    driver, process = await stored(desk, clock)
    pauses = []
    while process.ended is None:
        process = await stalling.stall(driver, process, "no reason", PATIENCE)  # type: ignore[assignment]
        assert await driver.context.store.negotiation(process.owner, process.id) == process
        if process.due_at is not None:
            pauses.append(process.due_at - clock.ms)
            clock.ms = process.due_at
    assert pauses == sorted(pauses)
    assert pauses[0] >= driver.limits.retry_base
    assert len(pauses) < 12
    assert (process.ended.code, process.ended.by) == ("stuck", driver.context.participant)
    assert process.ended.reason == f"The next step failed {len(pauses)} times: no reason"


async def test_progress_begins_the_count_again(desk: Desk) -> None:
    clock = Clock()
    driver, process = await stored(desk, clock)
    stalled = await stalling.stall(driver, process, "no reason", PATIENCE)
    moved = msgspec.structs.replace(stalled, version=stalled.version + 1)
    await driver.context.store.commit([PutProcess(moved, stalled.version)])
    again = await stalling.stall(driver, moved, "no reason", PATIENCE)
    assert stalled.stalled is not None
    assert again.stalled is not None
    assert (stalled.stalled.steps, again.stalled.steps) == (1, 1)


class Refusing(MemoryStore):
    """A store that refuses what the steps of a process would change, though nobody changed the process."""

    async def commit(self, group: list[Change]) -> None:  # type: ignore[override]  # any sequence of changes
        put = group[0]
        if isinstance(put, PutProcess) and put.expected is not None and put.process.stalled is None:
            raise Conflict("Something else is in the way.")
        await super().commit(group)


async def test_a_conflict_that_no_other_change_explains_is_not_tried_again_at_once(desk: Desk) -> None:
    clock = Clock()
    driver, process = await stored(desk, clock, store=Refusing())
    after = await outbound.advance(driver, process)
    assert after.stalled is not None
    assert after.stalled.steps == 1
    assert after.due_at is not None
    assert after.due_at > clock.ms
