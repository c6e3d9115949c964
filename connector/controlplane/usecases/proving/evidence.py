"""The evidence of an agreement: what both sides have signed of it, for whoever has to be convinced later."""

import msgspec

from connector.controlplane.core.context import Context
from connector.controlplane.core.errors import NotAllowed
from connector.controlplane.core.lookup import find_agreement
from connector.controlplane.processes.loading import load_negotiation
from connector.controlplane.usecases.proving.history import RECEIVED, find_kept_seal, tell_history
from connector.ports.entities import Agreement
from connector.ports.seals import KeptSeal, Seals
from connector.protocol.evidence import MOST_MESSAGES, AgreementEvidence, AgreementStatement, SealedMessage
from connector.protocol.seals import compute_digest

_read_kept = msgspec.json.Decoder(KeptSeal).decode


async def find_seal(context: Context, agreement: Agreement) -> KeptSeal | None:
    """Return what the counterparty has signed of an agreement; None if it has signed nothing."""
    negotiation = await load_negotiation(context, agreement.negotiation_id)
    if negotiation is None or not negotiation.seal:
        return None
    kept = _read_kept(negotiation.seal)
    return kept if kept.seal.agreement_digest == compute_digest(agreement.document) else None


async def list_sealed(context: Context, agreement: Agreement) -> tuple[tuple[SealedMessage, ...], bool]:
    """Return the messages about an agreement that its counterparty has sealed, oldest first, and if these are all."""
    history = await tell_history(context, agreement)
    found = [
        SealedMessage(
            name=entry.leaf.kind.removeprefix(RECEIVED),
            process=entry.leaf.process_id,
            at=entry.leaf.at,
            seal=kept.seal,
            jwk=kept.jwk,
            method=kept.method,
        )
        for entry in history.entries
        if entry.leaf.kind.startswith(RECEIVED) and (kept := find_kept_seal(entry))
    ]
    # By time: an entry that has no place in the log yet has none in the history either.
    found.sort(key=lambda message: message.at)
    return tuple(found[:MOST_MESSAGES]), history.whole and len(found) <= MOST_MESSAGES


async def make_evidence(context: Context, seals: Seals | None, name: str) -> AgreementEvidence:
    """Return the evidence of an agreement by its key or identifier, stated and signed now.

    Raises NoSuchEntity, and NotAllowed for an agreement that is not final or without a key to sign with.
    """
    agreement = await find_agreement(context, name)
    if seals is None:
        raise NotAllowed("no-key", "This process has no key to sign with: use the identity mechanism roster or dcp.")
    if agreement.finalized_at is None:
        raise NotAllowed("not-final", "The agreement is not final yet: wait until its negotiation has ended.")
    kept = await find_seal(context, agreement)
    seal = kept.seal if kept else None
    messages, whole = await list_sealed(context, agreement)
    methods = {context.participant: seals.show_method(), agreement.counterparty: kept.method if kept else ""}
    statement = AgreementStatement(
        holder=context.participant,
        counterparty=agreement.counterparty,
        role=agreement.role,
        agreement_digest=compute_digest(agreement.document),
        seal_digest=compute_digest(msgspec.json.encode(seal)) if seal else "",
        agreed_at=agreement.agreed_at,
        finalized_at=agreement.finalized_at,
        withdrawn_at=agreement.withdrawn_at,
        stated_at=context.now(),
        methods={side: method for side, method in methods.items() if method},
        messages_digest=compute_digest(msgspec.json.encode(messages)) if messages else "",
        more=not whole,
    )
    return AgreementEvidence(
        agreement=agreement.document.decode(),
        seal=seal,
        statement=seals.state(msgspec.json.encode(statement)).decode(),
        keys={context.participant: seals.show_key(), **({agreement.counterparty: kept.jwk} if kept else {})},
        messages=messages,
    )
