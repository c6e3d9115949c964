"""A transfer that has just moved waits in memory: only the wait of one that rests is stored."""

import msgspec

from connector.controlplane.processes import inbound, inbound_transfer, loading
from connector.controlplane.processes.sending import outbound, waiting
from connector.ports.changes import PutProcess
from connector.ports.entities import PageBounds
from connector.ports.identity import Caller
from connector.protocol.dsp import transfer
from connector.protocol.dsp.codec import decode, encode
from connector.protocol.dsp.common import Role, http_address
from connector.protocol.dsp.machines import machine, transfer_machine
from connector.protocol.dsp.machines.transfer_machine import Transfer, TransferState
from tests.controlplane.agreements import Clock, requested
from tests.controlplane.enforcing.test_agreements import Reporting
from tests.support.plane import CITY, OWNER, Desk
from tests.support.rooms import Rooms

PEER = Caller(participant=CITY, claims={}, evidence={}, replay_key=None)
MESSAGE = transfer.TransferRequestMessage(
    consumer_pid="urn:transfer:1", agreement_id="urn:a", format="HttpData-PULL", callback_address=CITY
)


async def asking(desk: Desk) -> tuple[Rooms, Clock, Transfer]:
    """Return a consumer's transfer whose request is pending."""
    clock = Clock()
    rooms = desk.rooms.but(peer=Reporting(), now=clock)
    pending = machine.Pending(transfer_machine.REQUEST, TransferState.REQUESTED, encode(MESSAGE))
    process = msgspec.structs.replace(
        requested(rooms), role=Role.CONSUMER, state=None, peer_pid=None, pending=pending, version=1
    )
    await rooms.context.store.commit([PutProcess(process, None)])
    return rooms, clock, process


async def stored(rooms: Rooms, process: Transfer) -> Transfer:
    found = await rooms.context.store.transfer(OWNER, process.id)
    assert found is not None
    return found


async def leaves(rooms: Rooms, process: Transfer) -> list[str]:
    rows, _ = await rooms.context.store.leaves(OWNER, PageBounds(limit=9), process_id=process.id)
    return [row.kind for row in rows]


async def test_an_acknowledged_transfer_request_is_stored_with_the_start_that_follows(desk: Desk) -> None:
    rooms, _, process = await asking(desk)
    known = await outbound.advance(rooms.driver(rooms.receiver.decider), process)
    assert (known.state, known.pending) == (TransferState.REQUESTED, None)
    assert await stored(rooms, process) == process
    assert await loading.load_transfer(rooms.context, process.id) == known
    body = encode(
        transfer.TransferStartMessage(
            consumer_pid=process.id, provider_pid=known.peer_pid or "", data_address=http_address(CITY, "t")
        )
    )
    received = decode(transfer.TransferStartMessage, body)
    answer = await inbound_transfer.message(rooms.receiver, PEER, process.id, transfer_machine.START, received)
    assert isinstance(answer, inbound.ProcessAnswer)
    assert answer.state == TransferState.STARTED
    assert (await stored(rooms, process)).version == 2
    kinds = await leaves(rooms, process)
    assert kinds == ["acknowledged TransferRequestMessage", "received TransferStartMessage"]


async def test_the_peer_is_shown_an_acknowledged_transfer_only_as_it_is_stored(desk: Desk) -> None:
    rooms, _, process = await asking(desk)
    await outbound.advance(rooms.driver(rooms.receiver.decider), process)
    shown = await loading.store_transfer(rooms.context, process.id)
    assert shown is not None
    assert shown.state == TransferState.REQUESTED
    assert await stored(rooms, process) == shown
    assert await leaves(rooms, process) == ["acknowledged TransferRequestMessage"]


async def test_the_wait_of_a_transfer_is_stored_after_a_moment_without_a_move(desk: Desk) -> None:
    rooms, clock, process = await asking(desk)
    driver = rooms.driver(rooms.receiver.decider)
    process = msgspec.structs.replace(process, state=TransferState.REQUESTED, pending=None, peer_pid="urn:t", version=2)
    await rooms.context.store.commit([PutProcess(process, 1)])
    later = await outbound.advance(driver, process)
    assert later.due_at == clock.ms + waiting.MOMENT_MS
    assert (await stored(rooms, process)).due_at == process.due_at
    clock.ms += waiting.MOMENT_MS
    rests = await outbound.advance(driver, later)
    assert rests.due_at is not None
    assert rests.due_at > clock.ms + waiting.MOMENT_MS
    assert await stored(rooms, process) == rests
