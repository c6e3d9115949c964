"""The SQL of the journals of streams and their entries."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from connector.ports.changes import DropJournal, ExtendJournal
from connector.ports.entities import EntryHead, StreamEntry, StreamJournal
from connector.store.sqlite.engine.rows import fetch_many, fetch_one

_encode = msgspec.msgpack.Encoder().encode
_journal = msgspec.msgpack.Decoder(StreamJournal).decode

_PUT = """
INSERT INTO journals (owner, id, body) VALUES (?, ?, ?)
ON CONFLICT (owner, id) DO UPDATE SET body = excluded.body RETURNING number
"""
_ADD = "INSERT INTO journal_entries (journal, position, at, lost, count, data) VALUES (?, ?, ?, ?, ?, ?)"
_TRIM = "DELETE FROM journal_entries WHERE journal = ? AND position < ?"
_NUMBER = "SELECT number FROM journals WHERE owner = ? AND id = ?"
_EMPTY = "DELETE FROM journal_entries WHERE journal = ?"
_DROP = "DELETE FROM journals WHERE owner = ? AND id = ?"
_BY_ID = "SELECT body FROM journals WHERE owner = ? AND id = ?"
_ALL = "SELECT body FROM journals WHERE owner = ? ORDER BY id"
_HEADS = """
SELECT position, at, length(data) FROM journal_entries WHERE journal = ? AND position > ? ORDER BY position LIMIT ?
"""
_ENTRIES = """
SELECT position, at, data, lost, count FROM journal_entries
WHERE journal = ? AND position > ? AND position <= ? ORDER BY position
"""


def extend(connection: sqlite3.Connection, change: ExtendJournal) -> None:
    """Insert or replace a journal, append entries, and remove those before its first position."""
    journal = change.journal
    (number,) = connection.execute(_PUT, (journal.owner, journal.id, _encode(journal))).fetchone()
    rows = [(number, one.position, one.at, one.lost, one.count, one.data) for one in change.entries]
    connection.executemany(_ADD, rows)
    connection.execute(_TRIM, (number, journal.first))


def drop(connection: sqlite3.Connection, change: DropJournal) -> None:
    """Remove a journal with its entries, if there is one."""
    found = connection.execute(_NUMBER, (change.owner, change.id)).fetchone()
    if found:
        connection.execute(_EMPTY, found)
        connection.execute(_DROP, (change.owner, change.id))


def journal(connection: sqlite3.Connection, owner: str, id: str) -> StreamJournal | None:
    """Return one journal."""
    row = fetch_one(connection, _BY_ID, (owner, id))
    return _journal(row[0]) if row else None


def journals(connection: sqlite3.Connection, owner: str) -> Sequence[StreamJournal]:
    """Return all journals, ordered by identifier."""
    return [_journal(body) for (body,) in fetch_many(connection, _ALL, (owner,))]


def heads(connection: sqlite3.Connection, owner: str, id: str, after: int, most: int) -> Sequence[EntryHead]:
    """Return the heads of the entries behind a position, at most so many."""
    number = fetch_one(connection, _NUMBER, (owner, id))
    if number is None:
        return []
    return [EntryHead(*row) for row in fetch_many(connection, _HEADS, (*number, after, most))]


def entries_after(
    connection: sqlite3.Connection, owner: str, id: str, after: int, most: int, most_bytes: int
) -> Sequence[StreamEntry]:
    """Return the entries behind a position, at most so many and so many bytes, but one if there is one."""
    number = fetch_one(connection, _NUMBER, (owner, id))
    last, size = after, 0
    for head in heads(connection, owner, id, after, most):
        size += head.size
        if size > most_bytes and last > after:
            break
        last = head.position
    if number is None or last == after:
        return []
    return [StreamEntry(*row) for row in fetch_many(connection, _ENTRIES, (*number, after, last))]


APPLY: dict[type, Callable[[sqlite3.Connection, Any], None]] = {ExtendJournal: extend, DropJournal: drop}
