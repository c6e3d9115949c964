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
_LAST = """
SELECT body FROM events WHERE place IN (SELECT max(place) FROM events WHERE owner = ? GROUP BY name)
ORDER BY place DESC
"""


def record(connection: sqlite3.Connection, change: RecordEvent) -> None:
    """Append an entry."""
    connection.execute(_RECORD, (change.entry.owner, change.entry.name, _encode(change.entry)))


def events(connection: sqlite3.Connection, owner: str) -> Sequence[EventEntry]:
    """Return the last entry of every event, the latest first."""
    return [_entry(body) for (body,) in fetch_many(connection, _LAST, (owner,))]
