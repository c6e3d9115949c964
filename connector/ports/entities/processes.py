"""The values beside a process: Holds, back-off and single-use tokens; and the bounds of every listing."""

import msgspec


class PageBounds(msgspec.Struct, frozen=True, kw_only=True):
    """The bounds of a page: at most `limit` rows after the row of the opaque cursor `after`."""

    limit: int = 50
    after: str | None = None


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """A process that waits for a decision by a person: the reason, the person, and the latest time. One per process.

    `reasons` contains the reason in `de` and `en`, if it is available in both. `counterparty`, `dataset` and its
    `title` are those of the process; they are empty in a Hold of an older version. `offer_id` is the offer of the
    dataset when the provider began to wait before it signs: another one has other terms.
    """

    owner: str
    process_id: str
    process_kind: str
    reason: str
    who: str
    created_at: int
    until: int | None = None
    reasons: dict[str, str] = {}
    counterparty: str = ""
    dataset: str = ""
    title: dict[str, str] = {}
    offer_id: str = ""


class Backoff(msgspec.Struct, frozen=True, kw_only=True):
    """The back-off of a peer after failures; it is stored, so a restart does not flood the peer."""

    owner: str
    peer: str
    failures: int
    until: int


class ReplayKey(msgspec.Struct, frozen=True, kw_only=True):
    """The identity of a single-use token: issuer and jti. It is stored until the token has expired."""

    owner: str
    issuer: str
    jti: str
    expires_at: int
