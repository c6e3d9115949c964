"""The SQL of the duty ledger: the states of each duty of each agreement, which are only appended."""

import sqlite3
from collections.abc import Mapping, Sequence

import msgspec

from connector.ports.changes import RecordDuty
from connector.ports.entities import DONE, DutyEvent, DutyState, PageBounds
from connector.store.sqlite.engine.rows import fetch_many, page

_encode = msgspec.msgpack.Encoder().encode
_event = msgspec.msgpack.Decoder(DutyEvent).decode

_RECORD = """
INSERT INTO duties (owner, agreement_id, duty, state, occasion, body) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (owner, agreement_id, duty, state, occasion) DO NOTHING
"""
# A duty has a deadline until another state of it is recorded.
_WAIT = "INSERT OR REPLACE INTO deadlines (owner, agreement_id, duty, deadline, body) VALUES (?, ?, ?, ?, ?)"
_WAIT_NO_LONGER = "DELETE FROM deadlines WHERE owner = ? AND agreement_id = ? AND duty = ?"
_FOR_OCCASIONS = """
SELECT place, body FROM duties
WHERE owner = ? AND agreement_id = ? AND occasion IN (SELECT value FROM json_each(?))
"""
_AS_A_WHOLE = """
SELECT place, agreement_id, body FROM duties
WHERE owner = ? AND agreement_id IN (SELECT value FROM json_each(?)) AND occasion = ''
"""
_OVERDUE = "SELECT body FROM deadlines WHERE owner = ? AND deadline <= ? ORDER BY deadline LIMIT ?"
# What a person here has to do is remembered until it is done, also after its deadline.
_OWE = "INSERT OR REPLACE INTO owed (owner, agreement_id, duty, deadline, body) VALUES (?, ?, ?, ?, ?)"
_OWE_NO_LONGER = "DELETE FROM owed WHERE owner = ? AND agreement_id = ? AND duty = ?"
_LATE = "INSERT OR IGNORE INTO late_duties (owner, agreement_id, duty, body) VALUES (?, ?, ?, ?)"
_LATE_NO_LONGER = "DELETE FROM late_duties WHERE owner = ? AND agreement_id = ? AND duty = ?"
_PRESSING = "SELECT body FROM owed WHERE owner = ? AND deadline <= ? ORDER BY deadline LIMIT ?"


def record(connection: sqlite3.Connection, change: RecordDuty) -> None:
    """Append an entry, unless there is one of the same duty, state and occasion."""
    event = change.event
    duty = (event.owner, event.agreement_id, event.duty)
    body = _encode(event)
    if not connection.execute(_RECORD, (*duty, event.state, event.occasion, body)).rowcount:
        return
    if event.state is DutyState.ACTIVE and event.deadline is not None:
        connection.execute(_WAIT, (*duty, event.deadline, body))
        if event.here:
            connection.execute(_OWE, (*duty, event.deadline, body))
    else:
        connection.execute(_WAIT_NO_LONGER, duty)
    if event.state in DONE and not event.occasion:
        connection.execute(_OWE_NO_LONGER, duty)
        connection.execute(_LATE_NO_LONGER, duty)
    elif event.state is DutyState.VIOLATED and not event.occasion:
        connection.execute(_LATE, (*duty, body))


def duties(
    connection: sqlite3.Connection, owner: str, agreement_id: str, occasions: Sequence[str]
) -> Sequence[DutyEvent]:
    """Return the entries about an agreement as a whole and about these occasions, oldest entry first."""
    wanted = msgspec.json.encode(["", *occasions]).decode()
    rows = fetch_many(connection, _FOR_OCCASIONS, (owner, agreement_id, wanted))
    return [_event(body) for _, body in sorted(rows)]


def of(connection: sqlite3.Connection, owner: str, keys: Sequence[str]) -> Mapping[str, Sequence[DutyEvent]]:
    """Return the entries about each of these agreements as a whole, oldest entry first, with one statement."""
    rows = fetch_many(connection, _AS_A_WHOLE, (owner, msgspec.json.encode(list(keys)).decode()))
    found: dict[str, list[DutyEvent]] = {}
    for _, key, body in sorted(rows):
        found.setdefault(key, []).append(_event(body))
    return found


def overdue(connection: sqlite3.Connection, owner: str, now: int, limit: int) -> Sequence[DutyEvent]:
    """Return the active entries whose deadline is not after `now`, longest due first."""
    return [_event(body) for (body,) in fetch_many(connection, _OVERDUE, (owner, now, max(limit, 0)))]


def pressing(connection: sqlite3.Connection, owner: str, until: int, limit: int) -> Sequence[DutyEvent]:
    """Return the first entries of the duties of persons here that are not done and due until then, by deadline."""
    return [_event(body) for (body,) in fetch_many(connection, _PRESSING, (owner, until, max(limit, 0)))]


def late(connection: sqlite3.Connection, owner: str, bounds: PageBounds) -> tuple[Sequence[DutyEvent], str | None]:
    """List the violated entries of duties that are not done, oldest first."""
    rows, after = page(connection, "late_duties", bounds, {"owner": owner}, descending=False)
    return [_event(body) for (body,) in rows], after
