"""What the operator of a broker says about sources and their entries: marks, and the log of the acts that set them.

A mark says one thing of one entry, or of a source and all its entries. The last act of a kind decides. Marks are apart
from what is crawled, so that no crawl changes them and an entry comes back as it is without a crawl.
"""

from collections.abc import Mapping
from enum import StrEnum

import msgspec


class MarkKind(StrEnum):
    """What a mark says. A source alone can be registered by hand, suspended or removed."""

    SUSPENDED = "suspended"
    HIDDEN = "hidden"
    TEST = "test"
    REMOVED = "removed"
    REGISTERED = "registered"


OF_SOURCES = frozenset({MarkKind.SUSPENDED, MarkKind.REMOVED, MarkKind.REGISTERED})
"""The kinds that are said of sources only."""

UNCRAWLED = frozenset({MarkKind.SUSPENDED, MarkKind.REMOVED})
"""The kinds whose sources are not crawled."""

WITHHOLDING = UNCRAWLED | {MarkKind.HIDDEN}
"""The kinds whose entries nobody sees."""

WHOLE_SOURCE = ""
"""In place of the identifier of a dataset: the mark is of the source and of all its entries."""

PASSED_ON = WITHHOLDING | {MarkKind.TEST}
"""The kinds that, said of a whole broker, also hold for all that it relays."""

ACTS_KEPT = 100_000
"""The newest acts that the log keeps."""


class EntryStanding(StrEnum):
    """Whether an entry is in what the broker puts out: for everybody, for those who ask for tests, or for nobody."""

    SHOWN = "shown"
    TEST = "test"
    WITHHELD = "withheld"


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A mark: of which source or entry, why, by which management key, and since when (ms since the Unix epoch)."""

    participant: str
    dataset: str
    kind: MarkKind
    reason: str
    by: str
    at: int


class ModerationChange(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator wants: to set a mark with a reason, or to take it away (`wanted` is false).

    `undoes` is the number of the act that this one takes back.
    """

    participant: str
    dataset: str = WHOLE_SOURCE
    kind: MarkKind
    wanted: bool
    reason: str = ""
    by: str
    undoes: int | None = None


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the log: a change that was made, at which time (ms), and the reason of the mark that it replaced.

    `before` is None if there was no such mark before.
    """

    number: int
    at: int
    change: ModerationChange
    before: str | None


def judge_standing(kinds: frozenset[MarkKind]) -> EntryStanding:
    """Return the standing of an entry of which, or of whose source, these marks are.

    >>> judge_standing(frozenset({MarkKind.TEST})).value
    'test'
    """
    if kinds & WITHHOLDING:
        return EntryStanding.WITHHELD
    return EntryStanding.TEST if MarkKind.TEST in kinds else EntryStanding.SHOWN


def find_withheld(marked: Mapping[str, frozenset[MarkKind]], *, tests: bool) -> frozenset[str]:
    """Return the sources whose marks, of the whole source, withhold all entries; without `tests` also those of tests.

    >>> sorted(find_withheld({"a": frozenset({MarkKind.TEST}), "b": frozenset({MarkKind.HIDDEN})}, tests=True))
    ['b']
    """
    seen = {EntryStanding.SHOWN, EntryStanding.TEST} if tests else {EntryStanding.SHOWN}
    return frozenset(name for name, kinds in marked.items() if judge_standing(kinds) not in seen)


def invert_act(act: Act, by: str) -> ModerationChange:
    """Return the change that takes an act back: the mark is as it was before, with its reason."""
    return msgspec.structs.replace(
        act.change, wanted=act.before is not None, reason=act.before or "", by=by, undoes=act.number
    )
