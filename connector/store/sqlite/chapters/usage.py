"""The SQL of the usage under agreements: in total, within periods with test-and-set, and use by use."""

import sqlite3
from collections.abc import Mapping, Sequence

import msgspec

from connector.ports.changes import AddUsage, CountDenial, DropUseParts, PutUsePart, SetUsesBack
from connector.ports.entities import CountedUse, MonthlyUsage, PageBounds, Recent, Usage, UsePart
from connector.ports.store_errors import LimitReached, TooSoon
from connector.store.rules import first_recent, first_within, no_longer_recent, no_longer_within, refuse_within
from connector.store.sqlite.engine.rows import fetch_many, fetch_one, page

_ADD = """
INSERT INTO usage (owner, agreement_id, bytes_moved, uses) SELECT ?1, ?2, CAST(?3 AS BIGINT), CAST(?4 AS BIGINT)
WHERE CAST(?5 AS BIGINT) IS NULL OR CAST(?4 AS BIGINT) <= CAST(?5 AS BIGINT)
ON CONFLICT (owner, agreement_id)
DO UPDATE SET bytes_moved = usage.bytes_moved + excluded.bytes_moved, uses = usage.uses + excluded.uses
WHERE CAST(?5 AS BIGINT) IS NULL OR usage.uses + excluded.uses <= CAST(?5 AS BIGINT)
"""
_FORGET = "DELETE FROM recent_uses WHERE owner = ? AND agreement_id = ? AND second < ?"
_ADD_RECENT = """
INSERT INTO recent_uses (owner, agreement_id, second, uses) VALUES (?, ?, ?, ?)
ON CONFLICT (owner, agreement_id, second) DO UPDATE SET uses = recent_uses.uses + excluded.uses
"""
_RECENT = """
SELECT CAST(coalesce(sum(uses), 0) AS BIGINT), min(second) FROM recent_uses
WHERE owner = ? AND agreement_id = ? AND second >= ?
"""
# A clock that was ahead has left these; those of one agreement become one row.
_ADD_SET_BACK = """
INSERT INTO recent_uses (owner, agreement_id, second, uses)
SELECT owner, agreement_id, CAST(?3 AS BIGINT), CAST(sum(uses) AS BIGINT) FROM recent_uses
WHERE owner = ?1 AND second > ?2 GROUP BY owner, agreement_id
ON CONFLICT (owner, agreement_id, second) DO UPDATE SET uses = recent_uses.uses + excluded.uses
"""
_FORGET_AHEAD = "DELETE FROM recent_uses WHERE owner = ? AND second > ?"
_SET_BACK = "UPDATE uses SET at = ?3 WHERE owner = ?1 AND at > ?2"
_USAGE = "SELECT bytes_moved, uses FROM usage WHERE owner = ? AND agreement_id = ?"
_USAGE_OF = """
SELECT agreement_id, bytes_moved, uses FROM usage
WHERE owner = ? AND agreement_id IN (SELECT value FROM json_each(?))
"""
_USED_IN_ALL = """
SELECT value ->> 0, value ->> 1, (SELECT count(*) FROM
    (SELECT 1 FROM uses WHERE owner = ? AND providing = 1 AND counterparty = value ->> 0 AND dataset = value ->> 1
     LIMIT ?) AS few)
FROM json_each(?)
"""
_RECORD = """
INSERT INTO uses (owner, agreement_id, flow_id, counterparty, dataset, providing, at, bytes_moved)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_ADD_BYTES = """
UPDATE uses SET bytes_moved = bytes_moved + ?
WHERE place = (SELECT max(place) FROM uses WHERE owner = ? AND flow_id = ?)
RETURNING at
"""
_WITHIN = """
SELECT count(*), min(at) FROM uses
WHERE owner = ? AND providing = 1 AND counterparty = ? AND dataset = ? AND at >= ?
"""
_PUT_PART = """
INSERT INTO use_parts (owner, flow_id, part, body) VALUES (?, ?, ?, ?)
ON CONFLICT (owner, flow_id, part) DO UPDATE SET body = excluded.body
"""
_FORGET_PARTS = "DELETE FROM use_parts WHERE owner = ? AND flow_id = ?"
_PARTS = "SELECT body FROM use_parts WHERE owner = ? AND flow_id = ?"

# At the provider, the key of an agreement is its identifier. Sums are of what is stored: of agreements.
_COUNT_IN_MONTH = """
INSERT INTO usage_months
(owner, month, providing, dataset, counterparty, purposes, agreements, deliveries, bytes_moved, denied)
SELECT owner, local_month(CAST(?3 AS BIGINT)), CASE WHEN key = id THEN 1 ELSE 0 END, dataset, counterparty, purposes,
    CAST(?4 AS BIGINT), CAST(?5 AS BIGINT), CAST(?6 AS BIGINT), CAST(?7 AS BIGINT)
