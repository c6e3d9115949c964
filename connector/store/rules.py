"""What every store and record must agree on: the version rule, cursors, when a process has ended, what is shown.

A cursor is the place of a row in the order of creation, which is the order of the commits: no clock, neither ours nor
a peer's, moves a row from one page to another.
"""

from typing import Any

import msgspec

from connector.ports.broker_store import Delta, Entry
from connector.ports.changes import Change, PutAsset, PutProcess
from connector.ports.entities import PageBounds
from connector.ports.store import AnyProcess
from connector.protocol.dsp.machines.machine import ProcessKind
from connector.protocol.dsp.machines.negotiation_machine import NEGOTIATION
from connector.protocol.dsp.machines.transfer_machine import TRANSFER

_TERMINAL = {ProcessKind.NEGOTIATION: NEGOTIATION.terminal, ProcessKind.TRANSFER: TRANSFER.terminal}
_LAST = 2**63 - 1

HIDDEN_AFTER_MS = 86_400_000
"""How long a source may be offline until its entries are no longer shown unasked."""

# Uses within an hour are kept by the second, at most 3601 rows an agreement; a second counts until its end is an hour
# ago, so that no hour ever has more uses than may be.
_HOUR_S = 3_600


def has_ended(process: AnyProcess) -> bool:
    """Return whether the process is in a terminal state and so no longer counts against the quota of its peer."""
    return process.state in _TERMINAL[process.kind]


def check_version(change: Change) -> None:
    """Raise ValueError where a change breaks the version rule: what read version n stores n + 1, an insert 1."""
    if isinstance(change, PutProcess):
        version = change.process.version
    elif isinstance(change, PutAsset):
        version = change.asset.version
    else:
        return
    if version != (change.expected or 0) + 1:
        raise ValueError(
            f"A change that expects version {change.expected} has to store version {(change.expected or 0) + 1}, "
            f"not {version}: set the version to expected + 1."
        )


def cursor(place: int) -> str:
    """Return the opaque cursor of a row."""
    return f"{place:x}"


def place(page: PageBounds, *, descending: bool) -> int:
    """Return the place after which (before which, where `descending`) the page begins.

    Raises ValueError if the page has no row or its cursor is none of ours.
    """
    if page.limit < 1:
        raise ValueError(f"A page holds at least one row, not {page.limit}: ask for one or more.")
    return position(page.after, start=_LAST if descending else -1)


def position(after: str | None, *, start: int) -> int:
    """Return the place that a cursor names, or `start` without one. Raises ValueError if it is none of ours."""
    if after is None:
        return start
    try:
        value = int(after, 16)
    except ValueError:
        value = -1
    if not 0 <= value <= _LAST or after != cursor(value):
        raise ValueError("The cursor is not one that this listing gave out: begin again without a cursor.")
    return value


def first_recent(now: int) -> int:
    """Return the first second (since the epoch) whose uses count at `now` (ms)."""
    return now // 1000 - _HOUR_S


def no_longer_recent(second: int) -> int:
    """Return the instant (ms) from which the uses of a second do not count any more."""
    return (second + 1 + _HOUR_S) * 1000


def check_delta(delta: Delta) -> None:
    """Raise ValueError where the crawl of one source would write the entry of another."""
    for entry in delta.upserts:
        if entry.participant != delta.source.participant:
            raise ValueError(
                f"The crawl of {delta.source.participant} brought an entry of {entry.participant}: "
                "a source speaks for itself alone."
            )


def tombstone(entry: Entry) -> Entry:
    """Return the entry without its content: what a provider took back is not kept."""
    empty: dict[str, Any] = {"titles": {}, "descriptions": {}, "keywords": (), "themes": (), "document": b""}
    return msgspec.structs.replace(entry, **empty)
