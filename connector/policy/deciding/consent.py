"""The state of a person's consent to a use, from the record of it (dpv:ConsentStatus). Pure: msgspec only.

A consent is given for a purpose, for one dataset or for all. It covers a use for that purpose or a narrower one. What
is withdrawn, refused or has expired counts against a use whenever its purpose is the same, broader or narrower: a
person does not have to find the right one among several entries to be left out.
"""

from collections.abc import Collection, Iterable

import msgspec

DPV = "https://w3id.org/dpv#"
GIVEN, RENEWED = DPV + "ConsentGiven", DPV + "RenewedConsentGiven"
WITHDRAWN, EXPIRED = DPV + "ConsentWithdrawn", DPV + "ConsentExpired"
VALID = frozenset({GIVEN, RENEWED})


class PurposeConsent(msgspec.Struct, frozen=True):
    """The latest entry for one purpose: its IRI, the state (IRI), and when (ms) a consent ends by itself."""

    purpose: str
    state: str
    until: int | None = None


def find_consent_state(
    stands: Iterable[PurposeConsent], covering: Collection[str], touching: Collection[str], now: int
) -> tuple[str, int | None] | None:
    """Return the state of a person's consent to a use, and the time (ms) at which it ends; None if unknown.

    Parameters:
        stands: the latest entries on the person that are about this dataset or all.
        covering: the purpose of the use and all that are broader.
        touching: these and all that are narrower.
        now: ms since the epoch.

    >>> find_consent_state([PurposeConsent("urn:study", GIVEN, until=9)], {"urn:study"}, {"urn:study"}, now=5)
    ('https://w3id.org/dpv#ConsentGiven', 9)
    """
    found: tuple[str, int | None] | None = None
    for stand in stands:
        ended = stand.until is not None and stand.until <= now
        state = EXPIRED if ended and stand.state in VALID else stand.state
        if state not in VALID:
            if stand.purpose in touching:
                return state, None
        elif stand.purpose in covering:
            # Of several that cover the use, the first to end makes the answer worth asking for again.
            ends = [until for until in (stand.until, found[1] if found else None) if until is not None]
            found = state, min(ends, default=None)
    return found
