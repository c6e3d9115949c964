"""Verifies the evidence of an agreement, offline: each part by its digest, its signature and the key of its signer."""

from collections.abc import Mapping, Sequence

import msgspec

from connector.identity.jws import Rejected, check_one_reading
from connector.identity.keys import KeyFault, VerificationKey, from_jwk, public_jwk
from connector.identity.seals import FRESH_S, is_sealed_by, read_statement
from connector.protocol.dsp.codec import parse
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.errors import ProtocolError
from connector.protocol.evidence import FORMAT, LARGEST, AgreementEvidence, AgreementStatement, SealedMessage
from connector.protocol.seals import Seal, compute_digest
from connector.views.handed_in import read_json

_Keys = Mapping[str, Sequence[VerificationKey]]


class EvidenceBroken(ValueError):
    """The file does not prove its content; `part` is a word for the part, the text one sentence."""

    def __init__(self, part: str, reason: str) -> None:
        super().__init__(reason)
        self.part = part


class ProvenAgreement(msgspec.Struct, frozen=True, kw_only=True):
    """What the file proves. `listed` are the sides whose key is on the participant list that was at hand.

    `sealed_at` is the time (s) at which the counterparty has signed; None if it has signed nothing. `messages` are the
    messages that the counterparty has sealed, `unlisted` the names of their keys (RFC 7638) that were not at hand.
    """

    agreement: dict[str, object]
    statement: AgreementStatement
    sealed_at: int | None
    listed: tuple[str, ...]
    messages: tuple[SealedMessage, ...] = ()
    unlisted: tuple[str, ...] = ()


class _Agreement(msgspec.Struct, frozen=True):
    assigner: str
    assignee: str


def verify_evidence(content: bytes, listed: _Keys | None = None, *, now: int) -> ProvenAgreement:
    """Verify a file at `now` (ms). `listed` are the keys by participant or identifier, of a list or of documents.

    Without them, those of the file count. A side that has signed by a key of its document is known by its identifier
    there, or by that of the list.

    Raises EvidenceBroken: for a file of another form, and for each part that was changed.
    """
    evidence = _read(content)
    keys = _read_keys(evidence)
    statement = _verify_statement(evidence, keys)
    agreement = evidence.agreement.encode()
    if compute_digest(agreement) != statement.agreement_digest:
        raise EvidenceBroken("agreement", "The agreement was changed: it is not the one that the statement names.")
    document = _read_agreement(agreement, statement)
    _verify_seal(evidence.seal, statement, keys)
    _verify_messages(evidence.messages, statement)
    _check_times(evidence, statement, now)
    signed = {(message.seal.key, message.method) for message in evidence.messages}
    return ProvenAgreement(
        agreement=document,
        statement=statement,
        sealed_at=evidence.seal.created if evidence.seal else None,
        listed=_list_known(keys, statement, listed or {}),
        messages=evidence.messages,
        unlisted=tuple(
            key for key, method in sorted(signed) if not _is_known(statement.counterparty, key, method, listed or {})
        ),
    )


def _read(content: bytes) -> AgreementEvidence:
    try:
        evidence = read_json(content, AgreementEvidence) if len(content) <= LARGEST else None
    except ValueError as fault:
        raise EvidenceBroken("file", f"The file is no evidence of an agreement: {fault}") from None
    if evidence is None or evidence.format != FORMAT:
        raise EvidenceBroken("file", f"The file is no evidence of an agreement of the form {FORMAT}.")
    return evidence


def _read_keys(evidence: AgreementEvidence) -> dict[str, VerificationKey]:
    try:
        keys = {participant: from_jwk(jwk) for participant, jwk in evidence.keys.items()}
    except KeyFault as fault:
        raise EvidenceBroken("keys", f"A key in the file was changed: {fault}") from None
    if any(public_jwk(key) != evidence.keys[participant] for participant, key in keys.items()):
        raise EvidenceBroken("keys", "A key in the file was changed: its members are not those of its kind.")
    return keys


