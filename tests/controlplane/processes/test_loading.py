"""Whatever happens between an acknowledgement and its commit: the row, its leaves and every 2xx agree.

The process is the provider's negotiation of `test_outbound`, with its agreement pending.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.controlplane.core.errors import NotAllowed
from connector.controlplane.processes import inbound, loading, steps
from connector.controlplane.processes.receiver import MessageReceiver
from connector.controlplane.processes.sending import outbound, waiting
from connector.controlplane.usecases import negotiation as people
from connector.ports.changes import Change
from connector.ports.decider import Terminate
from connector.ports.store_errors import Conflict, StoreError, Unavailable
from connector.protocol.dsp.machines.negotiation_machine import NEGOTIATION
from tests.controlplane.processes.sending.test_outbound import ACKNOWLEDGED, Agreed, make_agreed
from tests.support.plane import Desk

VERIFIED = ("received ContractAgreementVerificationMessage", "AGREED", "VERIFIED")


@pytest.fixture
async def agreed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Agreed:
    return await make_agreed(desk, monkeypatch)


def refuse(agreed: Agreed, monkeypatch: pytest.MonkeyPatch, fault: StoreError, times: int = 1) -> None:
    """Let the next commits fail."""
    store = agreed.rooms.context.store
    commit, left = store.commit, [fault] * times

    async def fail(group: Sequence[Change]) -> None:
        if left:
            raise left.pop()
        await commit(group)

    monkeypatch.setattr(store, "commit", fail)


async def test_a_stop_stores_what_is_acknowledged(agreed: Agreed) -> None:
    await agreed.deliver()
    await loading.store_acknowledged(agreed.rooms.context, 1.0)
    assert (await agreed.stored()).state == "AGREED"
    assert await agreed.leaves() == [ACKNOWLEDGED]
    assert agreed.rooms.context.acknowledged.list_kept() == []


@pytest.mark.parametrize("fault", [Unavailable("full"), Conflict("moved")])
async def test_a_stop_that_cannot_store_leaves_the_message_owed(
    agreed: Agreed, monkeypatch: pytest.MonkeyPatch, fault: StoreError
) -> None:
    await agreed.deliver()
    refuse(agreed, monkeypatch, fault)
    await loading.store_acknowledged(agreed.rooms.context, 1.0)
    assert await agreed.stored() == agreed.process


async def test_an_acknowledgement_outlives_a_full_store(agreed: Agreed, monkeypatch: pytest.MonkeyPatch) -> None:
    known = await agreed.deliver()
    refuse(agreed, monkeypatch, Unavailable("full"), times=2)
    agreed.clock.ms += waiting.MOMENT_MS
    for _ in range(2):
        with pytest.raises(Unavailable):
            await outbound.advance(agreed.driver, known)
        assert (await people.get(agreed.rooms.context, known.id)).state == "AGREED"
    await outbound.advance(agreed.driver, known)
    assert await agreed.leaves() == [ACKNOWLEDGED]


async def test_what_no_commit_contains_is_not_shown_where_others_share_the_store(agreed: Agreed) -> None:
    known = await agreed.deliver()
    context = agreed.rooms.context
    assert (await people.get(context, known.id)).state == "AGREED"
    assert (
        (await people.get(replace(context, shared=True), known.id)).state == (await agreed.stored()).state != "AGREED"
    )


async def test_a_refused_step_stores_first_what_it_is_refused_for_where_others_share_the_store(agreed: Agreed) -> None:
    known = await agreed.deliver()
    enforcer = replace(agreed.rooms.enforcer, context=replace(agreed.rooms.context, shared=True))
    with pytest.raises(NotAllowed):
        await people.approve(enforcer, known.id)
    assert (await agreed.stored()).state == "AGREED"


async def test_two_verifications_at_once_are_one_step(agreed: Agreed) -> None:
    await agreed.deliver()
    answers = await asyncio.gather(*(agreed.receive_verification() for _ in range(2)))
    assert [answer.state for answer in answers if isinstance(answer, inbound.ProcessAnswer)] == ["VERIFIED"] * 2
    assert (await agreed.leaves())[:2] == [ACKNOWLEDGED, VERIFIED]
    assert [kind for kind, _, _ in await agreed.leaves()].count(VERIFIED[0]) == 1


async def test_a_decider_that_fails_leaves_the_message_stored_with_its_acknowledgement(
    agreed: Agreed, monkeypatch: pytest.MonkeyPatch
) -> None:
    await agreed.deliver()

    class FailingDecider:
        async def decide(self, *_: Any) -> Any:
            raise ZeroDivisionError

    receiver = MessageReceiver(**{**vars(agreed.rooms.receiver), "decider": FailingDecider()})
    answer = await agreed.receive_verification(receiver)
    assert isinstance(answer, inbound.ProcessAnswer)
    assert await agreed.leaves() == [ACKNOWLEDGED, VERIFIED]
    stored = await agreed.stored()
    assert (stored.pending, stored.due_at) == (None, agreed.clock.ms), "the worker decides now"


async def test_a_verification_implies_an_agreement_that_was_decided_whether_or_not_it_was_sent(
    agreed: Agreed, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(*_: Any) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(agreed.driver.peer, "send", hang)
    attempt = asyncio.create_task(agreed.deliver())
    await asyncio.sleep(0.01)
    attempt.cancel()
    assert await agreed.stored() == agreed.process, "a crash while it is sent leaves the row of a message never sent"
    answer = await agreed.receive_verification()
    assert isinstance(answer, inbound.ProcessAnswer)
    assert (await agreed.leaves())[:2] == [ACKNOWLEDGED, VERIFIED]


Act = Callable[[Agreed], Awaitable[Any]]


async def wait(agreed: Agreed) -> None:
    agreed.clock.ms += waiting.MOMENT_MS


async def work(agreed: Agreed) -> None:
    process = await loading.load_negotiation(agreed.rooms.context, agreed.process.id)
    assert process is not None
    await outbound.advance(agreed.driver, process)


async def terminate(agreed: Agreed) -> None:
    process = await loading.load_negotiation(agreed.rooms.context, agreed.process.id)
    assert process is not None
    await steps.carry_out(agreed.rooms.enforcer, process, Terminate("terminated", "on purpose"))


async def crash(agreed: Agreed) -> None:
    agreed.rooms.context.acknowledged.drop(agreed.process.id)


ACTS: dict[str, Act] = {
    "the worker works": work,
    "time passes": wait,
    "the verification arrives": lambda agreed: agreed.receive_verification(),
    "the peer asks": lambda agreed: loading.store_negotiation(agreed.rooms.context, agreed.process.id),
    "a person terminates": terminate,
    "it crashes": crash,
    "it stops": lambda agreed: loading.store_acknowledged(agreed.rooms.context, 1.0),
}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moments=st.lists(st.lists(st.sampled_from(sorted(ACTS)), min_size=1, max_size=3), max_size=8),
    full=st.lists(st.booleans(), max_size=6),
)
def test_the_row_its_leaves_and_every_answer_agree(moments: list[list[str]], full: list[bool], tmp_path: Any) -> None:
    asyncio.run(live(moments, full, tmp_path))


async def live(moments: list[list[str]], full: list[bool], folder: Any) -> None:
    """Let the acts of each moment happen at once; `full` tells which commits find a full store."""
    with pytest.MonkeyPatch.context() as patched:
        agreed = await make_agreed(Desk(folder), patched)
        store, answered = agreed.rooms.context.store, set()
        commit, room = store.commit, list(full)

        async def sometimes(group: Sequence[Change]) -> None:
            await asyncio.sleep(0)
            if room and room.pop():
                raise Unavailable("full")
            await commit(group)

        patched.setattr(store, "commit", sometimes)
        for drawn in moments:
            # Nothing goes on in a process that crashes.
            acts = ["it crashes"] if "it crashes" in drawn else drawn
            told = await asyncio.gather(*(ACTS[act](agreed) for act in acts), return_exceptions=True)
            for outcome in told:
                if isinstance(outcome, BaseException) and not isinstance(outcome, StoreError | NotAllowed):
                    raise outcome
                if isinstance(outcome, inbound.ProcessAnswer):
                    answered.add(outcome.state)
            stored, state = await agreed.stored(), "REQUESTED"
            for kind, before, after in await agreed.leaves():
                assert before == state, f"a gap before {kind}"
                state = after
            assert state == stored.state
            assert answered <= NEGOTIATION.find_reachable("REQUESTED")
            assert all(stored.state == each or stored.state in NEGOTIATION.find_reachable(each) for each in answered)
