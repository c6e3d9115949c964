"""The SQL of what people are told: notices by number, and how far each person has been told."""

import sqlite3
from collections.abc import Sequence

import msgspec

from connector.ports.changes import AddNotice, DropNoticeMark, DropNotices, PutNoticeMark, PutNoticeReader
from connector.ports.entities import NoticeMark, NoticeReader, UserNotice
from connector.store.sqlite.engine.rows import fetch_many, fetch_one
from connector.views.users import UserNoticeKind

_encode = msgspec.msgpack.Encoder().encode
_notice = msgspec.msgpack.Decoder(UserNotice).decode
_reader = msgspec.msgpack.Decoder(NoticeReader).decode

_ADD = "INSERT INTO notices (owner, kind, subject, occasion, at, body) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
_UP_TO = "SELECT place, at FROM notices WHERE owner = ? AND place <= ? ORDER BY place"
_DROP = "DELETE FROM notices WHERE place = ?"
_DROP_UP_TO = "DELETE FROM notices WHERE owner = ? AND place <= ?"
_AFTER = "SELECT place, body FROM notices WHERE owner = ? AND place > ? ORDER BY place LIMIT ?"
_LAST = "SELECT max(place) FROM notices WHERE owner = ?"
_PUT_MARK = "INSERT OR REPLACE INTO notice_marks (owner, kind, subject, mark) VALUES (?, ?, ?, ?)"
_DROP_MARK = "DELETE FROM notice_marks WHERE owner = ? AND kind = ? AND subject = ?"
_MARKS = "SELECT subject, mark FROM notice_marks WHERE owner = ? AND kind = ? ORDER BY mark LIMIT ?"
_PUT_READER = "INSERT OR REPLACE INTO notice_readers (owner, user, channel, body) VALUES (?, ?, ?, ?)"
_READERS = "SELECT body FROM notice_readers WHERE owner = ? ORDER BY user, channel"


def add(connection: sqlite3.Connection, change: AddNotice) -> None:
    """Insert a notice with the next number, unless it is noted already."""
    notice = change.notice
    row = (notice.owner, notice.kind, notice.subject, notice.occasion, notice.at, _encode(notice))
    connection.execute(_ADD, row)


def drop(connection: sqlite3.Connection, change: DropNotices) -> None:
    """Remove notices that everybody was told or that are too many."""
    connection.execute(_DROP_UP_TO, (change.owner, last_notice(connection, change.owner) - change.most))
    told = fetch_many(connection, _UP_TO, (change.owner, change.until))
    connection.executemany(_DROP, [(place,) for place, at in told if at < change.before])


def put_reader(connection: sqlite3.Connection, change: PutNoticeReader) -> None:
    """Store how far a user was told on a channel."""
    reader = change.reader
    connection.execute(_PUT_READER, (reader.owner, reader.user, reader.channel, _encode(reader)))


def put_mark(connection: sqlite3.Connection, change: PutNoticeMark) -> None:
    """Store how far somebody has looked ahead."""
    mark = change.mark
    connection.execute(_PUT_MARK, (mark.owner, mark.kind, mark.subject, mark.mark))


def drop_mark(connection: sqlite3.Connection, change: DropNoticeMark) -> None:
    """Remove a mark."""
    connection.execute(_DROP_MARK, (change.owner, change.kind, change.subject))


def marks(connection: sqlite3.Connection, owner: str, kind: UserNoticeKind, limit: int) -> Sequence[NoticeMark]:
    """Return the lowest marks of a kind of notice, in that order."""
    rows = fetch_many(connection, _MARKS, (owner, kind, max(limit, 0)))
    return [NoticeMark(owner=owner, kind=kind, subject=subject, mark=mark) for subject, mark in rows]


def notices(connection: sqlite3.Connection, owner: str, after: int, limit: int) -> Sequence[UserNotice]:
    """Return notices with a number after `after`, in that order."""
    rows = fetch_many(connection, _AFTER, (owner, after, limit))
    return [msgspec.structs.replace(_notice(body), number=number) for number, body in rows]


def last_notice(connection: sqlite3.Connection, owner: str) -> int:
    """Return the number of the newest notice; 0 without one."""
    row = fetch_one(connection, _LAST, (owner,))
    return int(row[0]) if row and row[0] is not None else 0


def readers(connection: sqlite3.Connection, owner: str) -> Sequence[NoticeReader]:
    """Return how far each user was told on each channel."""
    return [_reader(body) for (body,) in fetch_many(connection, _READERS, (owner,))]
