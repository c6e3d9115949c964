"""The registers of events and of consents, whose entries are only appended, of links, and of blocked participants."""

import msgspec


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
