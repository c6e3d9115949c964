"""The SQL of an issuer: requests of holders, issued credentials, and the entries of status lists in use."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from connector.ports.entities import CredentialRequest, IssuedCredential, PageBounds, StatusListUse
from connector.ports.issuing_store import DropCredentialRequest, DropIssuing, PutCredentialRequest, PutIssuedCredential
from connector.ports.store_errors import Conflict
from connector.store.rules import find_end, pair_cursor, place_lasting
from connector.store.sqlite.engine.rows import fetch_many, fetch_one, page
from connector.views.credentials import CredentialStanding
from connector.views.issuing import RequestState

_encode = msgspec.msgpack.Encoder().encode
_request = msgspec.msgpack.Decoder(CredentialRequest).decode
_issued = msgspec.msgpack.Decoder(IssuedCredential).decode

_INSERT_REQUEST = """
INSERT INTO credential_requests (version, state, due_at, ended_at, body, owner, id, holder, holder_pid)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
"""
_UPDATE_REQUEST = """
UPDATE credential_requests SET version = ?, state = ?, due_at = ?, ended_at = ?, body = ?
WHERE owner = ? AND id = ? AND version = ?
"""
_DROP_REQUEST = "DELETE FROM credential_requests WHERE owner = ? AND id = ?"
_REQUEST = "SELECT body FROM credential_requests WHERE owner = ? AND id = ?"
_REQUEST_OF = "SELECT body FROM credential_requests WHERE owner = ? AND holder = ? AND holder_pid = ?"
_NEXT = "SELECT body FROM credential_requests WHERE owner = ? AND due_at IS NOT NULL ORDER BY due_at LIMIT ?"
_COUNT = "SELECT count(*) FROM credential_requests WHERE owner = ? AND holder = ?"
_INSERT_ISSUED = """
INSERT INTO issued_credentials (version, standing, body, owner, id, holder, request, list, entry, valid_until)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
"""
_COUNT_ENTRY = """
INSERT INTO status_lists (owner, number, taken) VALUES (?, ?, 1)
ON CONFLICT DO UPDATE SET taken = status_lists.taken + 1
"""
_UPDATE_ISSUED = """
UPDATE issued_credentials SET version = ?, standing = ?, body = ? WHERE owner = ? AND id = ? AND version = ?
"""
_ISSUED = "SELECT body FROM issued_credentials WHERE owner = ? AND id = ?"
_LASTING = """
SELECT valid_until, place, body FROM issued_credentials
WHERE owner = ? AND (valid_until, place) > (?, ?) ORDER BY valid_until, place LIMIT ?
"""
_ENDED = "SELECT entry FROM issued_credentials WHERE owner = ? AND list = ? AND standing = ?"
_TAKEN = "SELECT 1 FROM issued_credentials WHERE owner = ? AND list = ? AND entry = ?"
_IN_USE = "SELECT number, taken FROM status_lists WHERE owner = ? ORDER BY number DESC LIMIT 1"
_DROP_EXPIRED = "DELETE FROM issued_credentials WHERE owner = ? AND valid_until < ?"
_DROP_TOLD = "DELETE FROM credential_requests WHERE owner = ? AND ended_at < ?"


def put_request(connection: sqlite3.Connection, change: PutCredentialRequest) -> None:
    """Insert or update a request. Raises Conflict."""
    new = change.request
    row = (new.version, new.state, new.due_at, find_end(new), _encode(new), new.owner, new.id)
    if change.expected is None:
        done = connection.execute(_INSERT_REQUEST, (*row, new.holder, new.holder_pid or None))
    else:
        done = connection.execute(_UPDATE_REQUEST, (*row, change.expected))
    if done.rowcount != 1:
        raise Conflict(f"The request {new.id} has not version {change.expected}: read it again.")


def drop_request(connection: sqlite3.Connection, change: DropCredentialRequest) -> None:
    """Remove a request, if there is one."""
    connection.execute(_DROP_REQUEST, (change.owner, change.id))


def put_issued(connection: sqlite3.Connection, change: PutIssuedCredential) -> None:
    """Insert or update an issued credential. Raises Conflict."""
    new = change.credential
    row = (new.version, new.standing, _encode(new), new.owner, new.id)
    if change.expected is None:
        place = (new.holder, new.request, new.list, new.index, new.valid_until)
        done = connection.execute(_INSERT_ISSUED, (*row, *place))
    else:
        done = connection.execute(_UPDATE_ISSUED, (*row, change.expected))
    if done.rowcount != 1:
        raise Conflict(f"The credential {new.id} has not version {change.expected}, or its place is taken: read again.")
    if change.expected is None:
        connection.execute(_COUNT_ENTRY, (new.owner, new.list))


def drop_ended(connection: sqlite3.Connection, change: DropIssuing) -> None:
    """Remove what has ended long ago."""
    connection.execute(_DROP_EXPIRED, (change.owner, change.expired_before))
    connection.execute(_DROP_TOLD, (change.owner, change.told_before))


APPLY: dict[type, Callable[[sqlite3.Connection, Any], None]] = {
    PutCredentialRequest: put_request,
    DropCredentialRequest: drop_request,
    PutIssuedCredential: put_issued,
    DropIssuing: drop_ended,
}


def request(connection: sqlite3.Connection, owner: str, id: str) -> CredentialRequest | None:
    """Return one request."""
    row = fetch_one(connection, _REQUEST, (owner, id))
    return _request(row[0]) if row else None


def request_of(connection: sqlite3.Connection, owner: str, holder: str, holder_pid: str) -> CredentialRequest | None:
    """Return the request to which a holder gave a name."""
    row = fetch_one(connection, _REQUEST_OF, (owner, holder, holder_pid))
    return _request(row[0]) if row else None


def requests(
    connection: sqlite3.Connection, owner: str, bounds: PageBounds, state: RequestState | None, holder: str | None
) -> tuple[Sequence[CredentialRequest], str | None]:
    """List requests, newest first."""
    wanted = {"owner": owner, "state": state, "holder": holder}
    rows, after = page(connection, "credential_requests", bounds, wanted)
    return [_request(body) for (body,) in rows], after


def next_requests(connection: sqlite3.Connection, owner: str, limit: int) -> Sequence[CredentialRequest]:
    """Return the requests whose holder is to be told first."""
    return [_request(body) for (body,) in fetch_many(connection, _NEXT, (owner, limit))]


def count_requests(connection: sqlite3.Connection, owner: str, holder: str) -> int:
    """Return how many requests of a holder there are."""
    row = fetch_one(connection, _COUNT, (owner, holder))
    return int(row[0]) if row else 0


def find_issued(connection: sqlite3.Connection, owner: str, id: str) -> IssuedCredential | None:
    """Return one issued credential."""
    row = fetch_one(connection, _ISSUED, (owner, id))
    return _issued(row[0]) if row else None


def list_issued(
    connection: sqlite3.Connection, owner: str, bounds: PageBounds, holder: str | None, request: str | None
) -> tuple[Sequence[IssuedCredential], str | None]:
    """List issued credentials, newest first."""
    wanted = {"owner": owner, "request": request} if request else {"owner": owner, "holder": holder}
    rows, after = page(connection, "issued_credentials", bounds, wanted)
    return [_issued(body) for (body,) in rows], after


def list_lasting(
    connection: sqlite3.Connection, owner: str, bounds: PageBounds, now: int
) -> tuple[Sequence[IssuedCredential], str | None]:
    """List the credentials that end after `now`, those that end first first."""
    limit = min(bounds.limit, 2**31)
    rows = fetch_many(connection, _LASTING, (owner, *place_lasting(bounds, now), limit + 1))
    shown = rows[:limit]
    return [_issued(row[2]) for row in shown], pair_cursor(*shown[-1][:2]) if len(rows) > limit else None


def list_ended(connection: sqlite3.Connection, owner: str, number: int, standing: CredentialStanding) -> Sequence[int]:
    """Return the entries of a status list with a standing."""
    return sorted(entry for (entry,) in fetch_many(connection, _ENDED, (owner, number, standing)))


def is_index_taken(connection: sqlite3.Connection, owner: str, number: int, index: int) -> bool:
    """Return whether a credential has this place in the status lists."""
    return fetch_one(connection, _TAKEN, (owner, number, index)) is not None


def list_in_use(connection: sqlite3.Connection, owner: str) -> StatusListUse | None:
    """Return the newest status list."""
    row = fetch_one(connection, _IN_USE, (owner,))
    return StatusListUse(number=row[0], taken=row[1]) if row else None
