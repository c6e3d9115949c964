"""The SQL of processes: one table for both kinds and both roles."""

import sqlite3
from collections.abc import Mapping, Sequence

import msgspec

from connector.ports.changes import PutProcess
from connector.ports.entities import PageBounds
from connector.ports.store import AnyProcess
from connector.ports.store_errors import Conflict, PidTaken
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.machine import ProcessKind
from connector.protocol.dsp.machines.negotiation_machine import Negotiation
from connector.protocol.dsp.machines.transfer_machine import Transfer, TransferState
from connector.store.rules import has_ended, list_outcomes
from connector.store.sqlite.engine.rows import SqlRow, fetch_many, fetch_one, page

_encode = msgspec.msgpack.Encoder().encode
_negotiation = msgspec.msgpack.Decoder(Negotiation).decode
_transfer = msgspec.msgpack.Decoder(Transfer).decode

_INSERT = """
INSERT INTO processes (state, version, due_at, updated_at, body, peer_pid, agreement_key, dataset, outcome,
                       owner, kind, id, role, peer, created_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_STORED = """
SELECT place, version, peer_pid, agreement_key, dataset, outcome FROM processes
WHERE owner = ? AND kind = ? AND id = ?
"""
# Most updates change only the columns of the first statement, and naming a column rewrites its indices.
_UPDATE = "UPDATE processes SET state = ?, version = ?, due_at = ?, updated_at = ?, body = ? WHERE place = ?"
_UPDATE_NAMES = _UPDATE.replace("body = ?", "body = ?, peer_pid = ?, agreement_key = ?")
UPDATE_ALL = _UPDATE_NAMES.replace("agreement_key = ?", "agreement_key = ?, dataset = ?, outcome = ?")
_BY_ID = "SELECT body FROM processes WHERE owner = ? AND kind = ? AND id = ?"
_TRANSFERS = """
SELECT body FROM processes WHERE owner = ? AND kind = 'transfer' AND id IN (SELECT value FROM json_each(?))
"""
_DUE = "SELECT kind, body FROM processes WHERE owner = ? AND due_at <= ? ORDER BY due_at, place LIMIT ?"
_DUE_LAST = "SELECT kind, body FROM processes WHERE owner = ? AND due_at IS NOT NULL ORDER BY due_at DESC LIMIT ?"
_OPEN = """
SELECT count(*) FROM (
    SELECT 1 FROM processes
    WHERE owner = ? AND kind IN ('negotiation', 'transfer') AND peer = ? AND outcome = '' LIMIT ?
) AS few
"""
_RUNNING = """
SELECT count(*) FROM processes
WHERE owner = ? AND kind = 'transfer' AND dataset = ? AND outcome = '' AND +state = ? AND role = 'provider'
"""
# The index of the transfers of an agreement has their order for each outcome.
_NEWEST = """
    ifnull((SELECT place FROM processes WHERE owner = ?1 AND kind = 'transfer' AND agreement_key = json_each.value
            AND outcome = '{outcome}' ORDER BY place DESC LIMIT 1), 0)
