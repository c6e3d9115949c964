"""Facts that are known at an access: of the list, the asset, the transfers that run; and what nobody knows denies."""

from typing import Any

import msgspec
import pytest

from connector.controlplane.judging import facts, judgement
from connector.ports.changes import PutProcess
from connector.protocol.dsp.machines.transfer_machine import Transfer, TransferState
from tests.controlplane.agreements import LIBRARY, USE, atom, conclude, provider, publish, requested
from tests.support.plane import UNKNOWN, Desk
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


async def test_transfers_that_run_at_once_are_counted_and_the_later_one_yields(desk: Desk) -> None:
    rooms = provider(desk.rooms)
    await conclude(rooms, **use(atom("dk:concurrentTransfers", "lteq", 2)))
    await publish(rooms, {"kind": "file"})
    first, second, third = [await running(rooms, f"urn:t:{number}") for number in (1, 2, 3)]
    assert [(await judgement.judge_access(rooms.evaluator, process)).denied for process in (first, second, third)] == [
        False,
        False,
        True,
    ]
    asked = await judgement.judge_access(rooms.evaluator, requested(rooms, "urn:t:0"))
    assert asked.denied
    assert asked.reasons["de"].startswith("Gleichzeitige Übertragungen: erwartet höchstens 2; gefunden 4.")


async def running(rooms: Rooms, pid: str) -> Transfer:
    process = msgspec.structs.replace(requested(rooms, pid), state=TransferState.STARTED, version=1)
    await rooms.context.store.commit([PutProcess(process, None)])
    return process


def test_what_is_known_here_is_told_apart_from_what_is_not() -> None:
    operands = LIBRARY.operands.operands
    known = {operand.fact for operand in operands.values() if facts.is_known(operand, LIBRARY.claims)}
    assert {"now", "agreedAt", "count", "volume", "purpose", "role", "fileFormat", "deliveryChannel"} <= known
    assert {"concurrentTransfers", "securityLevel", "spatial", "requestsPerHour", "event", "paymentState"} <= known
    assert not facts.is_known(UNKNOWN, LIBRARY.claims)
