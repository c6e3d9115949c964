"""The SQL of agreements, with their evidence: what was agreed is only inserted, later events have their own columns."""

import sqlite3
from collections.abc import Mapping, Sequence

import msgspec

from connector.ports.changes import FinalizeAgreement, PutAgreement, WithdrawAgreement
from connector.ports.entities import Agreement, Asset, PageBounds
from connector.ports.store_errors import Conflict
from connector.store.rules import pair_cursor, place_pair
from connector.store.sqlite.chapters import usage
from connector.store.sqlite.engine.rows import SqlRow, fetch_many, fetch_one, page

_encode = msgspec.msgpack.Encoder().encode
_agreement = msgspec.msgpack.Decoder(Agreement).decode
_asset = msgspec.msgpack.Decoder(Asset).decode
_purposes = msgspec.json.Decoder(tuple[str, ...]).decode

_COLUMNS = "body, finalized_at, withdrawn_at, withdrawn_because, purposes"
_SELECT = "SELECT body, finalized_at, withdrawn_at, withdrawn_because, purposes FROM agreements"
PUT = """
INSERT INTO agreements
(owner, key, id, dataset, counterparty, finalized_at, withdrawn_at, withdrawn_because, purposes, body)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (owner, key) DO NOTHING
"""
FINALIZE = "UPDATE agreements SET finalized_at = ? WHERE owner = ? AND key = ? AND finalized_at IS NULL"
_WITHDRAW = """
UPDATE agreements SET withdrawn_at = ?, withdrawn_because = ? WHERE owner = ? AND key = ? AND withdrawn_at IS NULL
"""
_IN_FORCE = ("key = id", "finalized_at IS NOT NULL", "withdrawn_at IS NULL")  # at the provider a key is the identifier
_COUNT = """
INSERT INTO agreement_counts (owner, dataset, in_force)
SELECT owner, dataset, 1 FROM agreements
WHERE owner = ? AND key = ? AND key = id AND finalized_at IS NOT NULL AND withdrawn_at IS NULL
ON CONFLICT (owner, dataset) DO UPDATE SET in_force = agreement_counts.in_force + 1
"""
_COUNT_NO_LONGER = """
UPDATE agreement_counts SET in_force = in_force - 1
WHERE (owner, dataset) =
    (SELECT owner, dataset FROM agreements WHERE owner = ? AND key = ? AND key = id AND finalized_at IS NOT NULL)
"""
_COUNTED = "SELECT in_force FROM agreement_counts WHERE owner = ? AND dataset = ?"
_BY_KEYS = _SELECT + " WHERE owner = ? AND key IN (SELECT value FROM json_each(?))"  # noqa: S608 - constants
_BY_KEY = _SELECT + " WHERE owner = ? AND key = ?"
_BY_ID = _SELECT + " WHERE owner = ? AND id = ? ORDER BY place"
# At the provider a key is the identifier. The first arm goes on in the asset at which the last page ended.
_LINE = """
assets.place, agreements.place, assets.body,
    agreements.body, finalized_at, withdrawn_at, withdrawn_because, purposes FROM assets
"""
_ABOUT = """
JOIN agreements ON agreements.owner = assets.owner AND agreements.dataset = assets.id AND agreements.key = agreements.id
WHERE assets.owner = ? AND personal = 1
"""
_PERSONAL = f"""
SELECT {_LINE} {_ABOUT} AND assets.place = ? AND agreements.place < ?
UNION ALL SELECT {_LINE} LEFT {_ABOUT} AND assets.place < ? AND (agreements.place IS NOT NULL OR status <> 'draft')
ORDER BY 1 DESC, 2 DESC NULLS LAST LIMIT ?
"""


def put(connection: sqlite3.Connection, change: PutAgreement) -> None:
    """Insert an agreement. Raises Conflict if another one has its key."""
    new = change.agreement
    if connection.execute(PUT, to_row(new)).rowcount == 0:
        stored = connection.execute(_BY_KEY, (new.owner, new.key)).fetchone()
        if _read(stored) != new:
            raise Conflict(f"The agreement {new.key} is already stored with other content: read it.")
    elif new.finalized_at is not None:
        connection.execute(_COUNT, (new.owner, new.key))
        usage.count_in_month(connection, new.owner, new.key, new.finalized_at, agreements=1)


