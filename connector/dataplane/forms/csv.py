"""Rows as CSV (RFC 4180), and as CSV for Excel: with semicolons, decimal commas, a byte order mark and no formulas.

Excel runs what begins like a formula. An apostrophe before it makes it a text; a number stays a number, unless it can
be read in two ways, as `1.234`.
"""

import csv
import io
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from connector.dataplane.formats.values import format_number, is_ambiguous, read_raw, to_number, to_text
from connector.dataplane.forms.choice import BadChoice
from connector.dataplane.forms.writing import Layout, RowCount, ShapedRow
from connector.dataplane.tabular.shapes import to_wkt

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_POINTED = re.compile(r"[+-]?\d*\.\d+(?:[eE][+-]?\d{1,3})?", re.ASCII)
# Figures and their signs alone are no formula.
_PLAIN = re.compile(r"[+-]?[\d.,]*\d(?:[eE][+-]?\d{1,3})?", re.ASCII)
_LONGEST_CELL = 32_767


class CsvForm:
    """Writes CSV in UTF-8; with `safe` as Excel opens it in a German or English Windows."""

    def __init__(self, *, safe: bool = False) -> None:
        self._safe = safe
        self._delimiter = ";" if safe else ","
        self._layout = Layout(())

    def begin(self, layout: Layout) -> bytes:
        """Return the header line."""
        self._layout = layout
        mark = "\ufeff".encode() if self._safe else b""
        return mark + self._write([[self._guard(name) for name in layout.columns]])

    def write(self, rows: Sequence[ShapedRow]) -> bytes:
        """Return rows as lines. Raises BadChoice for a row with a column that the header lacks."""
        layout = self._layout
        names = set(layout.columns)
        lines = []
        for row in rows:
            if not layout.fixed and not row.values.keys() <= names:
                raise BadChoice("A row has a field that the header lacks: declare all fields of the asset.")
            # A text that is no geometry stays out, as in every form: in other coordinates it would be wrong.
            place = "" if row.shape is None else self._guard(to_wkt(row.shape))
            lines.append([place if name == layout.geometry else self._to_cell(row, name) for name in layout.columns])
        return self._write(lines)

    def end(self, _found: RowCount) -> bytes:
        """Return nothing."""
        return b""

    def _to_cell(self, row: ShapedRow, name: str) -> str:
        value: Any = read_raw(row.values.get(name))
        if isinstance(value, bool):
            return "true" if value else "false"
        if not self._safe:
            return to_text(value)
        if isinstance(value, Decimal | int | float):
            return format_number(Decimal(str(value))).replace(".", ",")
        return self._guard(self._write_number(to_text(value), name))

    def _write_number(self, text: str, name: str) -> str:
        """Return a number that is a text as a German Excel reads it: with a comma, and without groups by commas."""
        layout = self._layout
        point = layout.has_point(name)
        if point and layout.thousands and to_number(text, ".", layout.thousands) is not None:
            text = text.replace(layout.thousands, "")
        if point is None and is_ambiguous(text):
            # Beside numbers with a comma, 1.234 has thousands; else nobody knows, and it stays a text.
            return text if layout.decimal == "," else f"'{text}"
        return text.replace(".", ",") if point is not False and _POINTED.fullmatch(text) else text

    def _guard(self, text: str) -> str:
        if not self._safe:
            return text
        if _PLAIN.fullmatch(text):
            return text
        guarded = f"'{text}" if text.lstrip(" \u00a0").startswith(_FORMULA) else text
        if len(guarded) > _LONGEST_CELL:
            raise BadChoice(
                f"A text has more than {_LONGEST_CELL} characters, which a cell of Excel cannot hold: choose csv."
            )
        return guarded

    def _write(self, rows: Sequence[Sequence[str]]) -> bytes:
        lines = io.StringIO(newline="")
        csv.writer(lines, delimiter=self._delimiter, lineterminator="\r\n").writerows(rows)
        return lines.getvalue().encode("utf-8", "replace")
