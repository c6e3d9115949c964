"""The rows of entries in the broker's record, as they are read."""

from collections.abc import Iterable
from typing import Any

import msgspec

from connector.ports.broker_store import PORTALS, Entry
from connector.ports.moderation import EntryStanding
from connector.store.rules import tombstone

COLUMNS = "body, place, seq, change, verified_at, changed_at, first_seen, removed_at, held"
SHOWN_COLUMNS = "body, place, change, change, verified_at, changed_at, first_seen, removed_at, held"
"""What a view reads: the change number within the class in place of the record's."""

IS_PORTAL = f"substr(participant, 1, {len(PORTALS)}) = '{PORTALS}'"
PORTALS_LAST = f"CASE WHEN {IS_PORTAL} THEN {2**62} ELSE 0 END"
"""What is added to the place of a portal's entry, so that it comes after all participants."""

ALL_SOURCES = "SELECT body FROM sources ORDER BY participant"
"""The sources, one row for each participant or portal."""

STANDINGS = {EntryStanding.SHOWN: 0, EntryStanding.TEST: 1, EntryStanding.WITHHELD: 2}
"""The column `held`: a row that is held has a time in `removed_at` and keeps its body."""

decode_entry = msgspec.msgpack.Decoder(Entry).decode


def to_entry(row: Iterable[Any], *, tests: bool = False) -> Entry:
    """Return the entry of a row of `COLUMNS` or `SHOWN_COLUMNS` as others see it, with the current columns.

    One that is held is a tombstone; with `tests`, one that is held as a test is not.
    """
    stored, held = _read(row)
    if held and not (tests and stored.is_test):
        return tombstone(stored)
    return msgspec.structs.replace(stored, removed_at=None) if held else stored


def to_stored(row: Iterable[Any]) -> Entry:
    """Return the entry of a row of `COLUMNS` whatever its standing: one that is held is offered all the same."""
    stored, held = _read(row)
    return msgspec.structs.replace(stored, removed_at=None) if held else stored


def _read(row: Iterable[Any]) -> tuple[Entry, bool]:
    body, place, seq, change, verified_at, changed_at, first_seen, removed_at, held = row
    times = {"verified_at": verified_at, "changed_at": changed_at, "first_seen": first_seen, "removed_at": removed_at}
    is_test = held == STANDINGS[EntryStanding.TEST]
    numbers = {"row": place, "seq": seq, "change": change}
    return msgspec.structs.replace(decode_entry(body), is_test=is_test, **numbers, **times), held > 0
