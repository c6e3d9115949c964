"""The SQL of the credentials that this participant holds, and of what issuers offer or were asked for."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from connector.ports.changes import DropCredential, DropIssuance, PutCredential, PutIssuance
from connector.ports.entities import HeldCredential, Issuance
from connector.ports.store_errors import Conflict
from connector.store.sqlite.engine.rows import fetch_many, fetch_one

_encode = msgspec.msgpack.Encoder().encode
_credential = msgspec.msgpack.Decoder(HeldCredential).decode
_issuance = msgspec.msgpack.Decoder(Issuance).decode

_INSERT = "INSERT INTO credentials (version, body, owner, key) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
_UPDATE = "UPDATE credentials SET version = ?, body = ? WHERE owner = ? AND key = ? AND version = ?"
_DROP = "DELETE FROM credentials WHERE owner = ? AND key = ?"
_ONE = "SELECT body FROM credentials WHERE owner = ? AND key = ?"
_ALL = "SELECT body FROM credentials WHERE owner = ? ORDER BY key"
_PUT_ISSUANCE = (
    "INSERT INTO issuances (owner, id, body) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body"
)
_DROP_ISSUANCE = "DELETE FROM issuances WHERE owner = ? AND id = ?"
_ISSUANCE = "SELECT body FROM issuances WHERE owner = ? AND id = ?"
_ISSUANCES = "SELECT body FROM issuances WHERE owner = ? ORDER BY id"


def put(connection: sqlite3.Connection, change: PutCredential) -> None:
    """Insert or update a credential. Raises Conflict."""
    held = change.credential
    row = (held.version, _encode(held), held.owner, held.key)
    if change.expected is None:
        done = connection.execute(_INSERT, row)
    else:
        done = connection.execute(_UPDATE, (*row, change.expected))
    if done.rowcount != 1:
        raise Conflict(f"The credential {held.key} has not version {change.expected}: read it again.")


def drop(connection: sqlite3.Connection, change: DropCredential) -> None:
    """Remove a credential, if there is one."""
    connection.execute(_DROP, (change.owner, change.key))


def put_issuance(connection: sqlite3.Connection, change: PutIssuance) -> None:
    """Store an offer or a request in place of what was stored. Raises Conflict."""
    issuance = change.issuance
    if change.expected is not None:
        row = connection.execute(_ISSUANCE, (issuance.owner, issuance.id)).fetchone()
        if row is None or _issuance(row[0]) != change.expected:
            raise Conflict(f"The request {issuance.id} was changed meanwhile: read it again.")
    connection.execute(_PUT_ISSUANCE, (issuance.owner, issuance.id, _encode(issuance)))


def drop_issuance(connection: sqlite3.Connection, change: DropIssuance) -> None:
    """Remove an offer or a request, if there is one."""
    connection.execute(_DROP_ISSUANCE, (change.owner, change.id))


APPLY: dict[type, Callable[[sqlite3.Connection, Any], None]] = {
    PutCredential: put,
    DropCredential: drop,
    PutIssuance: put_issuance,
    DropIssuance: drop_issuance,
}


def credential(connection: sqlite3.Connection, owner: str, key: str) -> HeldCredential | None:
    """Return one credential."""
    row = fetch_one(connection, _ONE, (owner, key))
    return _credential(row[0]) if row else None


def credentials(connection: sqlite3.Connection, owner: str) -> Sequence[HeldCredential]:
    """Return all credentials, ordered by key."""
    return [_credential(body) for (body,) in fetch_many(connection, _ALL, (owner,))]


def issuance(connection: sqlite3.Connection, owner: str, id: str) -> Issuance | None:
    """Return one offer or request."""
    row = fetch_one(connection, _ISSUANCE, (owner, id))
    return _issuance(row[0]) if row else None


def issuances(connection: sqlite3.Connection, owner: str) -> Sequence[Issuance]:
    """Return all offers and requests, ordered by identifier."""
    return [_issuance(body) for (body,) in fetch_many(connection, _ISSUANCES, (owner,))]
