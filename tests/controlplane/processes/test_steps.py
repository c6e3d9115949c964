"""A step is committed with its message and its audit leaf; an agreement has its decision on record."""

import msgspec
import pytest

from connector.controlplane.core.commits import commit_moves
from connector.controlplane.core.errors import NotAllowed
from connector.controlplane.judging.judgement import judge_agreement
from connector.controlplane.processes.deciders import ByPolicy
from connector.controlplane.processes.steps import carry_out, plan, record_judged
from connector.ports.changes import PutProcess
from connector.ports.decider import Agree, Finalize, Proceed, ProcessStep, Start, Terminate
from connector.ports.entities import PageBounds
from connector.ports.store import AnyProcess
from connector.protocol.dsp.machines.negotiation_machine import Negotiation
from connector.protocol.dsp.machines.transfer_machine import Transfer
from tests.controlplane.agreements import requested as transfer_requested
from tests.controlplane.processes.bargain import RESEARCH, Json, offered, requested, terms
from tests.support.plane import NOW, OWNER, Desk


async def stored(desk: Desk, process: AnyProcess) -> AnyProcess:
    process = msgspec.structs.replace(process, version=1)
    await desk.store.commit([PutProcess(process, None)])
    return process


async def leaves(desk: Desk, pid: str) -> list[tuple[str, Json]]:
    rows, _ = await desk.store.leaves(OWNER, PageBounds(limit=50), process_id=pid)
    return [(row.kind, msgspec.json.decode(row.body)["fields"]) for row in rows]


async def test_an_agreement_is_committed_with_its_decision(desk: Desk) -> None:
    await offered(desk, terms(RESEARCH))
    process = await stored(desk, requested(terms(RESEARCH)))
    move = await plan(desk.rooms.enforcer, process, Proceed(Agree(), {"by": "a person"}))
    after = await commit_moves(desk.rooms.context, process, move)
    assert after.pending is not None
    ((kind, fields),) = await leaves(desk, process.id)
    assert kind == "decided agree"
    assert (fields["judged"]["by"], fields["judged"]["verdict"]) == ("a person", "permit")
    assert await desk.store.agreement(OWNER, fields["judged"]["agreement"]) is not None


async def test_an_agreement_that_a_policy_decided_has_the_decision_about_its_words_on_record(desk: Desk) -> None:
    asset = await offered(desk, terms(RESEARCH))
    for name, policy in {
        "urn:written-anew": terms(RESEARCH),
        "urn:as-offered": msgspec.json.decode(asset.policy),
    }.items():
        process = await stored(desk, requested(policy, id=name, peer_pid=f"{name}:theirs"))
        assert isinstance(process, Negotiation)
        answer = await ByPolicy(desk.rooms.enforcer).decide(process, NOW)
        assert isinstance(answer, Proceed)
        await commit_moves(desk.rooms.context, process, await plan(desk.rooms.enforcer, process, answer))
        ((_, fields),) = await leaves(desk, process.id)
        again = (await judge_agreement(desk.rooms.enforcer.evaluator, process)).record
        assert {name: fields["judged"][name] for name in again} == again
        assert fields["judged"]["agreement"]


@pytest.mark.parametrize("step", [Finalize(), Start()])
async def test_a_step_that_the_state_does_not_allow_changes_nothing(desk: Desk, step: ProcessStep) -> None:
    process = await stored(desk, requested(terms(RESEARCH)))
    with pytest.raises(NotAllowed):
        await carry_out(desk.rooms.enforcer, process, step)
    assert await leaves(desk, process.id) == []
    assert await desk.store.negotiation(OWNER, process.id) == process


async def test_a_start_without_an_agreement_terminates_the_transfer(desk: Desk) -> None:
    process = await stored(desk, transfer_requested(desk.rooms))
    after = await carry_out(desk.rooms.enforcer, process, Start())
    assert isinstance(after, Transfer)
    assert after.ended is not None
    assert [kind for kind, _ in await leaves(desk, process.id)] == ["decided terminate"]


async def test_a_termination_has_no_decision_on_record(desk: Desk) -> None:
    process = await stored(desk, requested(terms(RESEARCH)))
    await carry_out(desk.rooms.enforcer, process, Terminate("rejected", "no"))
    ((_, fields),) = await leaves(desk, process.id)
    assert "judged" not in fields
    assert record_judged(None) == {}
