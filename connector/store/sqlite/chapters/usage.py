"""The SQL of the usage under agreements, in total and within the last hour, with test-and-set."""

import sqlite3

from connector.ports.changes import AddUsage, LimitReached, TooSoon
from connector.ports.entities import Recent, Usage
from connector.store.rules import first_recent, no_longer_recent
from connector.store.sqlite.engine.rows import fetch_one

_ADD = """
INSERT INTO usage (owner, agreement_id, bytes_moved, uses) SELECT ?1, ?2, ?3, ?4 WHERE ?5 IS NULL OR ?4 <= ?5
ON CONFLICT (owner, agreement_id)
DO UPDATE SET bytes_moved = usage.bytes_moved + excluded.bytes_moved, uses = usage.uses + excluded.uses
WHERE ?5 IS NULL OR usage.uses + excluded.uses <= ?5
"""
_FORGET = "DELETE FROM recent_uses WHERE owner = ? AND agreement_id = ? AND second < ?"
_ADD_RECENT = """
INSERT INTO recent_uses (owner, agreement_id, second, uses) VALUES (?, ?, ?, ?)
ON CONFLICT (owner, agreement_id, second) DO UPDATE SET uses = recent_uses.uses + excluded.uses
"""
_RECENT = """
SELECT coalesce(sum(uses), 0), min(second) FROM recent_uses WHERE owner = ? AND agreement_id = ? AND second >= ?
"""
_USAGE = "SELECT bytes_moved, uses FROM usage WHERE owner = ? AND agreement_id = ?"


def add(connection: sqlite3.Connection, change: AddUsage) -> None:
    """Count bytes and uses. Raises LimitReached if `max_uses` is exceeded, TooSoon if `max_per_hour` is."""
    if change.max_per_hour is not None:
        _add_recent(connection, change, change.max_per_hour)
    row = (change.owner, change.agreement_id, change.bytes_moved, change.uses, change.max_uses)
    if connection.execute(_ADD, row).rowcount != 1:
        raise LimitReached(f"The agreement allows {change.max_uses} uses, and all are used.")


def _add_recent(connection: sqlite3.Connection, change: AddUsage, most: int) -> None:
    agreement = change.owner, change.agreement_id
    first, second = first_recent(change.at), change.at // 1000
    uses, oldest = connection.execute(_RECENT, (*agreement, first)).fetchone()
    if uses + change.uses > most:
        raise TooSoon(most, no_longer_recent(second if oldest is None else oldest))
    connection.execute(_FORGET, (*agreement, first))
    connection.execute(_ADD_RECENT, (*agreement, second, change.uses))


def recent(connection: sqlite3.Connection, owner: str, agreement_id: str, now: int) -> Recent:
    """Return the uses within the hour before `now`."""
    uses, oldest = fetch_one(connection, _RECENT, (owner, agreement_id, first_recent(now))) or (0, None)
    return Recent(uses=uses, frees_at=None if oldest is None else no_longer_recent(oldest))


def usage(connection: sqlite3.Connection, owner: str, agreement_id: str) -> Usage:
    """Return what was used under an agreement (zeros if nothing was)."""
    bytes_moved, uses = fetch_one(connection, _USAGE, (owner, agreement_id)) or (0, 0)
    return Usage(owner=owner, agreement_id=agreement_id, bytes_moved=bytes_moved, uses=uses)
