"""What was used under each agreement, counted with test-and-set."""

import sqlite3

from connector.ports.changes import AddUsage, LimitReached
from connector.ports.entities import Usage
from connector.store.sqlite.rows import one

_ADD = """
INSERT INTO usage (owner, agreement_id, bytes_moved, uses) SELECT ?1, ?2, ?3, ?4 WHERE ?5 IS NULL OR ?4 <= ?5
ON CONFLICT (owner, agreement_id)
DO UPDATE SET bytes_moved = usage.bytes_moved + excluded.bytes_moved, uses = usage.uses + excluded.uses
WHERE ?5 IS NULL OR usage.uses + excluded.uses <= ?5
"""
_USAGE = "SELECT bytes_moved, uses FROM usage WHERE owner = ? AND agreement_id = ?"


def add(connection: sqlite3.Connection, change: AddUsage) -> None:
    """Count bytes and uses. Raises LimitReached where the uses would exceed `max_uses`."""
    row = (change.owner, change.agreement_id, change.bytes_moved, change.uses, change.max_uses)
    if connection.execute(_ADD, row).rowcount != 1:
        raise LimitReached(f"The agreement allows {change.max_uses} uses and they are used up.")


def usage(connection: sqlite3.Connection, owner: str, agreement_id: str) -> Usage:
    """Return what was used under an agreement (zeros where nothing was)."""
    bytes_moved, uses = one(connection, _USAGE, (owner, agreement_id)) or (0, 0)
    return Usage(owner=owner, agreement_id=agreement_id, bytes_moved=bytes_moved, uses=uses)
