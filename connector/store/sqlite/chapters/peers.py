"""The SQL of what is kept of each peer: its back-off, and whether it is blocked."""

import sqlite3
from collections.abc import Sequence

from connector.ports.changes import DropBlock, PutBackoff, PutBlock
from connector.ports.entities import Backoff, Block
from connector.store.sqlite.engine.rows import fetch_many, fetch_one

_PUT = """
INSERT INTO backoffs (owner, peer, failures, until) VALUES (?, ?, ?, ?)
ON CONFLICT (owner, peer) DO UPDATE SET failures = excluded.failures, until = excluded.until
"""
_DROP = "DELETE FROM backoffs WHERE owner = ? AND peer = ?"
_ALL = "SELECT peer, failures, until FROM backoffs WHERE owner = ? ORDER BY peer"
_PUT_BLOCK = """
INSERT INTO blocks (owner, participant, at, by, reason) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (owner, participant) DO UPDATE SET at = excluded.at, by = excluded.by, reason = excluded.reason
"""
_DROP_BLOCK = "DELETE FROM blocks WHERE owner = ? AND participant = ?"
_BLOCK = "SELECT participant, at, by, reason FROM blocks WHERE owner = ? AND participant = ?"
_BLOCKS = "SELECT participant, at, by, reason FROM blocks WHERE owner = ? ORDER BY participant"


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


def put_block(connection: sqlite3.Connection, change: PutBlock) -> None:
    """Store the block of a participant, replacing an earlier one."""
    block = change.block
    connection.execute(_PUT_BLOCK, (block.owner, block.participant, block.at, block.by, block.reason))


def drop_block(connection: sqlite3.Connection, change: DropBlock) -> None:
    """Remove the block of a participant, if there is one."""
    connection.execute(_DROP_BLOCK, (change.owner, change.participant))


def block(connection: sqlite3.Connection, owner: str, participant: str) -> Block | None:
    """Return the block of a participant."""
    row = fetch_one(connection, _BLOCK, (owner, participant))
    return _to_block(owner, *row) if row else None


def blocks(connection: sqlite3.Connection, owner: str) -> Sequence[Block]:
    """Return all blocks, ordered by participant."""
    return [_to_block(owner, *row) for row in fetch_many(connection, _BLOCKS, (owner,))]


def _to_block(owner: str, participant: str, at: int, by: str, reason: str) -> Block:
    return Block(owner=owner, participant=participant, at=at, by=by, reason=reason)
