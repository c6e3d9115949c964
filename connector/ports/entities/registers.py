"""The registers of events and of consents; entries are only appended."""

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
