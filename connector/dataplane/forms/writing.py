"""What every form is written from: rows with their geometry, and the layout of the table."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from connector.dataplane.tabular.opened import GEOMETRY
from connector.ports.flow import Record


class Layout(NamedTuple):
    """The columns of a table, the one of its geometry (None without), and the reference system of coordinates.

    If `shaped`, the geometry comes from several columns and has none of its own. `decimal` and `thousands` are the
    signs of numbers that are texts, in the columns of `certain`; elsewhere a number may be written in another way. If
    `fixed`, a row has no other columns.
    """

    columns: tuple[str, ...]
    geometry: str | None = None
    shaped: bool = False
    crs: str = ""
    decimal: str = ""
    thousands: str = ""
    certain: tuple[str, ...] = ()
    fixed: bool = True

    def has_point(self, column: str) -> bool | None:
        """Return whether a point in a number of a column stands before its decimals; None if that is not certain."""
        return self.decimal == "." if column in self.certain else None


class ShapedRow(NamedTuple):
    """A row with its geometry, if it has one, and its number among the treated rows, from 1."""

    values: Record
    shape: Any = None
    number: int = 0


class RowCount(NamedTuple):
    """What a form knows at its end: the rows that matched, those that were written, and whether that was all.

    `matched` is None if not all rows were read.
    """

    matched: int | None
    written: int
    complete: bool


class FormWriter(Protocol):
    """Writes one table. Each method can raise BadChoice."""

    def begin(self, layout: Layout) -> bytes:
        """Return the bytes before the rows."""

    def write(self, rows: Sequence[ShapedRow]) -> bytes:
        """Return rows as bytes; nothing if the form is written at its end."""

    def end(self, found: RowCount) -> bytes:
        """Return the bytes after the rows."""


def list_plain(layout: Layout) -> tuple[str, ...]:
    """Return the columns without the one of the geometry."""
    return tuple(name for name in layout.columns if name != layout.geometry)


def name_geometry(layout: Layout) -> str:
    """Return the name that the geometry has in a form with a column of its own for it."""
    return GEOMETRY if layout.geometry is None else layout.geometry
