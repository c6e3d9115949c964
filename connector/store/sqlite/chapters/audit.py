"""The leaves of the audit log, which are only appended; a commit gives each leaf its position in the owner's tree."""

import sqlite3
from collections.abc import Sequence

from connector.ports.changes import AppendLeaf
from connector.ports.entities import Leaf, PageBounds
from connector.store.sqlite.engine.rows import SqlRow, fetch_many, fetch_one, page

_APPEND = """
INSERT INTO leaves (owner, position, id, at, kind, process_id, body, salt, hash)
VALUES (?1, (SELECT coalesce(max(position), -1) + 1 FROM leaves WHERE owner = ?1), ?2, ?3, ?4, ?5, ?6, ?7, ?8)
"""
_BETWEEN = """
SELECT id, at, kind, process_id, body, salt, hash, position FROM leaves
WHERE owner = ? AND position >= ? AND position < ? ORDER BY position
"""
_COUNT = "SELECT coalesce(max(position), -1) + 1 FROM leaves WHERE owner = ?"
_COLUMNS = ("id", "at", "kind", "process_id", "body", "salt", "hash", "position")


def append(connection: sqlite3.Connection, changes: Sequence[AppendLeaf]) -> None:
    """Append leaves, each at the next position of its owner."""
    connection.executemany(_APPEND, [_to_row(change.leaf) for change in changes])


def leaves(
    connection: sqlite3.Connection, owner: str, bounds: PageBounds, process_id: str | None
) -> tuple[Sequence[Leaf], str | None]:
    """List leaves, oldest first."""
    wanted = {"owner": owner, "process_id": process_id}
    columns = ", ".join(_COLUMNS)
    rows, after = page(connection, "leaves", bounds, wanted, order="position", columns=columns, descending=False)
    return [Leaf(owner=owner, **dict(zip(_COLUMNS, row, strict=True))) for row in rows], after


def leaves_between(connection: sqlite3.Connection, owner: str, first: int, end: int) -> Sequence[Leaf]:
    """Return the leaves from a position to before another one, in their order."""
    rows = fetch_many(connection, _BETWEEN, (owner, first, end))
    return [Leaf(owner=owner, **dict(zip(_COLUMNS, row, strict=True))) for row in rows]


def leaf_count(connection: sqlite3.Connection, owner: str) -> int:
    """Return how many leaves there are."""
    row = fetch_one(connection, _COUNT, (owner,))
    return row[0] if row else 0


def _to_row(leaf: Leaf) -> SqlRow:
    return leaf.owner, leaf.id, leaf.at, leaf.kind, leaf.process_id, leaf.body, leaf.salt, leaf.hash
