"""The SQL of the payments under agreements; entries are only appended."""

import sqlite3
from collections.abc import Sequence

import msgspec

from connector.ports.changes import RecordPayment
from connector.ports.entities import Payment
from connector.ports.store_errors import Conflict
from connector.store.sqlite.engine.rows import fetch_many

_encode = msgspec.msgpack.Encoder().encode
_payment = msgspec.msgpack.Decoder(Payment).decode

_RECORD = """
INSERT INTO payments (owner, agreement_id, body)
SELECT ?1, ?2, ?3 WHERE (SELECT count(*) FROM payments WHERE owner = ?1 AND agreement_id = ?2) = ?4
"""
_OF_AGREEMENT = "SELECT body FROM payments WHERE owner = ? AND agreement_id = ? ORDER BY place"


def record(connection: sqlite3.Connection, change: RecordPayment) -> None:
    """Append an entry. Raises Conflict if it is not the next one."""
    payment = change.payment
    row = (payment.owner, payment.agreement_id, _encode(payment), change.number - 1)
    if not connection.execute(_RECORD, row).rowcount:
        raise Conflict(f"Another payment under {payment.agreement_id} was recorded: read the payments again.")


def payments(connection: sqlite3.Connection, owner: str, agreement_id: str) -> Sequence[Payment]:
    """Return the entries of an agreement, oldest first."""
    return [_payment(body) for (body,) in fetch_many(connection, _OF_AGREEMENT, (owner, agreement_id))]