FROM agreements WHERE owner = ?1 AND key = ?2
ON CONFLICT (owner, providing, month, dataset, counterparty, purposes) DO UPDATE SET
    agreements = usage_months.agreements + excluded.agreements,
    deliveries = usage_months.deliveries + excluded.deliveries,
    bytes_moved = usage_months.bytes_moved + excluded.bytes_moved,
    denied = usage_months.denied + excluded.denied
"""
_AHEAD = "SELECT agreement_id, at, bytes_moved FROM uses WHERE owner = ? AND at > ?"

_COLUMNS = ("agreement_id", "flow_id", "counterparty", "dataset", "providing", "at", "bytes_moved")
_SUMS = ("dataset", "counterparty", "purposes", "agreements", "deliveries", "bytes_moved", "denied")

_encode = msgspec.msgpack.Encoder().encode
_part = msgspec.msgpack.Decoder(UsePart).decode


def add(connection: sqlite3.Connection, change: AddUsage) -> None:
    """Count bytes and uses. Raises LimitReached if `max_uses` is exceeded, TooSoon if a limit within a period is."""
    if change.max_per_hour is not None:
        _add_recent(connection, change, change.max_per_hour)
    row = (change.owner, change.agreement_id, change.bytes_moved, change.uses, change.max_uses)
    if connection.execute(_ADD, row).rowcount != 1:
        raise LimitReached(f"The agreement allows {change.max_uses} uses, and all are used.")
    if change.use is not None:
        _record(connection, change.use, change.max_within)
    elif change.flow_id and change.bytes_moved:
        begun = connection.execute(_ADD_BYTES, (change.bytes_moved, change.owner, change.flow_id)).fetchone()
        if begun:
            count_in_month(connection, change.owner, change.agreement_id, *begun, bytes_moved=change.bytes_moved)


def _record(connection: sqlite3.Connection, use: CountedUse, limits: dict[str, int]) -> None:
    for period, most in limits.items():
        key = use.owner, use.counterparty, use.dataset, first_within(period, use.at)
        uses, oldest = connection.execute(_WITHIN, key).fetchone()
        if uses >= most:
            raise refuse_within(period, most, use.at if oldest is None else min(oldest, use.at))
    who = use.owner, use.agreement_id, use.flow_id, use.counterparty, use.dataset
    connection.execute(_RECORD, (*who, int(use.providing), use.at, use.bytes_moved))
    count_in_month(connection, use.owner, use.agreement_id, use.at, deliveries=1, bytes_moved=use.bytes_moved)
    drop_parts(connection, DropUseParts(use.owner, use.flow_id))


def count_in_month(
    connection: sqlite3.Connection,
    owner: str,
    key: str,
    at: int,
    *,
    agreements: int = 0,
    deliveries: int = 0,
    bytes_moved: int = 0,
    denied: int = 0,
) -> None:
    """Add to the sums of the month of `at` (ms) what happened under the agreement with this key, if it is stored."""
    connection.execute(_COUNT_IN_MONTH, (owner, key, at, agreements, deliveries, bytes_moved, denied))


def count_denial(connection: sqlite3.Connection, change: CountDenial) -> None:
    """Count a transfer that a policy has refused."""
    count_in_month(connection, change.owner, change.agreement_id, change.at, denied=1)


def put_part(connection: sqlite3.Connection, change: PutUsePart) -> None:
    """Insert or replace a part of the newest use of a flow."""
    part = change.part
    connection.execute(_PUT_PART, (part.owner, part.flow_id, part.part, _encode(part)))


def drop_parts(connection: sqlite3.Connection, change: DropUseParts) -> None:
    """Remove the parts of the newest use of a flow."""
    connection.execute(_FORGET_PARTS, (change.owner, change.flow_id))


def set_back(connection: sqlite3.Connection, change: SetUsesBack) -> None:
    """Let the uses that began later than now count from an instant on."""
    now, since = change.now // 1000, change.since // 1000
    connection.execute(_ADD_SET_BACK, (change.owner, now, since))
    connection.execute(_FORGET_AHEAD, (change.owner, now))
    for key, at, moved in connection.execute(_AHEAD, (change.owner, change.now)).fetchall():
        count_in_month(connection, change.owner, key, at, deliveries=-1, bytes_moved=-moved)
        count_in_month(connection, change.owner, key, change.since, deliveries=1, bytes_moved=moved)
    connection.execute(_SET_BACK, (change.owner, change.now, change.since))


def _add_recent(connection: sqlite3.Connection, change: AddUsage, most: int) -> None:
    agreement = change.owner, change.agreement_id
    first, second = first_recent(change.at), change.at // 1000
    uses, oldest = connection.execute(_RECENT, (*agreement, first)).fetchone()
    if uses + change.uses > most:
        raise TooSoon(most, no_longer_recent(second if oldest is None else min(oldest, second)))
    connection.execute(_FORGET, (*agreement, first))
    connection.execute(_ADD_RECENT, (*agreement, second, change.uses))


def recent(connection: sqlite3.Connection, owner: str, agreement_id: str, now: int) -> Recent:
    """Return the uses within the hour before `now`."""
    uses, oldest = fetch_one(connection, _RECENT, (owner, agreement_id, first_recent(now))) or (0, None)
    return Recent(uses=uses, frees_at=None if oldest is None else no_longer_recent(min(oldest, now // 1000)))


def usage(connection: sqlite3.Connection, owner: str, agreement_id: str) -> Usage:
    """Return what was used under an agreement (zeros if nothing was)."""
    bytes_moved, uses = fetch_one(connection, _USAGE, (owner, agreement_id)) or (0, 0)
    return Usage(owner=owner, agreement_id=agreement_id, bytes_moved=bytes_moved, uses=uses)


def usage_of(connection: sqlite3.Connection, owner: str, keys: Sequence[str]) -> Mapping[str, Usage]:
    """Return what was used under the agreements with these keys, with one statement."""
    rows = fetch_many(connection, _USAGE_OF, (owner, msgspec.json.encode(list(keys)).decode()))
    return {key: Usage(owner=owner, agreement_id=key, bytes_moved=moved, uses=uses) for key, moved, uses in rows}


def count_in_all(
    connection: sqlite3.Connection, owner: str, keys: Sequence[tuple[str, str]], most: int
) -> Mapping[tuple[str, str], int]:
    """Return the uses of a dataset by a counterparty for each pair, with one statement."""
    rows = fetch_many(connection, _USED_IN_ALL, (owner, most, msgspec.json.encode(list(keys)).decode()))
    return {(counterparty, dataset): uses for counterparty, dataset, uses in rows}


def within(
    connection: sqlite3.Connection, owner: str, counterparty: str, dataset: str, period: str, now: int
) -> Recent:
    """Return the uses of a dataset by a counterparty in the period before `now`, under all agreements."""
    key = owner, counterparty, dataset, first_within(period, now)
    uses, oldest = fetch_one(connection, _WITHIN, key) or (0, None)
    return Recent(uses=uses, frees_at=None if oldest is None else no_longer_within(period, min(oldest, now)))


def uses(
    connection: sqlite3.Connection, owner: str, bounds: PageBounds, agreement_id: str | None
) -> tuple[Sequence[CountedUse], str | None]:
    """List uses, oldest first."""
    wanted = {"owner": owner, "agreement_id": agreement_id}
    rows, after = page(connection, "uses", bounds, wanted, columns=", ".join(_COLUMNS), descending=False)
    return [
        msgspec.convert({"owner": owner, **dict(zip(_COLUMNS, row, strict=True))}, CountedUse, strict=False)
        for row in rows
    ], after


def parts(connection: sqlite3.Connection, owner: str, flow_id: str) -> Sequence[UsePart]:
    """Return the parts of the newest use of a flow."""
    return [_part(body) for (body,) in fetch_many(connection, _PARTS, (owner, flow_id))]


def usage_in(
    connection: sqlite3.Connection, owner: str, bounds: PageBounds, month: str, providing: bool
) -> tuple[Sequence[MonthlyUsage], str | None]:
    """List the sums of one month, as provider or as consumer, in the order in which they began."""
    wanted = {"owner": owner, "providing": int(providing), "month": month}
    rows, after = page(connection, "usage_months", bounds, wanted, columns=", ".join(_SUMS), descending=False)
    named = {"owner": owner, "month": month, "providing": providing}
    return [_read_sums(named, dict(zip(_SUMS, row, strict=True))) for row in rows], after


def _read_sums(named: dict[str, object], row: dict[str, object]) -> MonthlyUsage:
    purposes = msgspec.json.decode(str(row["purposes"]))
    return msgspec.convert({**named, **row, "purposes": purposes}, MonthlyUsage)
