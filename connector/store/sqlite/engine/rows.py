"""How rows are read: one row, some rows, a page. Faults of the disk become `Unavailable`, unknowable keys no row.

Reads run on the event loop's thread: a point read takes some 20 µs from the page cache, less than handing it to a
thread. Every statement is finished before the function returns, so that no read holds up a checkpoint.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from connector.ports.changes import Unavailable
from connector.ports.entities import PageBounds
from connector.store.rules import cursor, place

SqlRow = tuple[Any, ...]


def fetch_one(connection: sqlite3.Connection, statement: str, values: Sequence[object]) -> SqlRow | None:
    """Return the first row, or None. Raises Unavailable if the file cannot be read or is closed."""
    try:
        row: SqlRow | None = connection.execute(statement, values).fetchone()
    except (UnicodeEncodeError, OverflowError):
        return None  # no such key can have been stored
    except sqlite3.Error as fault:
        raise to_unavailable(fault) from fault
    return row


def fetch_many(connection: sqlite3.Connection, statement: str, values: Sequence[object]) -> list[SqlRow]:
    """Return all rows. Raises Unavailable if the file cannot be read or is closed."""
    try:
        return connection.execute(statement, values).fetchall()
    except (UnicodeEncodeError, OverflowError):
        return []
    except sqlite3.Error as fault:
        raise to_unavailable(fault) from fault


def page(
    connection: sqlite3.Connection,
    table: str,
    bounds: PageBounds,
    wanted: Mapping[str, object],
    *,
    order: str = "place",
    columns: str = "body",
    descending: bool = True,
) -> tuple[list[SqlRow], str | None]:
    """Return a page of `columns` and the next cursor, in the order of the unique column `order`.

    `table`, `columns`, `order` and the names in `wanted` are ours and never a caller's; a filter that is None is no
    filter. Raises ValueError for a cursor that is none of ours, else as `many`.
    """
    start = place(bounds, descending=descending)
    filters = {name: value for name, value in wanted.items() if value is not None}
    conditions = [f"{name} = ?" for name in filters]
    conditions.append(f"{order} < ?" if descending else f"{order} > ?")
    parts = ("SELECT", order, ",", columns, "FROM", table, "WHERE", " AND ".join(conditions))
    statement = " ".join((*parts, "ORDER BY", order, "DESC" if descending else "ASC", "LIMIT ?"))
    limit = min(bounds.limit, 2**31)
    rows = fetch_many(connection, statement, [*filters.values(), start, limit + 1])
    shown = rows[:limit]
    return [row[1:] for row in shown], cursor(shown[-1][0]) if len(rows) > limit else None


def to_unavailable(fault: sqlite3.Error) -> Unavailable:
    """Return the error for a read that the file did not answer."""
    return Unavailable(f"The store cannot be read now ({fault}): check its disk and whether it was closed, then retry.")
