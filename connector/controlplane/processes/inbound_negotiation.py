"""Receives the negotiation messages of a peer (Dataspace Protocol 2025-1, Contract Negotiation Protocol)."""

from typing import Any

import msgspec

from connector.controlplane.core import offers
from connector.controlplane.core.commits import Move
from connector.controlplane.core.messages import send_again, sort_parties
from connector.controlplane.enforcing import agreements
from connector.controlplane.judging.visibility import is_visible
from connector.controlplane.processes import inbound, inbound_terms, loading
from connector.controlplane.processes.inbound import Declined, ProcessAnswer, use_token
from connector.controlplane.processes.inbound_shared import (
    BUSY,
    TOO_MANY_HELD,
    TOO_MANY_OPEN,
    answer_again,
    read_end,
    refuse_blocked,
)
from connector.controlplane.processes.receiver import MessageReceiver
from connector.ports.changes import Change
from connector.ports.identity import Caller
from connector.ports.seals import KeptSeal
from connector.ports.store_errors import Conflict, Replayed
from connector.protocol.dsp import negotiation
from connector.protocol.dsp.codec import Received
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines import negotiation_machine
from connector.protocol.dsp.machines.machine import Accepted
from connector.protocol.dsp.machines.negotiation_machine import NEGOTIATION, SAYS_YES, Negotiation, NegotiationState
from connector.protocol.seals import compute_digest

# The identifiers that one agreement may have, and how long a provider stores a repeated one (ms).
MOST_NAMES, RENEWED_MS = 4, 1_000
_UNKNOWN_OFFER = "Unknown offer: read the catalogue and send a current offer."


async def request(
    receiver: MessageReceiver, caller: Caller, received: Received[negotiation.ContractRequestMessage]
) -> ProcessAnswer | Declined:
    """Start a negotiation that a consumer requests; a repeated request returns the same process.

    A request with the provider's pid belongs to an existing negotiation and begins no other one.
    """
    message = received.message
    if message.provider_pid is not None:
        return await _continue(receiver, caller, message.provider_pid, negotiation_machine.REQUEST, received)
    known = await loading.find_negotiation(receiver.context, Role.PROVIDER, caller.participant, message.consumer_pid)
    if known is not None:
        # Before the offer is checked: a repeat gets the same answer, even if the offer was withdrawn since.
        return await answer_again(receiver.context, caller, known, received.digest)
    offered = msgspec.json.decode(message.offer)
    offer_id = offered["@id"]
    asset = await receiver.context.store.asset_of_offer(receiver.context.owner, offer_id)
    if not offers.is_offered(asset):
        return _refuse(message, "unknown-offer", _UNKNOWN_OFFER)
    if not is_visible(receiver.enforcer.evaluator, caller, asset):
        return _refuse(message, "unknown-offer", _UNKNOWN_OFFER)
    fault = inbound_terms.find_offer_fault(
        offered, dataset=asset.id, provider=receiver.context.participant, consumer=caller.participant
    )
    if fault:
        return _refuse(message, fault.code, fault.reason)
    now = receiver.context.now()
    process = Negotiation(
        owner=receiver.context.owner,
        id=receiver.context.new_id(),
        role=Role.PROVIDER,
        peer=caller.participant,
        peer_address=message.callback_address or "",
        peer_pid=message.consumer_pid,
        state=NegotiationState.REQUESTED,
        dataset=asset.id,
        title=asset.title,
        offer_id=offer_id,
        offer=bytes(message.offer),
        offered_by=Role.CONSUMER,
        request_digest=received.digest,
        evidence=inbound.to_evidence(caller),
        due_at=now,
        created_at=now,
        updated_at=now,
    )
    return await _begin(receiver, caller, process, message, received, negotiation_machine.REQUEST)


async def offer(
    receiver: MessageReceiver, caller: Caller, received: Received[negotiation.ContractOfferMessage]
) -> ProcessAnswer | Declined:
    """Start a negotiation that a provider proposes; an offer with the consumer's pid belongs to an existing one."""
    message = received.message
    if message.consumer_pid is not None:
        return await _continue(receiver, caller, message.consumer_pid, negotiation_machine.OFFER, received)
    known = await loading.find_negotiation(receiver.context, Role.CONSUMER, caller.participant, message.provider_pid)
    if known is not None:
        return await answer_again(receiver.context, caller, known, received.digest)
    policy = bytes(message.offer)
    offered = msgspec.json.decode(policy)
    fault = inbound_terms.find_offer_fault(
        offered, dataset=offered["target"], provider=caller.participant, consumer=receiver.context.participant
    )
    if fault:
        return _refuse(message, fault.code, fault.reason)
    now = receiver.context.now()
    process = Negotiation(
        owner=receiver.context.owner,
        id=receiver.context.new_id(),
        role=Role.CONSUMER,
        peer=caller.participant,
        peer_address=message.callback_address or "",
        peer_pid=message.provider_pid,
        state=NegotiationState.OFFERED,
        dataset=offered["target"],
        offer_id=offered["@id"],
        offer=policy,
        offered_by=Role.PROVIDER,
        request_digest=received.digest,
        evidence=inbound.to_evidence(caller),
        due_at=now,
        created_at=now,
        updated_at=now,
    )
    return await _begin(receiver, caller, process, message, received, negotiation_machine.OFFER)


