"""All rows of one owner, as they are in the tables at one moment; nothing is written."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from connector.ports.store_errors import StoreError, Unavailable

_WITH_OWNER = """
SELECT m.name FROM sqlite_schema AS m JOIN pragma_table_info(m.name) AS c
WHERE m.type = 'table' AND c.name = 'owner' ORDER BY m.name
"""
JOURNAL_ENTRIES = "journal_entries"
"""The table whose rows belong to the owner of their journal."""
ENTRIES = """
SELECT e.*, j.id AS journal_id FROM journal_entries AS e JOIN journals AS j ON j.number = e.journal
WHERE j.owner = ? ORDER BY e.journal, e.position
"""
"""The entries of the journals of an owner."""


def read_owned(path: Path, owner: str) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
    """Yield each table with the rows of an owner; read them before the next one. Raises StoreError."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as connection:
            connection.row_factory = sqlite3.Row
            # One snapshot for all tables.
            connection.execute("BEGIN")
            for (table,) in connection.execute(_WITH_OWNER).fetchall():
                rows = connection.execute(f"SELECT * FROM {table} WHERE owner = ?", (owner,))  # noqa: S608 - our schema
                yield table, (dict(row) for row in rows)
            yield JOURNAL_ENTRIES, (dict(row) for row in connection.execute(ENTRIES, (owner,)))
    except sqlite3.Error as fault:
        raise _explain(path, fault) from fault


def _explain(path: Path, fault: sqlite3.Error) -> StoreError:
    return Unavailable(f"The store {path} cannot be read ({fault}): check `store.path` and its disk.")
