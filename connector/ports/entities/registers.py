"""The registers of events and consents, whose entries are only appended; links, blocked participants, credentials."""

import msgspec

from connector.views.credentials import CredentialStanding, IssuanceState


class EventEntry(msgspec.Struct, frozen=True, kw_only=True):
    """The beginning or the end of an event (an emergency, a fair), as declared by staff; never changed or removed.

    `name` is its full IRI, `by` the name of the management key.
    """

    owner: str
    name: str
    begun: bool
    at: int
    by: str


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the consent register: the consent of a person for a purpose; never changed or removed.

    `subject` is the keyed reference of the person (`ports.secret`), never a name. `dataset` is an asset's identifier,
    empty for all; `purpose` and `state` are IRIs (dpv:Purpose, dpv:ConsentStatus). `until` (ms) is the end of the
    consent.
    """

    owner: str
    subject: str
    dataset: str
    purpose: str
    state: str
    at: int
    until: int | None = None


class ConsentLink(msgspec.Struct, frozen=True, kw_only=True):
    """The link with which a person sees the own consents, until a time (ms); there is one for each person.

    `subject` is the keyed reference of the person, `token_hash` the SHA-256 (hex) of the secret in the link.
    """

    owner: str
    subject: str
    token_hash: str
    until: int


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """A participant that this one has excluded as its provider; `by` is the name of the management key."""

    owner: str
    participant: str
    at: int
    by: str
    reason: str


class HeldCredential(msgspec.Struct, frozen=True, kw_only=True):
    """A credential about this participant: `secured` is the compact JWS of its issuer.

    `key` names it here: that of its issuer, its types and its profile, so that a renewed one takes the place of the old
    one. `id` is its own identifier, which may be empty. `standing` is what its status list said at `looked_at`, if that
    was ever read. Times are in ms.
    """

    owner: str
    key: str
    version: int
    id: str
    issuer: str
    types: tuple[str, ...]
    profile: str
    secured: str
    received_at: int
    valid_from: int | None = None
    valid_until: int | None = None
    standing: CredentialStanding = CredentialStanding.VALID
    looked_at: int | None = None


class Issuance(msgspec.Struct, frozen=True, kw_only=True):
    """An offer of an issuer, or a request to it: `id` is the holder's name for it (`holderPid`). Times in ms.

    `objects` are what is offered or asked for, by the identifiers of the issuer's metadata; empty if only the types are
    known. `profiles` are those that are wanted; without any, the first that the issuer has. `issuer_pid` is the
    issuer's name for the request, once it was received. `due_at` is when this side does the next step, if it has to;
    `attempts` is how often that failed.
    """

    owner: str
    id: str
    issuer: str
    types: tuple[str, ...]
    state: IssuanceState
    at: int
    reason: str = ""
    objects: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    issuer_pid: str = ""
    due_at: int | None = None
    attempts: int = 0
