"""What the peer's negotiation messages mean (Dataspace Protocol 2025-1, Contract Negotiation Protocol)."""

from typing import Any

import msgspec

from connector.controlplane.core import commits, documents
from connector.controlplane.core.context import Context
from connector.controlplane.core.messages import to_agreement
from connector.controlplane.enforcing import agreements
from connector.controlplane.judging.visibility import is_visible
from connector.controlplane.processes import inbound
from connector.controlplane.processes.inbound import Declined, ProcessAnswer, use_token
from connector.controlplane.processes.receiver import MessageReceiver
from connector.ports.changes import Change, Conflict, PutAgreement, Replayed
from connector.ports.entities import AssetStatus
from connector.ports.identity import Caller
from connector.protocol.dsp import negotiation
from connector.protocol.dsp.codec import Received
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines import negotiation_machine
from connector.protocol.dsp.machines.machine import Accepted, Ended, ProcessKind
from connector.protocol.dsp.machines.negotiation_machine import NEGOTIATION, Negotiation, NegotiationState


async def request(
    receiver: MessageReceiver, caller: Caller, received: Received[negotiation.ContractRequestMessage]
) -> ProcessAnswer | Declined:
    """Begin a negotiation that a consumer asks for; the same request again returns the same process."""
    message = received.message
    known = await receiver.context.store.process_of_peer(
        receiver.context.owner, ProcessKind.NEGOTIATION, Role.PROVIDER, caller.participant, message.consumer_pid
    )
    if known is not None:
        # Before the offer is looked at: a repeat is answered as before, also when the offer is gone by now.
        return await answer_again(receiver.context, caller, known, received.digest)
    offer_id = documents.read_member(bytes(message.offer), "@id") or ""
    asset = await receiver.context.store.asset_of_offer(receiver.context.owner, offer_id)
    if asset is None or asset.status is not AssetStatus.PUBLISHED:
        return _refuse(message, "unknown-offer", "Unknown offer: read the catalogue and send a current offer.")
    if not is_visible(receiver.enforcer.evaluator, caller, asset):
        return _refuse(message, "unknown-offer", "Unknown offer: read the catalogue and send a current offer.")
    target = documents.read_member(bytes(message.offer), "target")
    if target is not None and target != asset.id:
        return _refuse(message, "wrong-target", "The offer's target is not the dataset it is offered for.")
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
    """Begin a negotiation that a provider proposes."""
    message = received.message
    policy = bytes(message.offer)
    now = receiver.context.now()
    process = Negotiation(
        owner=receiver.context.owner,
        id=receiver.context.new_id(),
        role=Role.CONSUMER,
        peer=caller.participant,
        peer_address=message.callback_address or "",
        peer_pid=message.provider_pid,
        state=NegotiationState.OFFERED,
        dataset=documents.read_member(policy, "target") or "",
        offer_id=documents.read_member(policy, "@id") or "",
        offer=policy,
        offered_by=Role.PROVIDER,
        request_digest=received.digest,
        evidence=inbound.to_evidence(caller),
        due_at=now,
        created_at=now,
        updated_at=now,
    )
    return await _begin(receiver, caller, process, message, received, negotiation_machine.OFFER)


async def message(
    receiver: MessageReceiver, caller: Caller, pid: str, name: str, received: Received[Any]
) -> ProcessAnswer | Declined:
    """Apply a later message to the negotiation that we know as `pid`."""

    async def load() -> Negotiation | None:
        return await receiver.context.store.negotiation(receiver.context.owner, pid)

    async def effect(before: Negotiation, after: Negotiation) -> tuple[Negotiation, list[Change]] | Declined:
        if inbound.is_late(before, after):
            return _take_late(after, name, received), []
        after = inbound.learn_peer_pid(after, received.message)
        after = msgspec.structs.replace(after, evidence=inbound.to_evidence(caller))
        return await _apply_effect(receiver, after, name, received)

    return await inbound.receive(receiver.context, caller, load, NEGOTIATION, name, received, effect)


def _take_late(process: Negotiation, name: str, received: Received[Any]) -> Negotiation:
    """Take what a message says that had been taken as received before it came: why the peer ended, and no more."""
    if name != negotiation_machine.TERMINATION or process.ended is None or process.ended.by != process.peer:
        return process
    body = received.message
    return msgspec.structs.replace(
        process, ended=Ended(body.code or "terminated", format_reason(body.reason), process.peer)
    )


