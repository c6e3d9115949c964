"""Receives the transfer messages of a peer (Dataspace Protocol 2025-1, Transfer Process Protocol)."""

from typing import Any

import msgspec

from connector.controlplane.core import commits
from connector.controlplane.core.commits import Move
from connector.controlplane.core.context import Context
from connector.controlplane.core.messages import echo_start
from connector.controlplane.enforcing import agreements, signals
from connector.controlplane.judging.judgement import WITHDRAWN
from connector.controlplane.processes import inbound, loading
from connector.controlplane.processes.inbound import Declined, ProcessAnswer, use_token
from connector.controlplane.processes.inbound_shared import (
    BUSY,
    TOO_MANY_OPEN,
    answer_again,
    read_end,
    refuse_blocked,
)
from connector.controlplane.processes.receiver import MessageReceiver
from connector.ports.changes import Change, WithdrawAgreement
from connector.ports.entities import Agreement
from connector.ports.identity import Caller
from connector.ports.store_errors import Conflict, Replayed
from connector.protocol.dps.profiles import find_format
from connector.protocol.dsp import transfer
from connector.protocol.dsp.agreement_keys import make_agreement_key
from connector.protocol.dsp.codec import Received
from connector.protocol.dsp.common import Role, endpoint_url, is_http
from connector.protocol.dsp.machines import machine, negotiation_machine, transfer_machine
from connector.protocol.dsp.machines.machine import Accepted, ProcessKind
from connector.protocol.dsp.machines.transfer_machine import (
    PULL,
    PUSH,
    TRANSFER,
    WANTED,
    FlowState,
    Transfer,
    TransferState,
    want,
)

LAST_LOOK_MS = 5_000


async def request(
    receiver: MessageReceiver, caller: Caller, received: Received[transfer.TransferRequestMessage]
) -> ProcessAnswer | Declined:
    """Start a transfer under an agreement; a repeated request returns the same process."""
    body = received.message
    known = await receiver.context.store.process_of_peer(
        receiver.context.owner, ProcessKind.TRANSFER, Role.PROVIDER, caller.participant, body.consumer_pid
    )
    if known is not None:
        return await answer_again(receiver.context, caller, known, received.digest)
    blocked = await refuse_blocked(receiver.context, caller)
    if blocked:
        return msgspec.structs.replace(blocked, consumer_pid=body.consumer_pid)
    agreement = await _find_in_force(receiver, caller, body.agreement_id)
    if isinstance(agreement, Declined):
        return msgspec.structs.replace(agreement, consumer_pid=body.consumer_pid)
    refusal = await _cannot_begin(receiver, caller, body)
    if refusal:
        return refusal
    now = receiver.context.now()
    process = Transfer(
        owner=receiver.context.owner,
        id=receiver.context.new_id(),
        role=Role.PROVIDER,
        peer=caller.participant,
        peer_address=body.callback_address,
        peer_pid=body.consumer_pid,
        state=TransferState.REQUESTED,
        accepted=Accepted(transfer_machine.REQUEST, received.digest, TransferState.REQUESTED),
        agreement_id=agreement.id,
        dataset=agreement.dataset,
        title=agreement.title,
        format=find_format(body.format) or body.format,
        profile=body.format if body.format not in {PULL, PUSH} else "",
        data_address=_address(received),
        request_digest=received.digest,
        evidence=inbound.to_evidence(caller),
        due_at=now,
        created_at=now,
        updated_at=now,
    )
    try:
        fields = inbound.tell_message(caller, received, agreement=agreement.id)
        event = f"received {transfer_machine.REQUEST}"
        stored = await inbound.commit(receiver, None, Move(process, use_token(caller), event, fields))
    except Replayed:
        return inbound.NOT_AUTHENTICATED
    except Conflict:
        known = await receiver.context.store.process_of_peer(
            receiver.context.owner, ProcessKind.TRANSFER, Role.PROVIDER, caller.participant, body.consumer_pid
        )
        if known is None:
            return BUSY
        return await answer_again(receiver.context, caller, known, received.digest)
    return ProcessAnswer(process=stored, state=TransferState.REQUESTED, created=True)


