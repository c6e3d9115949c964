"""Rows as a workbook of Excel by XlsxWriter: one sheet, names in the first row, texts never read as formulas."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # it has no stubs

from connector.dataplane.forms.choice import BadChoice
from connector.dataplane.forms.held import HeldRows
from connector.dataplane.forms.typed import convert_all, find_kind
from connector.dataplane.forms.writing import Layout, RowCount, ShapedRow
from connector.dataplane.tabular.shapes import to_wkt

# The same rows are the same bytes at any time: who asks for a range of them, or goes on later, gets parts of one file.
_CREATED = datetime(1980, 1, 1, tzinfo=UTC)
_MOST_ROWS, _MOST_COLUMNS, _LONGEST = 1_048_575, 16_384, 32_767


class ExcelForm:
    """Writes one workbook at the end."""

    def __init__(self) -> None:
        self._held = HeldRows("excel")

    def begin(self, layout: Layout) -> bytes:
        """Return nothing yet. Raises BadChoice for more columns than a sheet has."""
        if len(layout.columns) > _MOST_COLUMNS:
            raise BadChoice(f"A sheet has at most {_MOST_COLUMNS} columns: choose fewer.")
        self._held.begin(layout)
        return b""

    def write(self, rows: Sequence[ShapedRow]) -> bytes:
        """Hold rows. Raises BadChoice for more rows than a sheet has."""
        self._held.add(rows)
        if len(self._held.shapes) > _MOST_ROWS:
            raise BadChoice(f"A sheet has at most {_MOST_ROWS} rows: choose csv, or fewer rows.")
        return b""

    def end(self, _found: RowCount) -> bytes:
        """Return the workbook."""
        held, made = self._held, io.BytesIO()
        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        book = xlsxwriter.Workbook(made, options)
        book.set_properties({"created": _CREATED})
        sheet = book.add_worksheet("data")
        for at, name in enumerate(held.layout.columns):
            sheet.write_string(0, at, name[:_LONGEST])
            if name == held.layout.geometry:
                values: list[Any] = ["" if shape is None else to_wkt(shape) for shape in held.shapes]
            else:
                values = convert_all(held.columns[name], find_kind(held.columns[name], held.layout.has_point(name)))
            for row, value in enumerate(values, 1):
                if isinstance(value, str):
                    sheet.write_string(row, at, _check(value))
                elif isinstance(value, bool):
                    sheet.write_boolean(row, at, value)
                elif value is not None:
                    sheet.write_number(row, at, value)
        sheet.freeze_panes(1, 0)
        book.close()
        return made.getvalue()


def _check(text: str) -> str:
    if len(text) > _LONGEST:
        raise BadChoice(f"A text has more than {_LONGEST} characters, which a cell of Excel cannot hold: choose csv.")
    return text