def _verify_statement(evidence: AgreementEvidence, keys: Mapping[str, VerificationKey]) -> AgreementStatement:
    try:
        signed = read_statement(evidence.statement.encode(), list(keys.values()))
        check_one_reading(signed.payload, "statement")
        statement = msgspec.json.decode(signed.payload, type=AgreementStatement)
    except (Rejected, msgspec.MsgspecError, UnicodeError) as fault:
        raise EvidenceBroken("statement", "The statement or its key was changed.") from fault
    if {statement.holder} != keys.keys() - {statement.counterparty}:
        raise EvidenceBroken("keys", "The keys in the file are not those of the two sides.")
    if signed.kid != keys[statement.holder].kid:
        raise EvidenceBroken("statement", f"{statement.holder} has not signed the statement.")
    return statement


def _read_agreement(agreement: bytes, statement: AgreementStatement) -> dict[str, object]:
    """Return the agreement, of which two readers read the same; raises EvidenceBroken."""
    try:
        document = msgspec.convert(parse(agreement), dict[str, object])
        stated = msgspec.convert(document, _Agreement)
    except ProtocolError:
        raise EvidenceBroken(
            "agreement", f"The agreement cannot be read in one way alone: ask {statement.holder} for the file anew."
        ) from None
    except msgspec.ValidationError:
        raise EvidenceBroken("agreement", "The agreement names no two sides.") from None
    sides = (statement.holder, statement.counterparty)
    if (stated.assigner, stated.assignee) != (sides if statement.role is Role.PROVIDER else sides[::-1]):
        raise EvidenceBroken("agreement", "The agreement is one of other sides than the statement says.")
    return document


def _verify_seal(seal: Seal | None, statement: AgreementStatement, keys: Mapping[str, VerificationKey]) -> None:
    digest = compute_digest(msgspec.json.encode(seal)) if seal else ""
    if digest != statement.seal_digest:
        raise EvidenceBroken("seal", f"What {statement.counterparty} has signed was changed or left out.")
    if seal is None:
        return
    if seal.agreement_digest != statement.agreement_digest:
        raise EvidenceBroken("seal", f"{statement.counterparty} has signed another agreement.")
    key = keys.get(statement.counterparty)
    if key is None or not is_sealed_by(seal, key):
        raise EvidenceBroken("seal", f"The signature of {statement.counterparty} does not verify.")


def _verify_messages(messages: Sequence[SealedMessage], statement: AgreementStatement) -> None:
    digest = compute_digest(msgspec.json.encode(messages)) if messages else ""
    if digest != statement.messages_digest:
        raise EvidenceBroken("messages", f"The messages of {statement.counterparty} were changed or left out.")
    for message in messages:
        try:
            holds = is_sealed_by(message.seal, from_jwk(message.jwk))
        except KeyFault:
            holds = False
        if not holds:
            raise EvidenceBroken("messages", f"The seal of the {message.name} does not verify.")


def _check_times(evidence: AgreementEvidence, statement: AgreementStatement, now: int) -> None:
    """Raise EvidenceBroken for a time that has not come, or before 1970: such a time says nothing about when."""
    stated = (statement.stated_at, statement.agreed_at, statement.finalized_at or 0, statement.withdrawn_at or 0)
    seals = [*([evidence.seal] if evidence.seal else []), *(message.seal for message in evidence.messages)]
    said = {
        statement.holder: [*stated, *(message.at for message in evidence.messages)],
        statement.counterparty: [seal.created * 1000 for seal in seals],
    }
    for side, times in said.items():
        if not all(0 <= time <= now + FRESH_S * 1000 for time in times):
            raise EvidenceBroken(
                "times", f"{side} has signed a time that has not come, or one before 1970: check the clock here first."
            )


def _list_known(keys: Mapping[str, VerificationKey], statement: AgreementStatement, listed: _Keys) -> tuple[str, ...]:
    return tuple(
        participant
        for participant, key in keys.items()
        if _is_known(participant, key.kid, statement.methods.get(participant, ""), listed)
    )


def _is_known(participant: str, kid: str, method: str, listed: _Keys) -> bool:
    return any(one.kid == kid for name in (participant, method.partition("#")[0]) for one in listed.get(name, ()))
