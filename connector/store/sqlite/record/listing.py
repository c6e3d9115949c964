"""The lists of the broker's record for harvesters: visible entries, of one participant or of all, page by page."""

import sqlite3
from collections.abc import Sequence

import msgspec

from connector.ports.broker_store import Entry, Listing, ListOrder
from connector.store.sqlite.engine.rows import fetch_many, fetch_one
from connector.store.sqlite.record.rows import SHOWN_COLUMNS, to_entry

# With a plus sign: an index of the order is read, and has the class.
_PRESENT = "FROM entries WHERE removed_at IS NULL AND +visibility IN (SELECT CAST(value AS BIGINT) FROM json_each(?))"
_OF_ONE = "AND participant = ?"
# As a value that is computed, it is compared row by row: an index of participants would have to be sorted.
_AMONG, _WITHOUT = "AND (participant || '') IN", "AND (participant || '') NOT IN"
_NAMES = "(SELECT CAST(value AS TEXT) FROM json_each(?))"
_CHANGED = "AND changed_at >= ?"
_ORDERS = {
    ListOrder.ARRIVAL: "ORDER BY place",
    ListOrder.OLDEST: "ORDER BY changed_at, place",
    ListOrder.NEWEST: "ORDER BY changed_at DESC, place DESC",
}
# CKAN counts a list and skips an offset: both pass the index, so the list has a thread of its own.
_WINDOW = "LIMIT ? OFFSET ?"


def list_entries(connection: sqlite3.Connection, visible: str, listing: Listing) -> tuple[Sequence[Entry], int]:
    """Return a page of a list of entries of the `visible` classes (in JSON), and how many entries the list has."""
    conditions, values = [_PRESENT], list[object]([visible])
    order = listing.order
    if listing.participant is not None:
        conditions.append(_OF_ONE)
        values.append(listing.participant)
    if listing.among is not None:
        conditions.append(f"{_AMONG} {_NAMES}")
        values.append(_write_names(listing.among))
    if listing.without:
        conditions.append(f"{_WITHOUT} {_NAMES}")
        values.append(_write_names(listing.without))
    if listing.since is not None:
        order = ListOrder.OLDEST if order is ListOrder.ARRIVAL else order
        conditions.append(_CHANGED)
        values.append(listing.since)
    where = " ".join(conditions)
    counted = fetch_one(connection, f"SELECT count(*) {where}", values)
    window = (max(listing.limit, 0), max(listing.offset, 0))
    rows = fetch_many(connection, f"SELECT {SHOWN_COLUMNS} {where} {_ORDERS[order]} {_WINDOW}", (*values, *window))
    return [to_entry(row) for row in rows], counted[0] if counted else 0


def _write_names(names: frozenset[str]) -> str:
    return msgspec.json.encode(sorted(names)).decode()
