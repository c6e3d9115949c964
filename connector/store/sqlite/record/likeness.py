"""What the entries of the broker's record state to be, and which keys entries of several participants have."""

import sqlite3
from collections.abc import Sequence

from connector.ports.broker_store import Entry
from connector.ports.moderation import EntryStanding
from connector.store.sqlite.engine.rows import fetch_many

_PUT = "INSERT OR IGNORE INTO likenesses (key, participant, place, visibility) VALUES (?, ?, ?, ?)"
_FORGET = "DELETE FROM likenesses WHERE place = ? RETURNING key"
# Two looks at an index, however many entries have the key.
_SHARE = """
INSERT OR IGNORE INTO shared_likenesses (key)
SELECT ?1 WHERE EXISTS (SELECT 1 FROM likenesses WHERE key = ?1 AND participant < ?2)
             OR EXISTS (SELECT 1 FROM likenesses WHERE key = ?1 AND participant > ?2)
"""
_UNSHARE = """
DELETE FROM shared_likenesses WHERE key = ?1
AND NOT EXISTS (
    SELECT 1 FROM likenesses WHERE key = ?1
    AND participant > (SELECT min(participant) FROM likenesses WHERE key = ?1)
)
"""
_SHARED_AMONG = "SELECT key FROM shared_likenesses WHERE key IN (SELECT value FROM json_each(?))"
_SHARED = "SELECT key FROM shared_likenesses WHERE key > ? ORDER BY key LIMIT ?"
# Of each participant the first entry: so nobody who repeats a key leaves no room for others.
_PLACES = """
SELECT key, min(place) FROM likenesses
WHERE key IN (SELECT value FROM json_each(?)) AND visibility IN (SELECT CAST(value AS BIGINT) FROM json_each(?))
GROUP BY key, participant LIMIT ?
"""


def put_likenesses(connection: sqlite3.Connection, place: int, entry: Entry, standing: EntryStanding) -> None:
    """Replace the keys of the entry at a place; one that is not shown to everybody who may see it has none."""
    forget_likenesses(connection, place)
    if standing is EntryStanding.SHOWN:
        for key in entry.likenesses:
            connection.execute(_PUT, (key, entry.participant, place, entry.visibility))
            connection.execute(_SHARE, (key, entry.participant))


def forget_likenesses(connection: sqlite3.Connection, place: int) -> None:
    """Remove the keys of the entry at a place."""
    for row in connection.execute(_FORGET, (place,)).fetchall():
        connection.execute(_UNSHARE, row)


def list_shared(connection: sqlite3.Connection, after: str, limit: int) -> list[str]:
    """Return keys that entries of several participants have, in their order."""
    return [key for (key,) in fetch_many(connection, _SHARED, (after, limit))]


def find_shared(connection: sqlite3.Connection, keys: str) -> list[str]:
    """Return which of the keys (in JSON) entries of several participants have."""
    return [key for (key,) in fetch_many(connection, _SHARED_AMONG, (keys,))]


def find_places(connection: sqlite3.Connection, keys: str, visible: str, most: int) -> Sequence[tuple[str, int]]:
    """Return for each of the keys the first place of each participant, of the `visible` classes (both in JSON)."""
    return [(key, place) for key, place in fetch_many(connection, _PLACES, (keys, visible, most))]
