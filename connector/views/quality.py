"""The quality of what the sources of a broker offer."""

from datetime import datetime

import msgspec

from connector.views.common import LocalizedText


class FindingView(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of fault: the property, the rule that it breaks, how many datasets have it, and one of them.

    `option` is the option of `asset` that mends it, if there is one. `texts` says it in words.
    """

    member: str
    rule: str
    count: int
    example: str
    option: str | None
    texts: LocalizedText


class QualityView(msgspec.Struct, frozen=True, kw_only=True):
    """The quality of one source, or of all (`participant` is null): shares from 0 to 1 and a score from 0 to 100.

    A share is null if nothing is known. `members` is the share of datasets that state each recommended member.
    """

    participant: str | None
    name: str | None
    datasets: int
    unreadable: int
    score: int | None
    completeness: float | None
    freshness: float | None
    reachability: float | None
    conformity: float | None
    members: dict[str, float]
    findings: tuple[FindingView, ...]


class QualityReportView(msgspec.Struct, frozen=True, kw_only=True):
    """The last assessment: when it began, whether another one runs, and its result; `total` is null without one.

    `items` is a page of the sources, in the order of their identifiers; `next` is the cursor of the next one.
    """

    assessed_at: datetime | None
    running: bool
    total: QualityView | None
    items: tuple[QualityView, ...]
    next: str | None = None
