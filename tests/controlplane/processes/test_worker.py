"""A step that breaks off by a defect: the process is named until it has gone on, and others are not held up."""

import asyncio
import contextlib
from dataclasses import replace

import msgspec
import pytest

from connector.controlplane.processes.deciders import ByPolicy
from connector.controlplane.processes.loading import load_negotiation
from connector.controlplane.processes.sending.backoff import PeerBackoff
from connector.controlplane.processes.steps import plan
from connector.controlplane.processes.worker import Worker
from connector.ports.changes import PutProcess
from connector.ports.decider import HoldFor, Proceed, Wait
from connector.ports.entities import Backoff
from connector.ports.store import AnyProcess
from connector.protocol.dsp.machines.negotiation_machine import NegotiationState
from tests.controlplane.processes.bargain import offered, requested, terms
from tests.dataplane.world import eventually
from tests.support.plane import Desk
from tests.support.rooms import Rooms


class Breaking:
    """Decides by policy, but breaks on one process as long as it is told to."""

    def __init__(self, rooms: Rooms, broken: str) -> None:
        self._policy = ByPolicy(rooms.enforcer, frozenset())
        self.broken: str | None = broken

    async def decide(self, process: AnyProcess, now: int) -> Proceed | HoldFor | Wait:
        if process.id == self.broken:
            raise ZeroDivisionError("what is in it may be personal")
        return await self._policy.decide(process, now)


async def test_a_process_that_cannot_go_on_is_named_until_it_does(desk: Desk) -> None:
    decider = Breaking(desk.rooms, "urn:odd")
    workers: list[Worker] = []
    rooms = desk.rooms.but(wake=lambda process: workers[0].wake(process))
    worker = Worker(rooms.driver(decider))
    workers.append(worker)
    await offered(desk, terms("dpv:ResearchAndDevelopment"))
    processes = {}
    for pid in ("urn:odd", "urn:well"):
        made = requested(
            terms("dpv:ResearchAndDevelopment"),
            id=pid,
            peer_pid=f"theirs of {pid}",
            due_at=rooms.context.now(),
            version=1,
        )
        await rooms.context.store.commit([PutProcess(made, None)])
        processes[pid] = made
        worker.wake(made)

    async def reaches(pid: str, wanted: str) -> None:
        async with asyncio.timeout(10):
            context = rooms.context
            while (found := await load_negotiation(context, pid)) is None or found.state != wanted:  # noqa: ASYNC110 - has no event of its own
                await asyncio.sleep(0)

    try:
        await eventually(lambda: worker.stuck == {"urn:odd": "ZeroDivisionError"}, "it is not named")
        await reaches("urn:well", NegotiationState.AGREED)
        await reaches("urn:odd", NegotiationState.REQUESTED)
        decider.broken = None
        stalled = await rooms.context.store.negotiation(rooms.context.owner, "urn:odd")
        assert stalled is not None
        assert stalled.stalled is not None
        due = msgspec.structs.replace(stalled, due_at=rooms.context.now(), version=stalled.version + 1)
        await rooms.context.store.commit([PutProcess(due, stalled.version)])
        worker.wake(due)
        await eventually(lambda: worker.stuck == {}, "it is still named")
        await reaches("urn:odd", NegotiationState.AGREED)
    finally:
        await worker.stop(1.0)


@pytest.mark.parametrize("ahead_ms", [86_400_000, 3_600_000])
async def test_a_message_that_was_put_off_while_the_clock_was_ahead_is_sent_when_it_is_right(
    desk: Desk, ahead_ms: int
) -> None:
    workers: list[Worker] = []
    rooms = desk.rooms.but(wake=lambda process: workers[0].wake(process))
    later = rooms.context.now() + ahead_ms
    await offered(desk, terms("dpv:ResearchAndDevelopment"))
    made = requested(terms("dpv:ResearchAndDevelopment"), peer_pid="theirs", due_at=later, updated_at=later, version=1)
    decision = await ByPolicy(rooms.enforcer, frozenset()).decide(made, rooms.context.now())
    assert isinstance(decision, Proceed)
    planned = (await plan(rooms.enforcer, made, decision)).after
    planned = msgspec.structs.replace(planned, due_at=later, updated_at=later)
    await rooms.context.store.commit([PutProcess(planned, None)])
    paused = Backoff(owner=rooms.context.owner, peer=made.peer, failures=3, until=later)
    driver = rooms.driver(ByPolicy(rooms.enforcer, frozenset()))
    backoff = PeerBackoff(
        rooms.context.owner, [paused], limits=driver.limits, now=rooms.context.now, spread=lambda: 1.0
    )
    worker = Worker(replace(driver, backoff=backoff))
    workers.append(worker)
    running = asyncio.create_task(worker.run())
    try:
        async with asyncio.timeout(10):
            while (found := await load_negotiation(rooms.context, made.id)) is None or found.pending:  # noqa: ASYNC110 - has no event of its own
                await asyncio.sleep(0)
        assert found.state == NegotiationState.AGREED
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        await worker.stop(1.0)
