"""Builds the message of a step and makes it the pending message of the process.

Every message after the first one is built here, for the worker, for an approval by a person and for a script.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from connector.controlplane.core import documents
from connector.controlplane.core.context import Context
from connector.controlplane.core.errors import NotAllowed
from connector.ports.changes import Change, PutAgreement
from connector.ports.decider import (
    Accept,
    Agree,
    Complete,
    Finalize,
    MakeOffer,
    MakeRequest,
    ProcessStep,
    Start,
    Suspend,
    Terminate,
    Verify,
)
from connector.ports.entities import Agreement
from connector.protocol.dsp import negotiation, transfer
from connector.protocol.dsp.codec import encode
from connector.protocol.dsp.common import DataAddress, Role
from connector.protocol.dsp.machines import machine, negotiation_machine, transfer_machine
from connector.protocol.dsp.machines.negotiation_machine import NEGOTIATION, Negotiation
from connector.protocol.dsp.machines.transfer_machine import PUSH, TRANSFER, FlowState, Transfer, want

MOST_RESENT = 8
RESEND_MS = 250


def pids(process: machine.Process) -> dict[str, str]:
    """Return both pids by their names in messages."""
    own, other = process.id, process.peer_pid or ""
    consumer, provider = (own, other) if process.role is Role.CONSUMER else (other, own)
    return {"consumer_pid": consumer, "provider_pid": provider}


def sort_parties(context: Context, process: machine.Process) -> tuple[str, str]:
    """Return the consumer and the provider of a process."""
    own, other = context.participant, process.peer
    return (own, other) if process.role is Role.CONSUMER else (other, own)


def write_reasons(reason: str, reasons: Mapping[str, str]) -> tuple[object, ...]:
    """Return a reason as messages have it: the sentence, and what it is in other languages.

    The sentence is first and plain text: a peer that reads one text reads this one. Where `reasons` say something else
    in English, they tell our own people more than the peer may know, and stay here.

    >>> write_reasons("Over.", {"en": "Over.", "de": "Vorbei."})
    ('Over.', {'@value': 'Vorbei.', '@language': 'de'})
    >>> write_reasons("Over.", {"en": "Over: status 418.", "de": "Vorbei: Status 418."})
    ('Over.',)
    """
    if reasons.get("en") != reason:
        return (reason,)
    others = ({"@value": text, "@language": tag} for tag, text in sorted(reasons.items()) if text and text != reason)
    return (reason, *others)


def plan_negotiation(
    context: Context, process: Negotiation, step: ProcessStep, purposes: Sequence[str]
) -> tuple[Negotiation, list[Change]]:
    """Return the negotiation with the step's message pending, and the further changes of the same commit.

    `purposes` are those that its policy names; an agreement keeps them.

    Raises NotAllowed if the state machine does not allow the step.
    """
    changes: list[Change] = []
    message: Any
    match step:
        case Agree():
            process, changes = _agree(context, process, purposes)
            name = negotiation_machine.AGREEMENT
            message = negotiation.ContractAgreementMessage(
                **pids(process), agreement=msgspec.Raw(process.agreement or b"{}")
            )
        case MakeOffer(policy):
            process = _propose(context, process, policy)
            name = negotiation_machine.OFFER
            message = negotiation.ContractOfferMessage(**pids(process), offer=msgspec.Raw(process.offer))
        case MakeRequest(policy):
            process = _propose(context, process, policy)
            name = negotiation_machine.REQUEST
            message = negotiation.ContractRequestMessage(**pids(process), offer=msgspec.Raw(process.offer))
        case Accept():
            name = negotiation_machine.ACCEPTED
            message = negotiation.ContractNegotiationEventMessage(
                **pids(process), event_type=negotiation.EventType.ACCEPTED
            )
        case Verify():
            name = negotiation_machine.VERIFICATION
            message = negotiation.ContractAgreementVerificationMessage(**pids(process))
        case Finalize():
            name = negotiation_machine.FINALIZED
            message = negotiation.ContractNegotiationEventMessage(
                **pids(process), event_type=negotiation.EventType.FINALIZED
            )
        case Terminate(code, reason, reasons):
            name = negotiation_machine.TERMINATION
            told = write_reasons(reason, reasons)
            message = negotiation.ContractNegotiationTerminationMessage(**pids(process), code=code, reason=told)
            process = msgspec.structs.replace(process, ended=machine.Ended(code, reason, context.participant, reasons))
        case _:
            raise NotAllowed(
                "wrong-step", f"{type(step).__name__} is not a step of a negotiation: use one of its steps."
            )
    planned = machine.plan(process, NEGOTIATION, name, encode(message), context.now())
    if isinstance(planned, machine.Illegal):
        raise NotAllowed("wrong-state", planned.reason)
    return planned, changes


def plan_transfer(
    context: Context, process: Transfer, step: ProcessStep, data_address: bytes | None = None
) -> Transfer:
    """Return the transfer with the step's message pending; a provider's start of a pull contains `data_address`.

    A step that ends or suspends the flow stops the data plane before the peer receives the message. Raises NotAllowed.
    """
    message: Any
    wanted = process.flow_wanted
    match step:
        case Start():
            name = transfer_machine.START
            address = msgspec.json.decode(data_address, type=DataAddress) if data_address else None
            message = transfer.TransferStartMessage(**pids(process), data_address=address)
        case Suspend(reason):
            name, wanted = transfer_machine.SUSPENSION, FlowState.SUSPENDED
            message = transfer.TransferSuspensionMessage(**pids(process), code="suspended", reason=(reason,))
            process = msgspec.structs.replace(process, suspended_by=process.role)
        case Complete():
            name, wanted = transfer_machine.COMPLETION, FlowState.COMPLETED
            message = transfer.TransferCompletionMessage(**pids(process))
        case Terminate(code, reason, reasons):
            name, wanted = transfer_machine.TERMINATION, FlowState.TERMINATED
            message = transfer.TransferTerminationMessage(
                **pids(process), code=code, reason=write_reasons(reason, reasons)
            )
            process = msgspec.structs.replace(process, ended=machine.Ended(code, reason, context.participant, reasons))
        case _:
            raise NotAllowed("wrong-step", f"{type(step).__name__} is not a step of a transfer: use one of its steps.")
    process = want(process, wanted)
    planned = machine.plan(process, TRANSFER, name, encode(message), context.now())
    if isinstance(planned, machine.Illegal):
        raise NotAllowed("wrong-state", planned.reason)
    return planned


def request_under(process: Transfer, agreement_id: str, now: int) -> Transfer:
    """Return a requested transfer with its request pending under another identifier of the same agreement."""
    pending = process.pending
    assert pending is not None
    asked = msgspec.json.decode(pending.body, type=transfer.TransferRequestMessage)
    body = encode(msgspec.structs.replace(asked, agreement_id=agreement_id))
    renamed = machine.Pending(message=pending.message, target=pending.target, body=body)
    return msgspec.structs.replace(process, pending=renamed, due_at=now, updated_at=now)


def find_requested_agreement(process: Transfer) -> str:
    """Return the identifier of the agreement in the pending request of a transfer."""
    assert process.pending is not None
    return msgspec.json.decode(process.pending.body, type=transfer.TransferRequestMessage).agreement_id


def send_again(context: Context, process: Negotiation, lost: str | None = None) -> Negotiation:
    """Return a negotiation whose peer repeats an earlier message, with the message pending that the peer has lost.

    `lost` names it if the process no longer shows which one that is. Each message is sent again later than the one
    before, and only a few times: a peer cannot make this side send more.
    """
    lost = lost or machine.find_lost(process, NEGOTIATION)
    if lost is None or process.pending or process.resent >= MOST_RESENT:
        return process
    message: Any
    match lost:
        case negotiation_machine.AGREEMENT:
            message = negotiation.ContractAgreementMessage(
                **pids(process), agreement=msgspec.Raw(process.agreement or b"{}")
            )
        case negotiation_machine.VERIFICATION:
            message = negotiation.ContractAgreementVerificationMessage(**pids(process))
        case negotiation_machine.FINALIZED:
            message = negotiation.ContractNegotiationEventMessage(
                **pids(process), event_type=negotiation.EventType.FINALIZED
            )
        case _:
            return process
    now = context.now()
    return machine.send_again(process, lost, encode(message), now, now + RESEND_MS * 2**process.resent)


def echo_start(context: Context, process: Transfer) -> Transfer:
    """Return a transfer that the consumer resumed, with a start of the provider pending that contains the address.

    The most deployed consumer waits for this start; for every other consumer it changes nothing.
    """
    address = msgspec.json.decode(process.data_address, type=DataAddress) if process.data_address else None
    pull = None if process.format == PUSH else address
    return machine.echo(
        process, encode(transfer.TransferStartMessage(**pids(process), data_address=pull)), context.now()
    )


def _agree(context: Context, process: Negotiation, purposes: Sequence[str]) -> tuple[Negotiation, list[Change]]:
    agreement_id = context.new_id()
    now = context.now()
    document = documents.make_agreement(
        process.offer,
        agreement_id=agreement_id,
        target=process.dataset,
        assigner=context.participant,
        assignee=process.peer,
        now=now,
    )
    process = msgspec.structs.replace(process, agreement_id=agreement_id, agreement=document)
    return process, [PutAgreement(to_agreement(context, process, now, purposes))]


def to_agreement(context: Context, process: Negotiation, now: int, purposes: Sequence[str]) -> Agreement:
    """Return the agreement of a negotiation with the document that both sides agreed, and the purposes that it names.

    `now` is when it was agreed.
    """
    return Agreement(
        owner=context.owner,
        id=process.agreement_id or "",
        role=process.role,
        counterparty=process.peer,
        address=process.peer_address,
        dataset=process.dataset,
        negotiation_id=process.id,
        document=process.agreement or b"{}",
        evidence=process.evidence,
        agreed_at=now,
        title=process.title,
        purposes=tuple(purposes),
    )


def _propose(context: Context, process: Negotiation, policy: bytes) -> Negotiation:
    is_provider = process.role is Role.PROVIDER
    consumer, provider = sort_parties(context, process)
    # Every offer has a new identifier, so that the peer does not take a second offer of the same policy for a repeat; a
    # consumer's request refers to the offer that it answers.
    offer_id = context.new_id() if is_provider else process.offer_id
    offer = documents.make_message_offer(
        policy, offer_id=offer_id, target=process.dataset, assigner=provider, assignee=consumer
    )
    return msgspec.structs.replace(
        process,
        offer=offer,
        offer_id=offer_id,
        offered_by=process.role,
        rounds=process.rounds + 1,
        asked=None if is_provider else offer,
    )
