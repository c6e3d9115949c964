"""The SQL of processes: one table for both kinds and both roles."""

import sqlite3
from collections.abc import Sequence

import msgspec

from connector.ports.changes import Conflict, PidTaken, PutProcess
from connector.ports.entities import PageBounds
from connector.ports.store import AnyProcess
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.machine import ProcessKind
from connector.protocol.dsp.machines.negotiation_machine import Negotiation
from connector.protocol.dsp.machines.transfer_machine import Transfer
from connector.store.rules import has_ended
from connector.store.sqlite.engine.rows import fetch_many, fetch_one, page

_encode = msgspec.msgpack.Encoder().encode
_negotiation = msgspec.msgpack.Decoder(Negotiation).decode
_transfer = msgspec.msgpack.Decoder(Transfer).decode

_INSERT = """
INSERT INTO processes (state, version, due_at, updated_at, body, peer_pid, agreement_key, dataset, ended,
                       owner, kind, id, role, peer, created_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_STORED = """
SELECT place, version, peer_pid, agreement_key, dataset, ended FROM processes WHERE owner = ? AND kind = ? AND id = ?
"""
# Most updates change none of the columns of the second statement, and naming a column rewrites its indices.
_UPDATE = "UPDATE processes SET state = ?, version = ?, due_at = ?, updated_at = ?, body = ? WHERE place = ?"
_UPDATE_RARE = "UPDATE processes SET peer_pid = ?, agreement_key = ?, dataset = ?, ended = ? WHERE place = ?"
_BY_ID = "SELECT body FROM processes WHERE owner = ? AND kind = ? AND id = ?"
_BY_PEER_PID = "SELECT body FROM processes WHERE owner = ? AND kind = ? AND role = ? AND peer = ? AND peer_pid = ?"
_DUE = "SELECT kind, body FROM processes WHERE owner = ? AND due_at <= ? ORDER BY due_at, place LIMIT ?"
_NEXT_DUE = "SELECT due_at FROM processes WHERE owner = ? AND due_at IS NOT NULL ORDER BY due_at LIMIT 1"
_OPEN = "SELECT count(*) FROM processes WHERE owner = ? AND peer = ? AND ended = 0"


def put(connection: sqlite3.Connection, change: PutProcess) -> None:
    """Insert or update a process. Raises Conflict if the stored version differs, PidTaken for a pid in use."""
    process = change.process
    key = (process.owner, process.kind.value, process.id)
    often = (process.state, process.version, process.due_at, process.updated_at, _encode(process))
    rarely = (process.peer_pid, process.agreement_key, process.dataset, int(has_ended(process)))
    try:
        if change.expected is None:
            made = (process.role.value, process.peer, process.created_at)
            connection.execute(_INSERT, (*often, *rarely, *key, *made))
            return
        place, version, *before = connection.execute(_STORED, key).fetchone() or (None, None)
        if version != change.expected:
            raise Conflict(f"{process.id} has version {version}, not {change.expected}: read it again.")
        connection.execute(_UPDATE, (*often, place))
        if rarely != tuple(before):
            connection.execute(_UPDATE_RARE, (*rarely, place))
    except sqlite3.IntegrityError as fault:
        if "peer_pid" in str(fault):
            taken = f"The peer's {process.peer_pid} already belongs to another process: read that process."
            raise PidTaken(taken) from fault
        raise Conflict(f"{process.id} is already stored: read that process.") from fault


def negotiation(connection: sqlite3.Connection, owner: str, id: str) -> Negotiation | None:
    """Return one contract negotiation by its pid on this side."""
    row = fetch_one(connection, _BY_ID, (owner, ProcessKind.NEGOTIATION.value, id))
    return _negotiation(row[0]) if row else None


def transfer(connection: sqlite3.Connection, owner: str, id: str) -> Transfer | None:
    """Return one transfer process by its pid on this side."""
    row = fetch_one(connection, _BY_ID, (owner, ProcessKind.TRANSFER.value, id))
    return _transfer(row[0]) if row else None


def of_peer(
    connection: sqlite3.Connection, owner: str, kind: ProcessKind, role: Role, peer: str, peer_pid: str
) -> AnyProcess | None:
    """Return the process that `peer` knows under its own pid."""
    row = fetch_one(connection, _BY_PEER_PID, (owner, kind.value, role.value, peer, peer_pid))
    return _decode(kind, row[0]) if row else None


def due(connection: sqlite3.Connection, owner: str, now: int, limit: int) -> Sequence[AnyProcess]:
    """Return processes whose `due_at` is not after `now`, longest due first."""
    return [_decode(kind, body) for kind, body in fetch_many(connection, _DUE, (owner, now, max(limit, 0)))]


def next_due(connection: sqlite3.Connection, owner: str) -> int | None:
    """Return the earliest `due_at`, or None."""
    row = fetch_one(connection, _NEXT_DUE, (owner,))
    return row[0] if row else None


def negotiations(
    connection: sqlite3.Connection,
    owner: str,
    bounds: PageBounds,
    state: str | None,
    peer: str | None,
    dataset: str | None,
) -> tuple[Sequence[Negotiation], str | None]:
    """List negotiations, newest first."""
    wanted = {"owner": owner, "kind": ProcessKind.NEGOTIATION.value, "state": state, "peer": peer, "dataset": dataset}
    rows, after = page(connection, "processes", bounds, wanted)
    return [_negotiation(body) for (body,) in rows], after


def transfers(
    connection: sqlite3.Connection,
    owner: str,
    bounds: PageBounds,
    state: str | None,
    peer: str | None,
    agreement_key: str | None,
) -> tuple[Sequence[Transfer], str | None]:
    """List transfers, newest first."""
    wanted = {
        "owner": owner,
        "kind": ProcessKind.TRANSFER.value,
        "state": state,
        "peer": peer,
        "agreement_key": agreement_key,
    }
    rows, after = page(connection, "processes", bounds, wanted)
    return [_transfer(body) for (body,) in rows], after


def count_open(connection: sqlite3.Connection, owner: str, peer: str) -> int:
    """Count the processes with `peer` that have not ended."""
    row = fetch_one(connection, _OPEN, (owner, peer))
    return row[0] if row else 0


def _decode(kind: str, body: bytes) -> AnyProcess:
    return _negotiation(body) if kind == ProcessKind.NEGOTIATION else _transfer(body)