async def message(
    receiver: MessageReceiver, caller: Caller, pid: str, name: str, received: Received[Any]
) -> ProcessAnswer | Declined:
    """Apply a later message to the transfer with this connector's `pid`."""

    async def load() -> Transfer | None:
        return await loading.load_transfer(receiver.context, pid)

    async def effect(before: Transfer, after: Transfer) -> tuple[Transfer, list[Change]] | Declined:
        after = inbound.learn_peer_pid(after, received.message)
        after = msgspec.structs.replace(after, evidence=inbound.to_evidence(caller))
        if inbound.is_late(before, after):
            late = _take_late(receiver.context, after, name, received)
            return late, await _learn_withdrawal(receiver.context, late)
        applied = _apply_effect(receiver.context, before, after, name, received)
        if isinstance(applied, Declined) or name != transfer_machine.TERMINATION:
            return applied
        return applied[0], await _learn_withdrawal(receiver.context, applied[0])

    answer = await inbound.receive(receiver, caller, load, TRANSFER, name, received, effect)
    if isinstance(answer, ProcessAnswer) and answer.state != TransferState.STARTED:
        # The flow has stopped before the peer reads the answer, also the answer to a repeat.
        return await _halt_flow(receiver, answer)
    return answer


async def _learn_withdrawal(context: Context, process: Transfer) -> list[Change]:
    """Return the change that keeps, as consumer, that the provider has withdrawn from the agreement."""
    ended = process.ended
    if process.role is not Role.CONSUMER or ended is None or ended.code != WITHDRAWN:
        return []
    known = await context.store.agreement(process.owner, process.agreement_key)
    if known is None or known.finalized_at is None or known.withdrawn_at is not None:
        return []
    return [WithdrawAgreement(known.owner, known.key, context.now(), ended.reason)]


async def _halt_flow(receiver: MessageReceiver, answer: ProcessAnswer) -> ProcessAnswer:
    process = answer.process
    assert isinstance(process, Transfer)
    for _ in range(inbound.ATTEMPTS):
        try:
            return msgspec.structs.replace(answer, process=await signals.signal(receiver.enforcer, process))
        except Conflict:
            # Another task changed the process first, and may still be signalling.
            process = await receiver.context.store.transfer(process.owner, process.id) or process
    return answer


def _take_late(context: Context, process: Transfer, name: str, received: Received[Any]) -> Transfer:
    """Return the process with the content of a late message: the reason of a termination, or a new data address.

    A provider sends a new address if it answers the consumer's resumption with a start of its own.
    """
    body = received.message
    if name == transfer_machine.TERMINATION and process.ended and process.ended.by == process.peer:
        return msgspec.structs.replace(process, ended=read_end(body.code, body.reason, process.peer))
    address = _address(received) if name == transfer_machine.START else None
    if address is None or address == process.data_address:
        return process
    # The data plane receives the new address to fetch from.
    reported = FlowState.PREPARED if process.flow_reported is FlowState.STARTED else process.flow_reported
    return msgspec.structs.replace(process, data_address=address, flow_reported=reported, due_at=context.now())


def _address(received: Received[Any]) -> bytes | None:
    """Return the data address of a message as it was sent, with its unknown members."""
    if received.message.data_address is None:
        return None
    return bytes(msgspec.json.decode(received.body, type=dict[str, msgspec.Raw])["dataAddress"])


