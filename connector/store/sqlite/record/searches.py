"""The sums of searches by day, in the broker's record."""

import sqlite3
from collections.abc import Sequence

import msgspec

from connector.ports.search_days import DAYS_KEPT, SearchDay, add_searches
from connector.store.sqlite.engine.rows import fetch_many

_DAY = "SELECT body FROM search_days WHERE day = ?"
_DAYS = "SELECT body FROM search_days WHERE day >= ? ORDER BY day"
_PUT_DAY = "INSERT INTO search_days (day, body) VALUES (?, ?) ON CONFLICT (day) DO UPDATE SET body = excluded.body"
_FORGET_DAYS = "DELETE FROM search_days WHERE day <= ?"

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(SearchDay).decode


def add_day(connection: sqlite3.Connection, counted: SearchDay) -> None:
    """Add to the sums of a day, and forget those of days that are 90 days older or more."""
    row = connection.execute(_DAY, (counted.day,)).fetchone()
    whole = add_searches(_decode(row[0]) if row else SearchDay(day=counted.day), counted)
    connection.execute(_PUT_DAY, (whole.day, _encode(whole)))
    connection.execute(_FORGET_DAYS, (counted.day - DAYS_KEPT,))


def list_days(connection: sqlite3.Connection, since: int) -> Sequence[SearchDay]:
    """Return the sums of the days from a day on, the oldest first."""
    return [_decode(body) for (body,) in fetch_many(connection, _DAYS, (since,))]
