"""The SQL of the registered planes at the other end of the signaling."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from connector.ports.changes import DropPlane, PutPlane
from connector.ports.entities import Plane
from connector.store.sqlite.engine.rows import fetch_many, fetch_one

_encode = msgspec.msgpack.Encoder().encode
_plane = msgspec.msgpack.Decoder(Plane).decode

_PUT = "INSERT OR REPLACE INTO planes (owner, id, body) VALUES (?, ?, ?)"
_DROP = "DELETE FROM planes WHERE owner = ? AND id = ?"
_BY_ID = "SELECT body FROM planes WHERE owner = ? AND id = ?"
_ALL = "SELECT body FROM planes WHERE owner = ? ORDER BY id"


def put(connection: sqlite3.Connection, change: PutPlane) -> None:
    """Insert or replace a plane."""
    connection.execute(_PUT, (change.plane.owner, change.plane.id, _encode(change.plane)))


def drop(connection: sqlite3.Connection, change: DropPlane) -> None:
    """Remove a plane, if it is registered."""
    connection.execute(_DROP, (change.owner, change.id))


def plane(connection: sqlite3.Connection, owner: str, id: str) -> Plane | None:
    """Return one plane."""
    row = fetch_one(connection, _BY_ID, (owner, id))
    return _plane(row[0]) if row else None


def planes(connection: sqlite3.Connection, owner: str) -> Sequence[Plane]:
    """Return all planes, ordered by identifier."""
    return [_plane(body) for (body,) in fetch_many(connection, _ALL, (owner,))]


APPLY: dict[type, Callable[[sqlite3.Connection, Any], None]] = {PutPlane: put, DropPlane: drop}