def _apply_effect(
    context: Context, before: Transfer, after: Transfer, name: str, received: Received[Any]
) -> tuple[Transfer, list[Change]] | Declined:
    body = received.message
    match name:
        case transfer_machine.START:
            resuming = before.pending is not None and before.pending.message == transfer_machine.START
            if before.state == TransferState.SUSPENDED and before.suspended_by is before.role and not resuming:
                reason = "The transfer is suspended by this side: only this side can resume it."
                return inbound.decline(before, 400, "suspended-here", reason)
            after = msgspec.structs.replace(
                after, data_address=_address(received) or after.data_address, suspended_by=None
            )
        case transfer_machine.SUSPENSION:
            after = msgspec.structs.replace(after, suspended_by=after.role.other)
        case transfer_machine.TERMINATION:
            after = msgspec.structs.replace(after, ended=read_end(body.code, body.reason, after.peer))
        case _:
            pass
    if not after.pending:
        after = want(after, WANTED[TransferState(after.state or "")])
    if name == transfer_machine.START and after.role is Role.PROVIDER:
        after = echo_start(context, after)
    return after, []


async def _find_in_force(receiver: MessageReceiver, caller: Caller, agreement_id: str) -> Agreement | Declined:
    """Return the finalized agreement with this caller as consumer.

    The consumer may acknowledge FINALIZED and request the data before this connector stores the acknowledgement. Its
    request proves the acknowledgement.
    """
    # A provider chooses its identifiers itself: the identifier is the key.
    key = make_agreement_key(Role.PROVIDER, caller.participant, agreement_id)
    agreement = await receiver.context.store.agreement(receiver.context.owner, key)
    unknown = Declined(
        status=404,
        code="unknown-agreement",
        reason="Unknown agreement: send the identifier of an agreement in which you are the consumer.",
    )
    if agreement is None or agreement.counterparty != caller.participant or agreement.role is not Role.PROVIDER:
        return unknown
    for _ in range(inbound.ATTEMPTS):
        if agreement.finalized_at is not None:
            return agreement
        process = await loading.load_negotiation(receiver.context, agreement.negotiation_id)
        if not process or not process.pending or process.pending.message != negotiation_machine.FINALIZED:
            reason = "The agreement is not finalized: finalize the negotiation, then request the data."
            return msgspec.structs.replace(unknown, status=400, code="not-finalized", reason=reason)
        now = receiver.context.now()
        # A peer that was busy with its own message may store its last step over FINALIZED, also after this request.
        look_at = now + LAST_LOOK_MS if process.raced else None
        settled = msgspec.structs.replace(machine.acknowledge(process, now), due_at=look_at)
        final, changes = await agreements.finalize(receiver.enforcer, settled)
        try:
            await commits.commit(receiver.context, process, settled, *changes, event="acknowledged by a request")
        except Conflict:
            agreement = await receiver.context.store.agreement(receiver.context.owner, key) or agreement
            continue
        return final
    return Declined(
        status=503, code="busy", reason="The agreement is not stored yet: send the request again.", retry_after_s=1
    )


async def _cannot_begin(
    receiver: MessageReceiver, caller: Caller, body: transfer.TransferRequestMessage
) -> Declined | None:
    def refuse(code: str, reason: str, status: int = 400, retry_after_s: int | None = None) -> Declined:
        return Declined(
            status=status, code=code, reason=reason, consumer_pid=body.consumer_pid, retry_after_s=retry_after_s
        )

    problem = receiver.address_problem(caller.participant, body.callback_address)
    if problem:
        return refuse("callback-address", problem)
    wanted = find_format(body.format)
    if wanted is None:
        return refuse("unknown-format", f"The format is not supported: use {PULL} or {PUSH}.")
    if (wanted == PUSH) != (body.data_address is not None):
        return refuse(
            "data-address", "A push requires a dataAddress, and a pull must not have one: correct the request."
        )
    if body.data_address is not None:
        if not is_http(body.data_address):
            return refuse(
                "data-address", "The dataAddress is not one of HTTP: send one with the endpointType HttpData."
            )
        url = endpoint_url(body.data_address)
        problem = receiver.data_problem(caller.participant, url) if url else "The dataAddress has no endpoint: add it."
        if problem:
            return refuse("data-address", problem)
    most = receiver.limits.open_per_peer
    if await receiver.context.store.open_processes(receiver.context.owner, caller.participant, most) >= most:
        return refuse("quota", TOO_MANY_OPEN, 503, 60)
    return None
