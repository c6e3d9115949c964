"""Rows that are held until the form can be written: forms with types or a directory at their end."""

from collections.abc import Sequence
from typing import Any

from connector.dataplane.formats.values import to_text
from connector.dataplane.forms.choice import BadChoice
from connector.dataplane.forms.typed import to_plain
from connector.dataplane.forms.writing import Layout, ShapedRow, list_plain

MOST_HELD = 64 * 1024 * 1024
MOST_CELLS = 5_000_000


class HeldRows:
    """Holds rows as columns, within bounds of characters and of cells."""

    def __init__(self, form: str) -> None:
        self._form = form
        self._size = self._cells = 0
        self.layout = Layout(())
        self.columns: dict[str, list[Any]] = {}
        self.shapes: list[Any] = []

    def begin(self, layout: Layout) -> None:
        """Begin with the columns of a table."""
        self.layout = layout
        self.columns = {name: [] for name in list_plain(layout)}

    def add(self, rows: Sequence[ShapedRow]) -> None:
        """Hold rows. Raises BadChoice when they are too many, and for a column that the layout lacks."""
        for row in rows:
            if not self.layout.fixed and not row.values.keys() <= set(self.layout.columns):
                raise BadChoice("A row has a field that the table lacks: declare all fields of the asset.")
            for name, column in self.columns.items():
                value = to_plain(row.values.get(name))
                self._size += len(to_text(value)) if isinstance(value, str) else 8
                column.append(value)
            self.shapes.append(row.shape)
            self._cells += len(self.columns) + 1
        if self._size > MOST_HELD or self._cells > MOST_CELLS:
            raise BadChoice(f"The rows are too many for the form {self._form}: choose csv or ndjson, or fewer rows.")
