"""The uses of agreements: who used what and when, and how far the deliveries of an open use have come."""

import msgspec

_DAY_MS = 86_400_000

PERIODS = {"P1D": _DAY_MS, "P7D": 7 * _DAY_MS, "P1M": 31 * _DAY_MS, "P1Y": 366 * _DAY_MS}
"""The periods (ms) within which the uses of a counterparty can be limited; a month and a year as their longest."""

ALL_TIME = "ever"
"""The period without an end: all uses count."""


class CountedUse(msgspec.Struct, frozen=True, kw_only=True):
    """One use that has begun, and the bytes that moved for it; `providing` is true at the provider."""

    owner: str
    agreement_id: str
    flow_id: str
    counterparty: str
    dataset: str
    providing: bool
    at: int
    bytes_moved: int = 0


class MonthlyUsage(msgspec.Struct, frozen=True, kw_only=True):
    """What happened in one month between two participants with one dataset for the same purposes.

    `month` is written as `2026-11`; `providing` is true at the provider. `agreements` are those that became final,
    `deliveries` the uses that began, `bytes_moved` what moved for these, and `denied` the transfers that a policy
    refused.
    """

    owner: str
    month: str
    providing: bool
    dataset: str
    counterparty: str
    purposes: tuple[str, ...] = ()
    agreements: int = 0
    deliveries: int = 0
    bytes_moved: int = 0
    denied: int = 0


FOLDER = "/"
"""The part that is the folder itself; no member has this path."""

EARLIER = "*"
"""The version of a part that an earlier release has stored: what the next access reads counts as its data."""


class UsePart(msgspec.Struct, frozen=True, kw_only=True):
    """The delivery of a file, or of one member of a folder, in the newest use of a flow.

    `version` is the entity tag of the data, empty if it has none, or `EARLIER`; `size` and `sha256` (hex) are known of
    it or None, `state` changes with the size and date of a file.
    `sent` are the bytes that the peer has received in all attempts, `starts` the attempts from the first byte, or from
    any byte of data of which nothing shows that it is the same. `finished_at` (ms) is the time when the peer had
    received the last byte. The part `FOLDER` holds in `members` what the folder contained when the use began.
    """

    owner: str
    flow_id: str
    part: str
    version: str = ""
    size: int | None = None
    sent: int = 0
    starts: int = 0
    finished_at: int | None = None
    sha256: str | None = None
    members: bytes | None = None
    state: str = ""
