"""The SQL of data flows and their leases."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from connector.ports.changes import DropLease, PutFlow, PutLease
from connector.ports.entities import Flow, Lease
from connector.ports.store_errors import Conflict
from connector.store.sqlite.engine.rows import fetch_many, fetch_one

_encode = msgspec.msgpack.Encoder().encode
_flow = msgspec.msgpack.Decoder(Flow).decode

_PUT_FLOW = """
INSERT INTO flows (owner, id, state, token_hash, plane, body) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (owner, id)
DO UPDATE SET state = excluded.state, token_hash = excluded.token_hash, plane = excluded.plane, body = excluded.body
"""
_FLOW = "SELECT body FROM flows WHERE owner = ? AND id = ?"
_BY_TOKEN = "SELECT body FROM flows WHERE token_hash = ?"  # noqa: S105 - a column's name, no password
_BY_STATE = "SELECT body FROM flows WHERE owner = ? AND state = ? ORDER BY place"
_OF_PLANE = "SELECT body FROM flows WHERE owner = ? AND plane = ? AND state = ? ORDER BY place"
_PUT_LEASE = """
INSERT INTO leases
    (owner, flow_id, agreement_id, epoch, valid_until, max_bytes, max_uses, max_per_hour, decision, treatment,
     max_within)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (owner, flow_id)
DO UPDATE SET agreement_id = excluded.agreement_id, epoch = excluded.epoch, valid_until = excluded.valid_until,
              max_bytes = excluded.max_bytes, max_uses = excluded.max_uses, max_per_hour = excluded.max_per_hour,
              decision = excluded.decision, treatment = excluded.treatment,
              max_within = excluded.max_within
WHERE excluded.epoch >= leases.epoch
"""
_DROP_LEASE = "DELETE FROM leases WHERE owner = ? AND flow_id = ?"
_LEASE = """
SELECT agreement_id, epoch, valid_until, max_bytes, max_uses, max_per_hour, decision, treatment, max_within
FROM leases WHERE owner = ? AND flow_id = ?
"""


def put(connection: sqlite3.Connection, change: PutFlow) -> None:
    """Insert or replace a data flow."""
    flow = change.flow
    connection.execute(_PUT_FLOW, (flow.owner, flow.id, flow.state, flow.token_hash, flow.plane or None, _encode(flow)))


def put_lease(connection: sqlite3.Connection, change: PutLease) -> None:
    """Store the lease of a flow. Raises Conflict if the stored one has a newer epoch."""
    lease = change.lease
    limits = (lease.valid_until, lease.max_bytes, lease.max_uses, lease.max_per_hour)
    row = (lease.owner, lease.flow_id, lease.agreement_id, lease.epoch, *limits)
    rest = (lease.decision, lease.treatment, msgspec.json.encode(lease.max_within))
    if connection.execute(_PUT_LEASE, (*row, *rest)).rowcount != 1:
        raise Conflict(f"The flow {lease.flow_id} has a lease of a newer epoch than {lease.epoch}: read it again.")


def drop_lease(connection: sqlite3.Connection, change: DropLease) -> None:
    """Remove the lease of a flow, if there is one."""
    connection.execute(_DROP_LEASE, (change.owner, change.flow_id))


def flow(connection: sqlite3.Connection, owner: str, id: str) -> Flow | None:
    """Return one data flow."""
    row = fetch_one(connection, _FLOW, (owner, id))
    return _flow(row[0]) if row else None


def of_token(connection: sqlite3.Connection, token_hash: str) -> Flow | None:
    """Return the flow that an access token opens."""
    row = fetch_one(connection, _BY_TOKEN, (token_hash,))
    return _flow(row[0]) if row else None


def flows(connection: sqlite3.Connection, owner: str, state: str) -> Sequence[Flow]:
    """Return the flows in a state, oldest first."""
    return [_flow(body) for (body,) in fetch_many(connection, _BY_STATE, (owner, state))]


def flows_of(connection: sqlite3.Connection, owner: str, plane: str, state: str) -> Sequence[Flow]:
    """Return the flows in a state that another data plane has, oldest first."""
    return [_flow(body) for (body,) in fetch_many(connection, _OF_PLANE, (owner, plane, state))]


def lease(connection: sqlite3.Connection, owner: str, flow_id: str) -> Lease | None:
    """Return the present lease of a flow."""
    row = fetch_one(connection, _LEASE, (owner, flow_id))
    if row is None:
        return None
    agreement_id, epoch, valid_until, max_bytes, max_uses, max_per_hour, decision, treatment, within = row
    return Lease(
        owner=owner,
        flow_id=flow_id,
        agreement_id=agreement_id,
        epoch=epoch,
        valid_until=valid_until,
        max_bytes=max_bytes,
        max_uses=max_uses,
        max_per_hour=max_per_hour,
        max_within=msgspec.json.decode(within, type=dict[str, int]),
        decision=decision,
        treatment=treatment,
    )


APPLY: dict[type, Callable[[sqlite3.Connection, Any], None]] = {
    PutFlow: put,
    PutLease: put_lease,
    DropLease: drop_lease,
}