async def _continue(
    receiver: MessageReceiver, caller: Caller, pid: str, name: str, received: Received[Any]
) -> ProcessAnswer | Declined:
    """Apply a message that arrived at the endpoint for new negotiations to the one that it names."""
    outcome = await message(receiver, caller, pid, name, received)
    if outcome is not inbound.NOT_FOUND:
        return outcome
    return msgspec.structs.replace(
        _refuse(
            received.message, "not-found", "Unknown process: send the first message without the pid of the receiver."
        ),
        status=404,
    )


async def message(
    receiver: MessageReceiver,
    caller: Caller,
    pid: str,
    name: str,
    received: Received[Any],
) -> ProcessAnswer | Declined:
    """Apply a later message to the negotiation with this connector's `pid`."""
    seal = caller.seal if name in SAYS_YES and caller.seal and caller.seal.seal.agreement_digest else None

    async def load() -> Negotiation | None:
        return await loading.load_negotiation(receiver.context, pid)

    async def effect(before: Negotiation, after: Negotiation) -> tuple[Negotiation, list[Change]] | Declined:
        if inbound.is_late(before, after):
            return _take_late(after, name, received), []
        after = inbound.learn_peer_pid(after, received.message)
        after = msgspec.structs.replace(after, evidence=inbound.to_evidence(caller))
        applied = await _apply_effect(receiver, after, name, received)
        return applied if seal is None or isinstance(applied, Declined) else _keep_seal(*applied, seal)

    async def renew(before: Negotiation, after: Negotiation) -> tuple[Negotiation, list[Change]] | Declined:
        if not inbound_terms.is_same_agreement(before.agreement or b"{}", bytes(received.message.agreement)):
            reason = "Another agreement arrived before: repeat its terms, or terminate the negotiation."
            return inbound.decline(before, 400, "other-agreement", reason)
        renewed = await _renew_agreement(receiver, caller, before, after, received)
        if seal is None or isinstance(renewed, Declined) or renewed[0].agreement == before.agreement:
            return renewed
        return _keep_seal(*renewed, seal)

    def repeat(process: Negotiation) -> Negotiation:
        if process.pending:
            return msgspec.structs.replace(process, raced=True)
        return send_again(receiver.context, process)

    return await inbound.receive(
        receiver, caller, load, NEGOTIATION, name, received, effect, renew=renew, repeat=repeat
    )


def _keep_seal(
    process: Negotiation, changes: list[Change], seal: KeptSeal
) -> tuple[Negotiation, list[Change]] | Declined:
    """Keep what the peer has signed, if it is the agreement of this negotiation."""
    if seal.seal.agreement_digest != compute_digest(process.agreement or b""):
        reason = "The seal is of another agreement: sign the one of this negotiation, byte for byte as it was sent."
        return inbound.decline(process, 400, "seal", reason)
    return msgspec.structs.replace(process, seal=msgspec.json.encode(seal)), changes


async def _renew_agreement(
    receiver: MessageReceiver, caller: Caller, before: Negotiation, after: Negotiation, received: Received[Any]
) -> tuple[Negotiation, list[Change]] | Declined:
    """Take an agreement that the provider sends again under another identifier, and keep the earlier one with it.

    The provider stores both one after the other, over what it has received meanwhile: the verification waits for that,
    and is sent again if it came first.
    """
    now = receiver.context.now()
    due_at = max(after.due_at or 0, now + RENEWED_MS) if after.pending else now
    applied = await _apply_effect(
        receiver, msgspec.structs.replace(after, due_at=due_at), negotiation_machine.AGREEMENT, received
    )
    if isinstance(applied, Declined):
        return applied
    renewed, _ = applied
    names = [name for name in (renewed.agreement_id, before.agreement_id, *before.other_agreement_ids) if name]
    names = list(dict.fromkeys(names))
    if len(names) > MOST_NAMES:
        reason = f"The agreement arrived under {MOST_NAMES} identifiers before: repeat one of them."
        return inbound.decline(before, 400, "other-agreement", reason)
    if before.state == NegotiationState.AGREED and renewed.agreement_id in before.other_agreement_ids:
        # A late copy of an earlier one says nothing new.
        return before, []
    if before.state == NegotiationState.AGREED:
        # A Hold that waited for the first one is decided again.
        others = tuple(name for name in names if name != renewed.agreement_id)
        evidence = inbound.to_evidence(caller)
        return msgspec.structs.replace(renewed, evidence=evidence, other_agreement_ids=others), []
    others = before.other_agreement_ids
    if renewed.agreement_id not in {before.agreement_id, *others}:
        others = tuple(name for name in names if name != before.agreement_id)
    # The order of known ones stays: a repeat that says nothing new changes nothing, and leaves nothing in the log.
    noted = msgspec.structs.replace(before, other_agreement_ids=others)
    return send_again(receiver.context, noted, negotiation_machine.VERIFICATION), []


