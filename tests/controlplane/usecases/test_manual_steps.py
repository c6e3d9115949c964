"""A step of a person is carried out now, after the pending message is settled, or refused."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import msgspec
import pytest

from connector.controlplane.core.errors import NotAllowed
from connector.controlplane.core.watch import ProcessWatch
from connector.controlplane.usecases import manual_steps
from connector.ports.changes import Change, PutProcess
from connector.ports.decider import Agree, Finalize, Terminate
from connector.ports.store_errors import PidTaken
from connector.protocol.dsp.machines.machine import Pending
from connector.protocol.dsp.machines.negotiation_machine import Negotiation, NegotiationState
from tests.controlplane.processes.bargain import RESEARCH, offered, requested, terms
from tests.support.plane import OWNER, Desk

PENDING = Pending("ContractAgreementMessage", "AGREED", b"{}")


async def stored(desk: Desk, **members: object) -> Negotiation:
    await offered(desk, terms(RESEARCH))
    process = msgspec.structs.replace(requested(terms(RESEARCH)), version=1, **members)
    await desk.store.commit([PutProcess(process, None)])
    return process


def reading(desk: Desk, before: Callable[[int], None] = lambda _: None) -> Callable[[], Awaitable[Negotiation]]:
    """Return a function that reads the negotiation; it calls `before` with the number of the reading."""
    count = 0

    async def read() -> Negotiation:
        nonlocal count
        count += 1
        before(count)
        process = await desk.store.negotiation(OWNER, "urn:n")
        assert process is not None
        return process

    return read


async def test_an_allowed_step_is_committed(desk: Desk) -> None:
    await stored(desk)
    after = await manual_steps.carry_out(desk.rooms.enforcer, reading(desk), lambda _: Agree())
    assert after.pending is not None


async def test_a_step_that_is_not_allowed_is_refused_at_once_without_a_pending_message(desk: Desk) -> None:
    await stored(desk)
    readings: list[int] = []
    with pytest.raises(NotAllowed) as refused:
        await manual_steps.carry_out(desk.rooms.enforcer, reading(desk, readings.append), lambda _: Finalize())
    assert refused.value.code == "wrong-state"
    assert readings == [1]


async def test_a_step_waits_for_the_worker_where_the_peer_named_the_pid_of_another_process(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = await stored(desk)
    readings: list[int] = []
    commit = desk.store.commit

    async def taken(group: Sequence[Change]) -> None:
        raise PidTaken("of another process")

    monkeypatch.setattr(desk.store, "commit", taken)
    read = reading(desk, readings.append)
    step = asyncio.create_task(manual_steps.carry_out(desk.rooms.enforcer, read, lambda _: Agree()))
    for _ in range(50):
        await asyncio.sleep(0)
    assert readings == [1], "the same step would fail again at once"
    monkeypatch.setattr(desk.store, "commit", commit)
    desk.watch.notify(process.id)
    assert (await step).pending is not None


async def test_a_step_waits_for_the_pending_message(desk: Desk) -> None:
    await stored(desk, pending=PENDING)

    class Settling(ProcessWatch):
        async def wait_for_change(self, process_id: str, timeout_s: float) -> bool:
            await desk.become(process_id, NegotiationState.VERIFIED)
            return True

    rooms = desk.rooms.but(watch=Settling())
    after = await manual_steps.carry_out(rooms.enforcer, reading(desk), lambda _: Finalize())
    assert after.pending is not None
    assert after.state == NegotiationState.VERIFIED


async def test_a_step_that_conflicts_again_and_again_is_refused(desk: Desk) -> None:
    process = await stored(desk)
    stale = msgspec.structs.replace(process, version=7)
    readings: list[int] = []

    async def read() -> Negotiation:
        readings.append(1)
        return stale

    with pytest.raises(NotAllowed) as refused:
        await manual_steps.carry_out(desk.rooms.enforcer, read, lambda _: Terminate("rejected", "no"))
    assert refused.value.code == "busy"
    assert len(readings) == manual_steps.ATTEMPTS


async def test_what_a_person_asked_for_is_done_again_if_the_worker_was_faster(desk: Desk) -> None:
    process = await stored(desk)
    faster = msgspec.structs.replace(process, rounds=9)
    times = 0

    async def end() -> Negotiation:
        nonlocal times
        times += 1
        known = await reading(desk)()
        if times < 3:
            # The worker commits between the reading and the step of the person.
            await desk.store.commit(
                [PutProcess(msgspec.structs.replace(faster, version=known.version + 1), known.version)]
            )
        after = msgspec.structs.replace(known, state=NegotiationState.TERMINATED, version=known.version + 1)
        await desk.store.commit([PutProcess(after, known.version)])
        return after

    assert (await manual_steps.repeat(end)).rounds == 9
    assert times == 3
