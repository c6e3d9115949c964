"""Sends the statements of a batch together: those of one text, of many groups, in one round trip.

A chapter that writes seldom reads a result. It asks at most how many rows it has changed, and expects one. So a
statement without rows is kept, the chapter hears what it hopes for, and the statement is sent before the next read, or
at the end of the batch. If a row was not changed after all, or could not be, the batch is taken back and each group
runs again with every answer (`writer`): the chapters decide as they do in SQLite.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from connector.store.postgres.statements.connection import PostgresConnection, StatementResult
from connector.store.postgres.statements.dialect import name_tables, returns_rows


class HopeDisappointed(Exception):
    """A kept statement did not change the row that its chapter relies on."""


@dataclass
class KeptStatement:
    """Rows for one text, in order; `counted` if a chapter relies on each of them to change a row."""

    text: str
    rows: list[Sequence[Any]]
    counted: bool = False


class HopefulResult(StatementResult):
    """The result of a statement that is kept."""

    def __init__(self, kept: KeptStatement) -> None:
        super().__init__([], 1)
        self._kept = kept

    @property
    def rowcount(self) -> int:
        """One row; whether that is so is seen when the statement is sent."""
        self._kept.counted = True
        return 1


class GatheringConnection:
    """Keeps statements without rows until `send`, or until a statement reads."""

    def __init__(self, direct: PostgresConnection) -> None:
        self._direct = direct
        self._kept: list[KeptStatement] = []

    def execute(self, statement: str, values: Sequence[Any] = ()) -> StatementResult:
        """Keep a statement, or send what is kept and then one that reads. Raises as the connection, and `send`."""
        text = self._direct.speak(statement)
        if returns_rows(text):
            self.send()
            return self._direct.execute(statement, values)
        kept = self._find_place(text)
        kept.rows.append(values)
        return HopefulResult(kept)

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Keep a statement with its rows."""
        if listed := list(rows):
            self._find_place(self._direct.speak(statement)).rows.extend(listed)

    def _find_place(self, text: str) -> KeptStatement:
        """Return where a text joins: its kept twin, unless a later one has to do with the same tables."""
        tables = _name_tables(text)
        for kept in reversed(self._kept):
            if kept.text == text:
                return kept
            if not tables.isdisjoint(_name_tables(kept.text)):
                break
        new = KeptStatement(text, [])
        self._kept.append(new)
        return new

    def send(self) -> None:
        """Send what is kept, in order. Raises as the connection, and HopeDisappointed."""
        kept, self._kept = self._kept, []
        for statement in kept:
            if not statement.counted:
                self._direct.send_rows(statement.text, statement.rows)
            elif self._direct.count_rows(statement.text, statement.rows) != len(statement.rows):
                raise HopeDisappointed


_name_tables: Callable[[str], frozenset[str]] = cache(name_tables)
