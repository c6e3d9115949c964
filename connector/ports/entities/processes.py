"""The values beside a process: Holds, back-off and single-use tokens."""

import msgspec


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """A process that waits for somebody: why, for whom, and until when at the latest. One per process.

    `reasons` says why in `de` and `en`, where it is known in both.
    """

    owner: str
    process_id: str
    process_kind: str
    reason: str
    who: str
    created_at: int
    until: int | None = None
    reasons: dict[str, str] = {}


class Backoff(msgspec.Struct, frozen=True, kw_only=True):
    """How long a peer is left alone after failures; kept, so that a restart does not storm it."""

    owner: str
    peer: str
    failures: int
    until: int


class ReplayKey(msgspec.Struct, frozen=True, kw_only=True):
    """A single-use token's identity: (issuer, jti). Kept until the token has expired anyway."""

    owner: str
    issuer: str
    jti: str
    expires_at: int
