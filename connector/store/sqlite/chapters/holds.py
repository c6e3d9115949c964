"""The SQL of Holds: the processes that wait for a decision by a person."""

import sqlite3
from collections.abc import Mapping, Sequence

import msgspec

from connector.ports.changes import DropHold, PutHold
from connector.ports.entities import Hold, PageBounds
from connector.store.rules import cursor, place
from connector.store.sqlite.engine.rows import fetch_many, fetch_one, page

_encode = msgspec.msgpack.Encoder().encode
_hold = msgspec.msgpack.Decoder(Hold).decode

_PUT = "INSERT OR REPLACE INTO holds (owner, process_id, body) VALUES (?, ?, ?)"
_DROP = "DELETE FROM holds WHERE owner = ? AND process_id = ?"
_BY_PROCESS = "SELECT body FROM holds WHERE owner = ? AND process_id = ?"
_BY_PROCESSES = "SELECT body FROM holds WHERE owner = ? AND process_id IN (SELECT value FROM json_each(?))"
# A Hold has no index of its own by peer: the open processes of a peer are few, by its quota, and are put in order here.
_OF_PEER = """
SELECT holds.place, holds.body FROM processes
CROSS JOIN holds ON holds.owner = processes.owner AND holds.process_id = processes.id
WHERE processes.owner = ? AND kind IN ('negotiation', 'transfer') AND peer = ? AND outcome = '' AND holds.place > ?
"""
_COUNT = """
SELECT count(*) FROM (
    SELECT 1 FROM processes
    CROSS JOIN holds ON holds.owner = processes.owner AND holds.process_id = processes.id
    WHERE processes.owner = ? AND kind IN ('negotiation', 'transfer') AND peer = ? AND outcome = '' LIMIT ?
) AS few
"""

_WAITING = """
SELECT count(*) FROM processes
CROSS JOIN holds ON holds.owner = processes.owner AND holds.process_id = processes.id
WHERE processes.owner = ? AND kind = 'negotiation' AND dataset = ? AND outcome = '' AND role = 'provider'
"""


def put(connection: sqlite3.Connection, change: PutHold) -> None:
    """Store the hold of a process; a replaced one is the last in the list."""
    connection.execute(_PUT, (change.hold.owner, change.hold.process_id, _encode(change.hold)))


def drop(connection: sqlite3.Connection, change: DropHold) -> None:
    """Remove the hold of a process, if there is one."""
    connection.execute(_DROP, (change.owner, change.process_id))


def hold(connection: sqlite3.Connection, owner: str, process_id: str) -> Hold | None:
    """Return the hold of a process."""
    row = fetch_one(connection, _BY_PROCESS, (owner, process_id))
    return _hold(row[0]) if row else None


def holds_of(connection: sqlite3.Connection, owner: str, process_ids: Sequence[str]) -> Mapping[str, Hold]:
    """Return the holds of these processes by process, with one statement."""
    rows = connection.execute(_BY_PROCESSES, (owner, msgspec.json.encode(list(process_ids)).decode()))
    return {hold.process_id: hold for hold in (_hold(body) for (body,) in rows)}


def holds(
    connection: sqlite3.Connection, owner: str, bounds: PageBounds, peer: str | None
) -> tuple[Sequence[Hold], str | None]:
    """List holds, oldest first; with `peer`, those of open processes with this participant."""
    if peer is None:
        rows, after = page(connection, "holds", bounds, {"owner": owner}, descending=False)
        return [_hold(body) for (body,) in rows], after
    found = sorted(fetch_many(connection, _OF_PEER, (owner, peer, place(bounds, descending=False))))
    shown = found[: bounds.limit]
    return [_hold(body) for _, body in shown], cursor(shown[-1][0]) if len(found) > bounds.limit else None


def count_open(connection: sqlite3.Connection, owner: str, peer: str, most: int) -> int:
    """Count the holds of open processes with `peer`, up to `most`."""
    row = fetch_one(connection, _COUNT, (owner, peer, most))
    return row[0] if row else 0


def count_waiting(connection: sqlite3.Connection, owner: str, dataset: str) -> int:
    """Count the Holds of open negotiations on a dataset at its provider, with the index of the open processes."""
    row = fetch_one(connection, _WAITING, (owner, dataset))
    return row[0] if row else 0
