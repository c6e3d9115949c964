"""The SQL of agreements, with their evidence."""

import sqlite3
from collections.abc import Sequence

import msgspec

from connector.ports.changes import PutAgreement
from connector.ports.entities import Agreement, PageBounds
from connector.store.sqlite.engine.rows import fetch_one, page

_encode = msgspec.msgpack.Encoder().encode
_agreement = msgspec.msgpack.Decoder(Agreement).decode

_PUT = """
INSERT INTO agreements (owner, id, dataset, counterparty, body) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (owner, id)
DO UPDATE SET dataset = excluded.dataset, counterparty = excluded.counterparty, body = excluded.body
"""
_BY_ID = "SELECT body FROM agreements WHERE owner = ? AND id = ?"


def put(connection: sqlite3.Connection, change: PutAgreement) -> None:
    """Insert an agreement, or replace the one with the same owner and id."""
    agreement = change.agreement
    row = (agreement.owner, agreement.id, agreement.dataset, agreement.counterparty, _encode(agreement))
    connection.execute(_PUT, row)


def agreement(connection: sqlite3.Connection, owner: str, id: str) -> Agreement | None:
    """Return one agreement."""
    row = fetch_one(connection, _BY_ID, (owner, id))
    return _agreement(row[0]) if row else None


def agreements(
    connection: sqlite3.Connection, owner: str, bounds: PageBounds, dataset: str | None, counterparty: str | None
) -> tuple[Sequence[Agreement], str | None]:
    """List agreements, newest first."""
    wanted = {"owner": owner, "dataset": dataset, "counterparty": counterparty}
    rows, after = page(connection, "agreements", bounds, wanted)
    return [_agreement(body) for (body,) in rows], after
