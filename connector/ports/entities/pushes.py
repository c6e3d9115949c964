"""What this participant has pushed to a broker, and what became of it."""

from enum import StrEnum

import msgspec


class PushState(StrEnum):
    """What became of a pushed self-description: `failed` was tried often, and is tried again with the next change.

    `begun` is kept before the first push is sent: the broker may have the description, even if its answer is lost.
    """

    BEGUN = "begun"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    FAILED = "failed"


class Push(msgspec.Struct, frozen=True, kw_only=True):
    """The last push of the self-description of a subject: an asset, or the participant. Times in ms.

    `name` is its name at `broker`, `content` what stood for its content, and `key` the name of the key that signed it.
    `reason` says why it was refused or failed, `findings` what the broker misses in it; at `renew_at` it is renewed.
    """

    owner: str
    subject: str
    name: str
    broker: str
    content: str
    key: str
    state: PushState
    at: int
    renew_at: int
    reason: str = ""
    findings: tuple[str, ...] = ()
