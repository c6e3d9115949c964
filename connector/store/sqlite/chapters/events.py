"""The SQL of declared events: entries are only appended; the last entry of an event is its state."""

import sqlite3
from collections.abc import Sequence

import msgspec

from connector.ports.changes import RecordEvent
from connector.ports.entities import EventEntry
from connector.store.sqlite.engine.rows import fetch_many

_encode = msgspec.msgpack.Encoder().encode
_entry = msgspec.msgpack.Decoder(EventEntry).decode

_RECORD = "INSERT INTO events (owner, name, body) VALUES (?, ?, ?)"
# From name to name by the index: the entries before the last of an event are not read.
_LAST = """
WITH RECURSIVE names (name) AS (
    SELECT min(name) FROM events WHERE owner = ?1
    UNION ALL SELECT (SELECT min(name) FROM events WHERE owner = ?1 AND name > names.name) FROM names
    WHERE names.name IS NOT NULL
)
SELECT place, body FROM names CROSS JOIN events
WHERE place = (SELECT max(place) FROM events WHERE owner = ?1 AND name = names.name)
"""


def record(connection: sqlite3.Connection, change: RecordEvent) -> None:
    """Append an entry."""
    connection.execute(_RECORD, (change.entry.owner, change.entry.name, _encode(change.entry)))


def events(connection: sqlite3.Connection, owner: str) -> Sequence[EventEntry]:
    """Return the last entry of every event, the latest first."""
    return [_entry(body) for _, body in sorted(fetch_many(connection, _LAST, (owner,)), reverse=True)]
