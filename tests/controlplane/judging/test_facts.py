"""Facts that are known at an access: of the list, the asset, the transfers that run; and what nobody knows denies."""

from typing import Any

import msgspec
import pytest

from connector.controlplane.judging import facts, judgement
from connector.ports.changes import PutProcess
from connector.protocol.dsp.machines.transfer_machine import FlowState, Transfer, TransferState
from tests.controlplane.agreements import LIBRARY, USE, atom, conclude, provider, publish, requested
from tests.support.plane import NOW, UNKNOWN, Desk
from tests.support.rooms import Rooms

Json = dict[str, Any]


def use(*constraints: Json) -> Json:
    return {"permission": [{**USE, "constraint": list(constraints)}]}


@pytest.mark.parametrize(
    ("constraint", "permitted"),
    [
        (atom("odrl:fileFormat", "eq", "text/csv"), True),
        (atom("odrl:fileFormat", "isAnyOf", ["application/json", "text/csv"]), True),
        (atom("odrl:fileFormat", "eq", "application/json"), False),
        (atom("odrl:deliveryChannel", "eq", "HttpData-PULL"), True),
        (atom("odrl:deliveryChannel", "eq", "HttpData-PUSH"), False),
        (atom("dk:role", "isAnyOf", ["provider"]), True),
        (atom("dk:role", "isAnyOf", ["fire-brigade"]), False),
        (atom("dk:securityLevel", "gteq", "1"), False),
    ],
)
async def test_what_is_known_decides_and_what_is_not_denies(desk: Desk, constraint: Json, permitted: bool) -> None:
    rooms = provider(desk.rooms)
    await conclude(rooms, **use(constraint))
    await publish(rooms, {"kind": "file"})
    found = await judgement.judge_access(rooms.evaluator, requested(rooms))
    assert (not found.denied) is permitted, found.reasons
    assert found.denied == bool(found.reasons)


async def test_transfers_that_move_at_once_are_counted_and_the_one_without_a_lease_yields(desk: Desk) -> None:
    rooms = provider(desk.rooms)
    await conclude(rooms, **use(atom("dk:concurrentTransfers", "lteq", 2)))
    await publish(rooms, {"kind": "file"})
    moving = [await running(rooms, f"urn:t:{number}", FlowState.STARTED) for number in (2, 3)]
    waiting = await running(rooms, "urn:t:1", FlowState.PREPARED)
    found = [(await judgement.judge_access(rooms.evaluator, process)).denied for process in (*moving, waiting)]
    assert found == [False, False, True]
    asked = await judgement.judge_access(rooms.evaluator, requested(rooms, "urn:t:0"))
    assert asked.denied
    assert asked.reasons["de"].startswith("Gleichzeitige Übertragungen: erwartet höchstens 2; gefunden 4.")


async def running(rooms: Rooms, pid: str, flow: FlowState) -> Transfer:
    asked = requested(rooms, pid)
    process = msgspec.structs.replace(asked, state=TransferState.STARTED, flow_reported=flow, version=1)
    await rooms.context.store.commit([PutProcess(process, None)])
    return process


def test_what_is_known_here_is_told_apart_from_what_is_not() -> None:
    operands = LIBRARY.operands.operands
    known = {operand.fact for operand in operands.values() if facts.is_known(operand, LIBRARY.claims)}
    assert {"now", "agreedAt", "count", "volume", "purpose", "role", "fileFormat", "deliveryChannel"} <= known
    assert {"concurrentTransfers", "securityLevel", "spatial", "requestsPerHour", "event", "paymentState"} <= known
    assert not facts.is_known(UNKNOWN, LIBRARY.claims)


@pytest.mark.parametrize(("changed_at", "known"), [(NOW - 1, True), (NOW + 60_000, True), (NOW + 60_001, False)])
def test_data_of_the_future_has_no_age(changed_at: int, known: bool) -> None:
    situation = facts.Situation(participant="", claims={}, now=NOW, changed_at=changed_at)
    assert (facts.data_age(situation) is not None) is known
