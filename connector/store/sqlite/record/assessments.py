"""What assessments of quality found of each source, in the broker's record."""

import sqlite3
from collections.abc import Mapping, Sequence

import msgspec

from connector.ports.assessments import ALL_SOURCES, PROGRESS
from connector.store.sqlite.engine.rows import fetch_many, fetch_one

_PUT = """
INSERT INTO assessments (participant, at, body) VALUES (?, ?, ?)
ON CONFLICT (participant, at) DO UPDATE SET body = excluded.body
"""
_READ = "SELECT participant, body FROM assessments WHERE participant IN (SELECT value FROM json_each(?)) AND at = ?"
_LAST = "SELECT max(at) FROM assessments WHERE participant = ?"
_BEGUN = """
SELECT max(at) FROM assessments
WHERE participant = ? AND at > COALESCE((SELECT max(at) FROM assessments WHERE participant = ?), -1)
"""
_OLDER = "DELETE FROM assessments WHERE at < ?"
_NEWER = "DELETE FROM assessments WHERE at > ?"


def put_assessed(connection: sqlite3.Connection, at: int, found: Mapping[str, bytes]) -> None:
    """Put what an assessment found of sources so far."""
    connection.executemany(_PUT, [(participant, at, body) for participant, body in found.items()])


def read_assessed(connection: sqlite3.Connection, at: int, sources: Sequence[str]) -> dict[str, bytes]:
    """Return what an assessment found of some sources."""
    return dict(fetch_many(connection, _READ, (msgspec.json.encode(sources).decode(), at)))


def find_last(connection: sqlite3.Connection) -> int | None:
    """Return when the last complete assessment began."""
    row = fetch_one(connection, _LAST, (ALL_SOURCES,))
    return None if row is None else row[0]


def find_begun(connection: sqlite3.Connection) -> int | None:
    """Return when the latest assessment began that is not complete."""
    row = fetch_one(connection, _BEGUN, (PROGRESS, ALL_SOURCES))
    return None if row is None else row[0]


def keep_one(connection: sqlite3.Connection, at: int | None) -> None:
    """Forget all assessments but one."""
    connection.execute(_OLDER, (2**62 if at is None else at,))
    connection.execute(_NEWER, (-1 if at is None else at,))
