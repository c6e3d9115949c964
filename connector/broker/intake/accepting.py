"""One pushed self-description is verified and read: whose word it is, and which entry its dataset is.

Nothing of it is read before its signature was verified by a listed key of the participant that sends it. What it lacks
of DCAT-AP is a finding for its operator and no refusal.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from connector.broker.crawl import AddressProblem, make_finder
from connector.broker.normalise import Unusable, read_entry
from connector.broker.visibility.audience import AudienceRefused, read_audience
from connector.ports.broker_store import CrawlSource, Entry
from connector.ports.credentials import CredentialKeys, CredentialRejected
from connector.ports.descriptions import PushedDescription
from connector.ports.identity import ShownStatus
from connector.protocol import dcat
from connector.protocol.credential import (
    CredentialFault,
    DescriptionKind,
    VerifiableCredential,
    find_fault,
    name_description,
    read_credential,
)
from connector.protocol.dsp.errors import clean

FINDING_LENGTH = 300
_WANTED: Mapping[DescriptionKind, Mapping[str, str]] = {
    DescriptionKind.DATASET: {
        "dct:title": "title",
        "dct:description": "description",
        "dct:publisher": "publisher",
        "dct:license": "licence",
        "dcat:theme": "theme",
    },
    DescriptionKind.OFFERING: {"dct:title": "title", "dct:publisher": "publisher", "endpointURL": "endpointURL"},
    DescriptionKind.PARTICIPANT: {dcat.AGENT_NAME: "name"},
}
"""What DCAT-AP 3.0.1 and DCAT-AP.de 3.0 ask for, by the member that states it."""


class DescriptionRefused(Exception):
    """A pushed self-description is not taken; `reason` is one sentence for its sender, `code` a word for programs."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = clean(reason)


class AcceptedDescription(msgspec.Struct, frozen=True, kw_only=True):
    """A self-description that is kept, and the entry of its dataset, if it describes one."""

    description: PushedDescription
    entry: Entry | None


def accept(
    secured: bytes,
    source: CrawlSource,
    keys: CredentialKeys,
    *,
    now: int,
    is_listed: Callable[[str], bool],
    address_problem: AddressProblem,
    shown: tuple[ShownStatus, ...] = (),
) -> AcceptedDescription:
    """Verify and read a self-description that the participant of `source` sends. Raises DescriptionRefused.

    `is_listed` returns whether an identifier is that of a participant. `shown` are the statuses of the credentials that
    the participant shows with it. What this costs is bounded by the size.
    """
    participant = source.participant
    try:
        verified = keys.verify_credential(secured, participant)
        credential = read_credential(verified.payload)
    except CredentialRejected as rejected:
        raise DescriptionRefused("signature", rejected.reason) from None
    except CredentialFault as fault:
        raise DescriptionRefused("credential", fault.reason) from None
    if problem := find_fault(credential, participant, now):
        raise DescriptionRefused("credential", problem)
    owner = credential.subject.partition("#")[0]
    if owner != participant and is_listed(owner):
        reason = "The subject does not belong to the issuer: its identifier is that of another participant."
        raise DescriptionRefused("not-yours", reason)
    audience = _read_audience(credential)
    entry, findings = _read_dataset(credential, source, now, address_problem)
    if entry is not None:
        entry = msgspec.structs.replace(entry, audience=audience, teaser=credential.teaser)
    description = PushedDescription(
        name=name_description(participant, credential.subject),
        participant=participant,
        kind=credential.kind,
        subject=credential.subject,
        secured=secured,
        key=verified.key,
        pushed_at=now,
        expires_at=credential.valid_until,
        audience=audience,
        findings=(*findings, *_find_gaps(credential)),
        statuses=credential.statuses,
        shown=shown,
    )
    return AcceptedDescription(description=description, entry=entry)


def _read_audience(credential: VerifiableCredential) -> bytes:
    """Return to whom a description may be shown, as entries keep it; empty for everybody. Raises DescriptionRefused."""
    if not credential.audience:
        return b""
    try:
        return read_audience(credential.audience, credential.subject)
    except AudienceRefused as refused:
        raise DescriptionRefused("audience", str(refused)) from None


def _read_dataset(
    credential: VerifiableCredential, source: CrawlSource, now: int, address_problem: AddressProblem
) -> tuple[Entry | None, tuple[str, ...]]:
    """Return the entry of a dataset, read as one of the catalogue, and which offers of it cannot be read."""
    if credential.kind is not DescriptionKind.DATASET:
        return None, ()
    try:
        read = read_entry(credential.document, source, now, make_finder(source, {}, address_problem))
    except Unusable as fault:
        raise DescriptionRefused("dataset", fault.reason) from None
    return read.entry, tuple(clean(reason, FINDING_LENGTH) for reason in read.left_out[:1])


def _find_gaps(credential: VerifiableCredential) -> tuple[str, ...]:
    members: dict[str, Any] = msgspec.json.decode(credential.document)
    stated = {name for name, value in members.items() if value not in (None, "", [], {})}
    for distribution in members.get("distribution") or ():
        stated |= distribution.keys() if isinstance(distribution, dict) else set()
    lacking = [word for name, word in _WANTED[credential.kind].items() if name not in stated]
    return (f"The description does not state: {', '.join(lacking)}.",) if lacking else ()
