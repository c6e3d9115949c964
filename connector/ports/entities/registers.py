"""The registers that are only appended to: events, consents and the audit log."""

import msgspec


class EventEntry(msgspec.Struct, frozen=True, kw_only=True):
    """That an event (an emergency, a fair) has begun or is over, as our people declare it; never changed or removed.

    `name` is its full IRI, `by` the name of the key that declared it.
    """

    owner: str
    name: str
    begun: bool
    at: int
    by: str


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the consent register: where a person stands on a purpose from now on; never changed or removed.

    `subject` is the keyed reference of the person (`ports.secret`), never a name. `dataset` is an asset's identifier,
    empty for all; `purpose` and `state` are IRIs (dpv:Purpose, dpv:ConsentStatus). `until` (ms) is when a consent ends
    by itself.
    """

    owner: str
    subject: str
    dataset: str
    purpose: str
    state: str
    at: int
    until: int | None = None


class Leaf(msgspec.Struct, frozen=True, kw_only=True):
    """One salted leaf of the audit log, as `audit.leaves` makes it: canonical JSON `body`, its hash, sealed later."""

    owner: str
    id: str
    at: int
    kind: str
    process_id: str
    body: bytes
    salt: bytes
    hash: bytes
    position: int | None = None
