"""The SQL of the duty ledger: the states of each duty of each agreement, which are only appended."""

import sqlite3
from collections.abc import Sequence

import msgspec

from connector.ports.changes import RecordDuty
from connector.ports.entities import DutyEvent, DutyState
from connector.protocol.dsp.agreement_keys import BETWEEN
from connector.store.sqlite.engine.rows import fetch_many

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
_OVERDUE = "SELECT body FROM deadlines WHERE owner = ? AND deadline <= ? ORDER BY deadline LIMIT ?"
# The key of an agreement as a consumer names the provider before the identifier.
_VIOLATED = """
SELECT body FROM duties AS late
WHERE owner = ? AND state = 'violated' AND occasion = '' AND instr(agreement_id, ?) > 0 AND NOT EXISTS (
    SELECT 1 FROM duties WHERE owner = late.owner AND agreement_id = late.agreement_id AND duty = late.duty
    AND state IN ('settled', 'fulfilled') AND occasion = ''
)
ORDER BY agreement_id, duty LIMIT ?
"""
_DUE = """
SELECT body FROM deadlines WHERE owner = ? AND deadline <= ? AND instr(agreement_id, ?) > 0 ORDER BY deadline LIMIT ?
"""


def record(connection: sqlite3.Connection, change: RecordDuty) -> None:
    """Append an entry, unless there is one of the same duty, state and occasion."""
    event = change.event
    duty = (event.owner, event.agreement_id, event.duty)
    body = _encode(event)
    if not connection.execute(_RECORD, (*duty, event.state, event.occasion, body)).rowcount:
        return
    if event.state is DutyState.ACTIVE and event.deadline is not None:
        connection.execute(_WAIT, (*duty, event.deadline, body))
    else:
        connection.execute(_WAIT_NO_LONGER, duty)


def duties(
    connection: sqlite3.Connection, owner: str, agreement_id: str, occasions: Sequence[str]
) -> Sequence[DutyEvent]:
    """Return the entries about an agreement as a whole and about these occasions, oldest entry first."""
    wanted = msgspec.json.encode(["", *occasions]).decode()
    rows = fetch_many(connection, _FOR_OCCASIONS, (owner, agreement_id, wanted))
    return [_event(body) for _, body in sorted(rows)]


def overdue(connection: sqlite3.Connection, owner: str, now: int, limit: int) -> Sequence[DutyEvent]:
    """Return the active entries whose deadline is not after `now`, longest due first."""
    return [_event(body) for (body,) in fetch_many(connection, _OVERDUE, (owner, now, max(limit, 0)))]


def pressing(connection: sqlite3.Connection, owner: str, until: int, limit: int) -> Sequence[DutyEvent]:
    """Return entries of duties as a consumer: violated and not done since, then those that are due until then."""
    late = fetch_many(connection, _VIOLATED, (owner, BETWEEN, max(limit, 0)))
    due = fetch_many(connection, _DUE, (owner, until, BETWEEN, max(limit - len(late), 0)))
    return [_event(body) for (body,) in (*late, *due)]
