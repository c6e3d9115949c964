"""The SQL of the people who sign in to the pages, of their sessions, and of the offers that they fill in."""

import sqlite3
from collections.abc import Sequence

import msgspec

from connector.ports.changes import (
    DropOfferForm,
    DropSession,
    DropSessions,
    PutOfferForm,
    PutSession,
    PutUser,
    SeeSession,
)
from connector.ports.entities import OfferForm, User, UserSession
from connector.ports.store_errors import Conflict
from connector.store.sqlite.engine.rows import fetch_many, fetch_one

_encode = msgspec.msgpack.Encoder().encode
_user = msgspec.msgpack.Decoder(User).decode
_form = msgspec.msgpack.Decoder(OfferForm).decode
_LAST = 2**63 - 1

_INSERT = "INSERT INTO users (owner, name, version, body, login) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
_UPDATE = "UPDATE users SET version = ?, body = ? WHERE owner = ? AND name = ? AND version = ?"
_BY_NAME = "SELECT body FROM users WHERE owner = ? AND name = ?"
_BY_LOGIN = "SELECT body FROM users WHERE owner = ? AND login = ?"
_ALL = "SELECT body FROM users WHERE owner = ? ORDER BY name"
_PUT_SESSION = "INSERT INTO sessions (owner, token_hash, user, begun_at, seen_at) VALUES (?, ?, ?, ?, ?)"
_SEE_SESSION = "UPDATE sessions SET seen_at = ? WHERE owner = ? AND token_hash = ?"
_DROP_SESSION = "DELETE FROM sessions WHERE owner = ? AND token_hash = ?"
# It sorts the sessions of one person: there are ten at most, and those that are begun at the same moment.
DROP_SESSIONS = (
    "DELETE FROM sessions WHERE owner = ?1 AND user = ?2 AND seen_at < ?3 AND token_hash NOT IN (SELECT token_hash "
    "FROM sessions WHERE owner = ?1 AND user = ?2 ORDER BY seen_at DESC, begun_at DESC, token_hash LIMIT ?4)"
)
_SESSION = "SELECT user, begun_at, seen_at FROM sessions WHERE owner = ? AND token_hash = ?"
_PUT_FORM = "INSERT INTO offer_forms (version, body, owner, id) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
_UPDATE_FORM = "UPDATE offer_forms SET version = ?, body = ? WHERE owner = ? AND id = ? AND version = ?"
_DROP_FORM = "DELETE FROM offer_forms WHERE owner = ? AND id = ? AND version = ?"
_FORM = "SELECT body FROM offer_forms WHERE owner = ? AND id = ?"
_FORMS = "SELECT body FROM offer_forms WHERE owner = ? ORDER BY id"


def put(connection: sqlite3.Connection, change: PutUser) -> None:
    """Insert or update a user. Raises Conflict."""
    user, body = change.user, _encode(change.user)
    if change.expected is None:
        done = connection.execute(_INSERT, (user.owner, user.name, user.version, body, user.login or None))
    else:
        done = connection.execute(_UPDATE, (user.version, body, user.owner, user.name, change.expected))
    if done.rowcount != 1:
        raise Conflict(f"The user {user.name} has not version {change.expected}: read it again.")


def put_session(connection: sqlite3.Connection, change: PutSession) -> None:
    """Store a new session."""
    session = change.session
    connection.execute(
        _PUT_SESSION, (session.owner, session.token_hash, session.user, session.begun_at, session.seen_at)
    )


def see_session(connection: sqlite3.Connection, change: SeeSession) -> None:
    """Store when a session was seen last, if there is one."""
    connection.execute(_SEE_SESSION, (change.at, change.owner, change.token_hash))


def drop_session(connection: sqlite3.Connection, change: DropSession) -> None:
    """Remove a session, if there is one."""
    connection.execute(_DROP_SESSION, (change.owner, change.token_hash))


def drop_sessions(connection: sqlite3.Connection, change: DropSessions) -> None:
    """Remove the sessions of a user that were seen before an instant, or all, but for those seen last that are kept."""
    before = _LAST if change.seen_before is None else change.seen_before
    connection.execute(DROP_SESSIONS, (change.owner, change.user, before, change.kept))


def user(connection: sqlite3.Connection, owner: str, name: str) -> User | None:
    """Return a user."""
    row = fetch_one(connection, _BY_NAME, (owner, name))
    return _user(row[0]) if row else None


def user_of_login(connection: sqlite3.Connection, owner: str, login: str) -> User | None:
    """Return the user who comes with a login."""
    row = fetch_one(connection, _BY_LOGIN, (owner, login))
    return _user(row[0]) if row else None


def users(connection: sqlite3.Connection, owner: str) -> Sequence[User]:
    """Return all users, ordered by name."""
    return [_user(body) for (body,) in fetch_many(connection, _ALL, (owner,))]


def session(connection: sqlite3.Connection, owner: str, token_hash: str) -> UserSession | None:
    """Return a session."""
    row = fetch_one(connection, _SESSION, (owner, token_hash))
    if row is None:
        return None
    return UserSession(owner=owner, token_hash=token_hash, user=row[0], begun_at=row[1], seen_at=row[2])


def put_form(connection: sqlite3.Connection, change: PutOfferForm) -> None:
    """Insert or update an offer that people are filling in. Raises Conflict."""
    form = change.form
    row = (form.version, _encode(form), form.owner, form.id)
    if change.expected is None:
        done = connection.execute(_PUT_FORM, row)
    else:
        done = connection.execute(_UPDATE_FORM, (*row, change.expected))
    if done.rowcount != 1:
        raise _refuse_form(form.id, change.expected)


def drop_form(connection: sqlite3.Connection, change: DropOfferForm) -> None:
    """Remove an offer that people were filling in. Raises Conflict."""
    if connection.execute(_DROP_FORM, (change.owner, change.id, change.expected)).rowcount != 1:
        raise _refuse_form(change.id, change.expected)


def _refuse_form(id: str, expected: int | None) -> Conflict:
    return Conflict(f"The offer form {id} has not version {expected}: read it again.")


def offer_form(connection: sqlite3.Connection, owner: str, id: str) -> OfferForm | None:
    """Return one offer that people are filling in."""
    row = fetch_one(connection, _FORM, (owner, id))
    return _form(row[0]) if row else None


def offer_forms(connection: sqlite3.Connection, owner: str) -> Sequence[OfferForm]:
    """Return all offers that people are filling in, ordered by identifier."""
    return [_form(body) for (body,) in fetch_many(connection, _FORMS, (owner,))]