"""
_LAST_TRANSFERS = f"""
SELECT body FROM processes WHERE place IN (
    SELECT max({", ".join(_NEWEST.format(outcome=outcome) for outcome in list_outcomes(ProcessKind.TRANSFER))})
    FROM json_each(?2)
)
"""  # noqa: S608 - constants
# The kind as it is stored: an enumeration would compute its value each time.
_NAME_OF: dict[type, str] = {Negotiation: ProcessKind.NEGOTIATION.value, Transfer: ProcessKind.TRANSFER.value}
# Literals, because a partial index is found by them.
_KIND = {kind: f"kind = '{kind.value}'" for kind in ProcessKind}
# With a parameter for the kind, SQLite prepares the statement each time anew to see which partial index it allows.
_BY_PEER_PID = {
    kind: f"SELECT body FROM processes WHERE owner = ? AND {named} AND role = ? AND peer = ? AND peer_pid = ?"  # noqa: S608 - constants
    for kind, named in _KIND.items()
}


def put(connection: sqlite3.Connection, change: PutProcess) -> None:
    """Insert or update a process. Raises Conflict if the stored version differs, PidTaken for a pid in use."""
    process = change.process
    key = (process.owner, _NAME_OF[type(process)], process.id)
    row = to_row(process)
    often, names, listed = row[:5], row[5:7], row[7:]
    try:
        if change.expected is None:
            made = (process.role.value, process.peer, process.created_at)
            connection.execute(_INSERT, (*row, *key, *made))
            return
        place, version, *before = connection.execute(_STORED, key).fetchone() or (None, None)
        if version != change.expected:
            raise Conflict(f"{process.id} has version {version}, not {change.expected}: read it again.")
        if listed != tuple(before[2:]):
            connection.execute(UPDATE_ALL, (*row, place))
        elif names != tuple(before[:2]):
            connection.execute(_UPDATE_NAMES, (*often, *names, place))
        else:
            connection.execute(_UPDATE, (*often, place))
    except sqlite3.IntegrityError as fault:
        raise to_refusal(process, fault) from fault


def to_refusal(process: AnyProcess, fault: sqlite3.IntegrityError) -> Conflict | PidTaken:
    """Return what a process that cannot be stored is refused with."""
    if "peer_pid" in str(fault):
        return PidTaken(f"The peer's {process.peer_pid} already belongs to another process: read that process.")
    return Conflict(f"{process.id} is already stored: read that process.")


def to_row(process: AnyProcess) -> SqlRow:
    """Return the values of a process in the order of `UPDATE_ALL`."""
    often = (process.state, process.version, process.due_at, process.updated_at, _encode(process))
    ended = process.state if has_ended(process) else ""
    return (*often, process.peer_pid, process.agreement_key, process.dataset, ended)


def negotiation(connection: sqlite3.Connection, owner: str, id: str) -> Negotiation | None:
    """Return one contract negotiation by its pid on this side."""
    row = fetch_one(connection, _BY_ID, (owner, _NAME_OF[Negotiation], id))
    return _negotiation(row[0]) if row else None


def transfer(connection: sqlite3.Connection, owner: str, id: str) -> Transfer | None:
    """Return one transfer process by its pid on this side."""
    row = fetch_one(connection, _BY_ID, (owner, _NAME_OF[Transfer], id))
    return _transfer(row[0]) if row else None


def transfers_of(connection: sqlite3.Connection, owner: str, ids: Sequence[str]) -> Mapping[str, Transfer]:
    """Return the transfer processes with these pids on this side, with one statement."""
    rows = fetch_many(connection, _TRANSFERS, (owner, msgspec.json.encode(list(ids)).decode()))
    found = [_transfer(body) for (body,) in rows]
    return {process.id: process for process in found}


def of_peer(
    connection: sqlite3.Connection, owner: str, kind: ProcessKind, role: Role, peer: str, peer_pid: str
) -> AnyProcess | None:
    """Return the process that `peer` knows under its own pid."""
    row = fetch_one(connection, _BY_PEER_PID[kind], (owner, role.value, peer, peer_pid))
    return _decode(kind, row[0]) if row else None


def due(connection: sqlite3.Connection, owner: str, now: int, limit: int) -> Sequence[AnyProcess]:
    """Return processes whose `due_at` is not after `now`, longest due first."""
    return [_decode(kind, body) for kind, body in fetch_many(connection, _DUE, (owner, now, max(limit, 0)))]


def due_last(connection: sqlite3.Connection, owner: str, limit: int) -> Sequence[AnyProcess]:
    """Return the processes that are due last, the latest first."""
    return [_decode(kind, body) for kind, body in fetch_many(connection, _DUE_LAST, (owner, max(limit, 0)))]


def negotiations(
    connection: sqlite3.Connection,
    owner: str,
    bounds: PageBounds,
    state: str | None,
    peer: str | None,
    dataset: str | None,
) -> tuple[Sequence[Negotiation], str | None]:
    """List negotiations, newest first."""
    wanted = {"owner": owner, "peer": peer, "dataset": dataset}
    rows, after = _list(connection, ProcessKind.NEGOTIATION, bounds, wanted, state)
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
    wanted = {"owner": owner, "peer": peer, "agreement_key": agreement_key}
    rows, after = _list(connection, ProcessKind.TRANSFER, bounds, wanted, state)
    return [_transfer(body) for (body,) in rows], after


def last_transfers(connection: sqlite3.Connection, owner: str, keys: Sequence[str]) -> Mapping[str, Transfer]:
    """Return the newest transfer under each of these agreements, by its key, with one statement."""
    wanted = msgspec.json.encode(list(keys)).decode()
    found = [_transfer(body) for (body,) in fetch_many(connection, _LAST_TRANSFERS, (owner, wanted))]
    return {transfer.agreement_key: transfer for transfer in found}


def list_open(
    connection: sqlite3.Connection,
    owner: str,
    kind: ProcessKind,
    bounds: PageBounds,
    peer: str | None,
    dataset: str | None,
) -> tuple[Sequence[AnyProcess], str | None]:
    """List the processes of a kind that have not ended, newest first."""
    wanted = {"owner": owner, "peer": peer, "dataset" if peer is None else "+dataset": dataset}
    fixed = (_KIND[kind], "outcome = ''")
    rows, after = page(connection, "processes", bounds, wanted, fixed=fixed)
    return [_decode(kind, body) for (body,) in rows], after


def count_running(connection: sqlite3.Connection, owner: str, dataset: str) -> int:
    """Count the active transfers of a dataset at its provider, with the index of the open processes."""
    row = fetch_one(connection, _RUNNING, (owner, dataset, TransferState.STARTED.value))
    return row[0] if row else 0


def count_open(connection: sqlite3.Connection, owner: str, peer: str, most: int) -> int:
    """Count the processes with `peer` that have not ended, up to `most`."""
    row = fetch_one(connection, _OPEN, (owner, peer, most))
    return row[0] if row else 0


def _list(
    connection: sqlite3.Connection,
    kind: ProcessKind,
    bounds: PageBounds,
    wanted: dict[str, str | None],
    state: str | None,
) -> tuple[list[SqlRow], str | None]:
    """Return a page of bodies of processes of a kind, in a state or in all."""
    outcomes = list_outcomes(kind, state)
    if state is None:
        return page(connection, "processes", bounds, wanted, fixed=(_KIND[kind],), among=("outcome", outcomes))
    if outcomes == (state,):
        return page(connection, "processes", bounds, wanted | {"outcome": state}, fixed=(_KIND[kind],))
    # Of open processes there are few for a peer, a dataset or an agreement: the state has an index only where it is
    # the only filter. The sign says that to SQLite.
    alone = all(value is None for name, value in wanted.items() if name != "owner")
    fixed = (_KIND[kind], "outcome = ''")
    return page(connection, "processes", bounds, wanted | {"state" if alone else "+state": state}, fixed=fixed)


def _decode(kind: str, body: bytes) -> AnyProcess:
    return _negotiation(body) if kind == ProcessKind.NEGOTIATION else _transfer(body)
