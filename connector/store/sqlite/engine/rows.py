"""Read rows: one row, several rows, a page. A fault of the disk is `Unavailable`, an impossible key has no row.

Reads run on the thread of the event loop: a point read takes about 20 µs from the page cache, less than a change of
thread. Each statement is finished before the function returns, so no read delays a checkpoint.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from connector.ports.entities import PageBounds
from connector.ports.store_errors import Unavailable
from connector.store.rules import cursor, place
from connector.store.sqlite.engine.connection import is_damage, note_damage

SqlRow = tuple[Any, ...]


def fetch_one(connection: sqlite3.Connection, statement: str, values: Sequence[object]) -> SqlRow | None:
    """Return the first row, or None. Raises Unavailable if the file cannot be read or is closed."""
    try:
        row: SqlRow | None = connection.execute(statement, values).fetchone()
    except (UnicodeEncodeError, OverflowError):
        return None  # such a key cannot be stored
    except sqlite3.Error as fault:
        raise to_unavailable(connection, fault) from fault
    return row


def fetch_many(connection: sqlite3.Connection, statement: str, values: Sequence[object]) -> list[SqlRow]:
    """Return all rows. Raises Unavailable if the file cannot be read or is closed."""
    try:
        return connection.execute(statement, values).fetchall()
    except (UnicodeEncodeError, OverflowError):
        return []
    except sqlite3.Error as fault:
        raise to_unavailable(connection, fault) from fault


def page(
    connection: sqlite3.Connection,
    table: str,
    bounds: PageBounds,
    wanted: Mapping[str, object],
    *,
    order: str = "place",
    columns: str = "body",
    descending: bool = True,
    fixed: Sequence[str] = (),
    among: tuple[str, Sequence[str]] | None = None,
) -> tuple[list[SqlRow], str | None]:
    """Return a page of `columns` and the next cursor, in the order of the unique column `order`.

    `table`, `columns`, `order`, the names in `wanted` and the conditions `fixed` are constants, never input. A filter
    that is None is ignored. `among` is a column with its wanted values: the rows of each are read in order by an index,
    and merged. Raises ValueError for an unknown cursor, and Unavailable as `fetch_many`.
    """
    start = place(bounds, descending=descending)
    filters = {name: value for name, value in wanted.items() if value is not None}
    conditions = [*fixed, *(f"{name} = ?" for name in filters)]
    conditions.append(f"{order} < ?" if descending else f"{order} > ?")
    values: list[object] = [*filters.values(), start]
    arms: list[list[object]] = [values]
    if among:
        conditions.append(f"{among[0]} = ?")
        arms = [[*values, value] for value in among[1]]
    select = " ".join(("SELECT", order, ",", columns, "FROM", table, "WHERE", " AND ".join(conditions)))
    statement = " UNION ALL ".join([select] * len(arms))
    statement = " ".join((statement, "ORDER BY", order, "DESC" if descending else "ASC", "LIMIT ?"))
    limit = min(bounds.limit, 2**31)
    rows = fetch_many(connection, statement, [*(value for arm in arms for value in arm), limit + 1])
    shown = rows[:limit]
    return [row[1:] for row in shown], cursor(shown[-1][0]) if len(rows) > limit else None


def to_unavailable(connection: sqlite3.Connection, fault: sqlite3.Error) -> Unavailable:
    """Return the error for a failed read; the connection remembers damage of the file."""
    if is_damage(fault):
        return note_damage(connection, fault)
    return Unavailable(f"The store cannot be read now ({fault}): check the disk, then retry.")
