"""The SQL of the back-off per peer."""

import sqlite3
from collections.abc import Sequence

from connector.ports.changes import PutBackoff
from connector.ports.entities import Backoff
from connector.store.sqlite.engine.rows import fetch_many

_PUT = """
INSERT INTO backoffs (owner, peer, failures, until) VALUES (?, ?, ?, ?)
ON CONFLICT (owner, peer) DO UPDATE SET failures = excluded.failures, until = excluded.until
"""
_DROP = "DELETE FROM backoffs WHERE owner = ? AND peer = ?"
_ALL = "SELECT peer, failures, until FROM backoffs WHERE owner = ? ORDER BY peer"


def put(connection: sqlite3.Connection, change: PutBackoff) -> None:
    """Store the back-off of a peer; without failures, delete the row."""
    backoff = change.backoff
    if backoff.failures:
        connection.execute(_PUT, (backoff.owner, backoff.peer, backoff.failures, backoff.until))
    else:
        connection.execute(_DROP, (backoff.owner, backoff.peer))


def backoffs(connection: sqlite3.Connection, owner: str) -> Sequence[Backoff]:
    """Return the back-off of all peers."""
    rows = fetch_many(connection, _ALL, (owner,))
    return [Backoff(owner=owner, peer=peer, failures=failures, until=until) for peer, failures, until in rows]