def _take_late(process: Negotiation, name: str, received: Received[Any]) -> Negotiation:
    """Return the process with the reason of a late termination; any other late message changes nothing."""
    if name != negotiation_machine.TERMINATION or process.ended is None or process.ended.by != process.peer:
        return process
    body = received.message
    return msgspec.structs.replace(process, ended=read_end(body.code, body.reason, process.peer))


async def _apply_effect(
    receiver: MessageReceiver, after: Negotiation, name: str, received: Received[Any]
) -> tuple[Negotiation, list[Change]] | Declined:
    body = received.message
    changes: list[Change] = []
    match name:
        case negotiation_machine.REQUEST | negotiation_machine.OFFER:
            policy = bytes(body.offer)
            consumer, provider = sort_parties(receiver.context, after)
            offered = msgspec.json.decode(policy)
            fault = inbound_terms.find_offer_fault(offered, dataset=after.dataset, provider=provider, consumer=consumer)
            if fault:
                return inbound.decline(after, 400, fault.code, fault.reason)
            after = msgspec.structs.replace(
                after,
                peer_address=_choose_address(receiver, after, body.callback_address),
                offer=policy,
                offer_id=offered["@id"],
                offered_by=after.role.other,
                rounds=after.rounds + 1,
            )
        case negotiation_machine.AGREEMENT:
            document, now = bytes(body.agreement), receiver.context.now()
            agreed = msgspec.json.decode(document)
            fault = inbound_terms.find_time_fault(agreed, now, since=after.created_at)
            if fault:
                return inbound.decline(after, 400, fault.code, fault.reason)
            after = msgspec.structs.replace(
                after,
                peer_address=_choose_address(receiver, after, body.callback_address),
                agreement=document,
                agreement_id=agreed["@id"],
                agreed_at=now,
            )
            if await agreements.is_taken(receiver.context, after):
                return inbound.decline(after, 400, "agreement-in-use", agreements.TAKEN)
        case negotiation_machine.TERMINATION:
            after = msgspec.structs.replace(after, ended=read_end(body.code, body.reason, after.peer), due_at=None)
        case _:
            pass
    if after.state == NegotiationState.FINALIZED:
        try:
            _, final = await agreements.finalize(receiver.enforcer, after)
        except Conflict as conflict:
            return inbound.decline(after, 400, "agreement-in-use", str(conflict))
        changes += final
        after = msgspec.structs.replace(after, due_at=None)
    if after.state == NegotiationState.TERMINATED:
        after = msgspec.structs.replace(after, due_at=None)
    return after, changes


def _choose_address(receiver: MessageReceiver, process: Negotiation, callback: str | None) -> str:
    """Return the address of the peer for the next messages: its new callback address, if it is allowed."""
    if callback is None or receiver.address_problem(process.peer, callback):
        return process.peer_address
    return callback


async def _begin(
    receiver: MessageReceiver, caller: Caller, process: Negotiation, body: Any, received: Received[Any], name: str
) -> ProcessAnswer | Declined:
    """Store a new negotiation; the caller has looked for one with the same pid of the peer."""
    blocked = await refuse_blocked(receiver.context, caller)
    if blocked:
        return msgspec.structs.replace(_refuse(body, blocked.code, blocked.reason), status=blocked.status)
    problem = receiver.address_problem(process.peer, process.peer_address)
    if problem:
        return _refuse(body, "callback-address", problem)
    most = receiver.limits.open_per_peer
    if await receiver.context.store.open_processes(receiver.context.owner, process.peer, most) >= most:
        return msgspec.structs.replace(_refuse(body, "quota", TOO_MANY_OPEN), status=503, retry_after_s=60)
    process = msgspec.structs.replace(process, accepted=Accepted(name, received.digest, process.state or ""))
    try:
        fields = inbound.tell_message(caller, received, dataset=process.dataset)
        stored = await inbound.commit(receiver, None, Move(process, use_token(caller), f"received {name}", fields))
    except inbound.TooManyHeld:
        return msgspec.structs.replace(_refuse(body, "quota", TOO_MANY_HELD), status=503, retry_after_s=300)
    except Replayed:
        return inbound.NOT_AUTHENTICATED
    except Conflict:
        # The same request arrived twice concurrently: the other one created the process.
        known = await loading.find_negotiation(receiver.context, process.role, process.peer, process.peer_pid or "")
        if known is None:
            return BUSY
        return await answer_again(receiver.context, caller, known, received.digest)
    return ProcessAnswer(process=stored, state=stored.state or "", created=True)


def _refuse(body: Any, code: str, reason: str) -> Declined:
    return Declined(
        status=400,
        code=code,
        reason=reason,
        provider_pid=body.provider_pid or "",
        consumer_pid=body.consumer_pid or "",
    )