def to_row(new: Agreement) -> SqlRow:
    """Return the values of an agreement in the order of `PUT`."""
    named = (new.owner, new.key, new.id, new.dataset, new.counterparty)
    later = (new.finalized_at, new.withdrawn_at, new.withdrawn_because, msgspec.json.encode(new.purposes).decode())
    return (*named, *later, _encode(new))


def finalize(connection: sqlite3.Connection, change: FinalizeAgreement) -> None:
    """Record when an agreement became final. Raises Conflict if there is none that is not final."""
    if connection.execute(FINALIZE, (change.at, change.owner, change.key)).rowcount == 0:
        raise Conflict(f"The agreement {change.key} is unknown or already final: read it again.")
    connection.execute(_COUNT, (change.owner, change.key))
    usage.count_in_month(connection, change.owner, change.key, change.at, agreements=1)


def withdraw(connection: sqlite3.Connection, change: WithdrawAgreement) -> None:
    """Record the withdrawal from an agreement. Raises Conflict if there is none to withdraw from."""
    if connection.execute(_WITHDRAW, (change.at, change.because, change.owner, change.key)).rowcount == 0:
        raise Conflict(f"The agreement {change.key} is unknown or already withdrawn: read it again.")
    connection.execute(_COUNT_NO_LONGER, (change.owner, change.key))


def agreement(connection: sqlite3.Connection, owner: str, key: str) -> Agreement | None:
    """Return one agreement by its key."""
    row = fetch_one(connection, _BY_KEY, (owner, key))
    return _read(row) if row else None


def agreements_named(connection: sqlite3.Connection, owner: str, id: str) -> Sequence[Agreement]:
    """Return all agreements with this identifier, oldest first."""
    return [_read(row) for row in fetch_many(connection, _BY_ID, (owner, id))]


def agreements(
    connection: sqlite3.Connection, owner: str, bounds: PageBounds, dataset: str | None, counterparty: str | None
) -> tuple[Sequence[Agreement], str | None]:
    """List agreements, newest first."""
    wanted = {"owner": owner, "dataset": dataset, "counterparty": counterparty}
    rows, after = page(connection, "agreements", bounds, wanted, columns=_COLUMNS)
    return [_read(row) for row in rows], after


def agreements_of(connection: sqlite3.Connection, owner: str, keys: Sequence[str]) -> Mapping[str, Agreement]:
    """Return the agreements with these keys, with one statement."""
    wanted = msgspec.json.encode(list(keys)).decode()
    found = [_read(row) for row in fetch_many(connection, _BY_KEYS, (owner, wanted))]
    return {agreement.key: agreement for agreement in found}


def agreements_in_force(
    connection: sqlite3.Connection, owner: str, bounds: PageBounds, dataset: str
) -> tuple[Sequence[Agreement], str | None]:
    """List the agreements of a dataset that are in force at its provider, newest first."""
    wanted = {"owner": owner, "dataset": dataset}
    rows, after = page(connection, "agreements", bounds, wanted, columns=_COLUMNS, fixed=_IN_FORCE)
    return [_read(row) for row in rows], after


def count_in_force(connection: sqlite3.Connection, owner: str, dataset: str) -> int:
    """Return how many agreements of a dataset are in force at its provider."""
    row = fetch_one(connection, _COUNTED, (owner, dataset))
    return row[0] if row else 0


def personal_lines(
    connection: sqlite3.Connection, owner: str, bounds: PageBounds
) -> tuple[Sequence[tuple[Asset, Agreement | None]], str | None]:
    """List the assets whose data is about persons with the agreements about them, newest first, with one statement."""
    asset, agreement = place_pair(bounds)
    limit = min(bounds.limit, 2**31)
    rows = fetch_many(connection, _PERSONAL, (owner, asset, agreement, owner, asset, limit + 1))
    assets = {row[0]: _asset(row[2]) for row in rows}
    lines = [(assets[row[0]], None if row[1] is None else _read(row[3:])) for row in rows[:limit]]
    return lines, pair_cursor(*rows[limit - 1][:2]) if len(rows) > limit else None


def _read(row: SqlRow) -> Agreement:
    body, finalized_at, withdrawn_at, because, purposes = row
    later = {"finalized_at": finalized_at, "withdrawn_at": withdrawn_at, "withdrawn_because": because}
    return msgspec.structs.replace(_agreement(body), **later, purposes=_purposes(purposes))
