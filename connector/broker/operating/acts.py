"""The acts of the operator: each is checked, kept with who and when, and can be undone."""

from connector.ports.moderated_store import ModeratedStore
from connector.ports.moderation import OF_SOURCES, WHOLE_SOURCE, Act, MarkKind, ModerationChange, invert_act

UNKNOWN_SOURCE = "Unknown source: `datenkontor broker source list` lists the sources."


class ActRefused(Exception):
    """An act that cannot be done: `code` is for programs, `missing` says that its object does not exist."""

    def __init__(self, code: str, reason: str, *, missing: bool = False) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.missing = missing


async def moderate(record: ModeratedStore, change: ModerationChange, now: int) -> Act | None:
    """Set or take away a mark; return None if it is already as wanted. Raises ActRefused and StoreError."""
    await _check_target(record, change)
    return await record.moderate(change, now)


async def undo(record: ModeratedStore, number: int, by: str, now: int) -> Act:
    """Take an act back, unless a later one has changed the same mark. Raises ActRefused and StoreError."""
    act = await record.act(number)
    if act is None:
        raise ActRefused("no-act", "Unknown act: `datenkontor broker log` lists the acts.", missing=True)
    change = act.change
    left = change.reason if change.wanted else None
    marks = await record.marks(change.participant, change.dataset or None)
    present = [mark.reason for mark in marks if (mark.dataset, mark.kind) == (change.dataset, change.kind)]
    undone = None
    if (present[0] if present else None) == left:
        undone = await record.moderate(invert_act(act, by), now)
    if undone is None:
        reason = "A later act has changed this already: undo that one, or give the command that you want."
        raise ActRefused("changed-since", reason)
    return undone


async def _check_target(record: ModeratedStore, change: ModerationChange) -> None:
    """Check that a mark can be of its source or entry. Raises ActRefused."""
    if change.kind is MarkKind.REGISTERED:
        return
    if await record.source(change.participant) is None:
        raise ActRefused("no-source", UNKNOWN_SOURCE, missing=True)
    if change.dataset == WHOLE_SOURCE:
        return
    if change.kind in OF_SOURCES:
        raise ActRefused("of-source", "Only a source can be registered, suspended or removed, not one dataset.")
    if await record.stored(change.participant, change.dataset) is None:
        reason = "Unknown dataset of this source: `datenkontor broker why` says what is known of it."
        raise ActRefused("no-dataset", reason, missing=True)