async def _apply_effect(
    receiver: MessageReceiver, after: Negotiation, name: str, received: Received[Any]
) -> tuple[Negotiation, list[Change]] | Declined:
    body = received.message
    changes: list[Change] = []
    match name:
        case negotiation_machine.REQUEST | negotiation_machine.OFFER:
            policy = bytes(body.offer)
            target = documents.read_member(policy, "target")
            if target is not None and target != after.dataset:
                return inbound.decline(after, 400, "wrong-target", "A counter-offer cannot change the dataset.")
            after = msgspec.structs.replace(
                after,
                peer_address=_choose_address(receiver, after, body.callback_address),
                offer=policy,
                offer_id=documents.read_member(policy, "@id") or after.offer_id,
                offered_by=after.role.other,
                rounds=after.rounds + 1,
            )
        case negotiation_machine.AGREEMENT:
            document = bytes(body.agreement)
            after = msgspec.structs.replace(
                after,
                peer_address=_choose_address(receiver, after, body.callback_address),
                agreement=document,
                agreement_id=documents.read_member(document, "@id") or "",
            )
            changes.append(PutAgreement(to_agreement(receiver.context, after, receiver.context.now())))
        case negotiation_machine.TERMINATION:
            code, reason = body.code or "terminated", format_reason(body.reason)
            after = msgspec.structs.replace(after, ended=Ended(code, reason, after.peer), due_at=None)
        case _:
            pass
    if after.state == NegotiationState.FINALIZED:
        _, final = await agreements.finalize(receiver.enforcer, after)
        changes += final
        after = msgspec.structs.replace(after, due_at=None)
    if after.state == NegotiationState.TERMINATED:
        after = msgspec.structs.replace(after, due_at=None)
    return after, changes


def _choose_address(receiver: MessageReceiver, process: Negotiation, callback: str | None) -> str:
    """Return where the peer is talked to from now on: its new callback address, if it may be dialled."""
    if callback is None or receiver.address_problem(process.peer, callback):
        return process.peer_address
    return callback


async def _begin(
    receiver: MessageReceiver, caller: Caller, process: Negotiation, body: Any, received: Received[Any], name: str
) -> ProcessAnswer | Declined:
    known = await receiver.context.store.process_of_peer(
        receiver.context.owner, ProcessKind.NEGOTIATION, process.role, process.peer, process.peer_pid or ""
    )
    if known is not None:
        return await answer_again(receiver.context, caller, known, received.digest)
    problem = receiver.address_problem(process.peer, process.peer_address)
    if problem:
        return _refuse(body, "callback-address", problem)
    if (
        await receiver.context.store.open_processes(receiver.context.owner, process.peer)
        >= receiver.limits.open_per_peer
    ):
        reason = "Too many of your processes are open with us: end some, then ask again."
        return msgspec.structs.replace(_refuse(body, "quota", reason), status=503, retry_after_s=60)
    process = msgspec.structs.replace(process, accepted=Accepted(name, received.digest, process.state or ""))
    try:
        fields = {"digest": received.digest, "dataset": process.dataset}
        stored = await commits.commit(
            receiver.context, None, process, *use_token(caller), event=f"received {name}", fields=fields
        )
    except Replayed:
        return inbound.REPLAYED
    except Conflict:
        # The same request arrived twice at once: the other one made the process.
        known = await receiver.context.store.process_of_peer(
            receiver.context.owner, ProcessKind.NEGOTIATION, process.role, process.peer, process.peer_pid or ""
        )
        if known is None:
            return Declined(status=503, code="busy", reason="Send the request again.", retry_after_s=1)
        return await answer_again(receiver.context, caller, known, received.digest)
    return ProcessAnswer(process=stored, state=stored.state or "", created=True)


async def answer_again(context: Context, caller: Caller, known: Any, digest: str) -> ProcessAnswer | Declined:
    """Answer an initial request for a process that exists: the same request gets the same process, another one 400."""
    if known.request_digest != digest:
        return inbound.decline(known, 400, "pid-in-use", "This pid of yours already names another process with us.")
    try:
        await context.store.commit(use_token(caller))
    except Replayed:
        return inbound.REPLAYED
    # The first acknowledgement may have been lost, so it is given again as it was; later states are asked for by GET.
    first = NegotiationState.REQUESTED if known.role is Role.PROVIDER else NegotiationState.OFFERED
    return ProcessAnswer(process=known, state=first, created=True, woken=False)


def format_reason(reason: tuple[Any, ...]) -> str:
    """Return a peer's reasons, texts or texts with a language, as one bounded line."""
    values = [entry.get("@value", entry) if isinstance(entry, dict) else entry for entry in reason[:5]]
    texts = [entry if isinstance(entry, str) else str(entry) for entry in values]
    line = " ".join(" ".join(texts).split())
    return "".join(character for character in line if character.isprintable())[:500]


def _refuse(body: Any, code: str, reason: str) -> Declined:
    return Declined(
        status=400,
        code=code,
        reason=reason,
        provider_pid=body.provider_pid or "",
        consumer_pid=body.consumer_pid or "",
    )
