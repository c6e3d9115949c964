"""Rows as JSON: an array of objects, one object a line, or a FeatureCollection of GeoJSON (RFC 7946).

A value is written as the data has it: a text of a CSV stays a text.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from connector.dataplane.formats.values import write_unread
from connector.dataplane.forms.writing import Layout, RowCount, ShapedRow, list_plain
from connector.dataplane.tabular.opened import GEOMETRY
from connector.ports.flow import PERSON, Record

encode_values = msgspec.json.Encoder(decimal_format="number", enc_hook=write_unread).encode


def list_values(row: ShapedRow, layout: Layout, columns: Sequence[str]) -> Record:
    """Return the values of a row by column; a row of data without fixed columns keeps what it has."""
    if layout.fixed:
        return {name: row.values.get(name) for name in columns}
    return {name: value for name, value in row.values.items() if name not in {PERSON, layout.geometry}}


class JsonForm:
    """Writes an array of objects, or with `lines` an object a line."""

    def __init__(self, *, lines: bool = False) -> None:
        self._lines = lines
        self._first = True
        self._layout = Layout(())

    def begin(self, layout: Layout) -> bytes:
        """Return the begin of the array."""
        self._layout = layout
        return b"" if self._lines else b"["

    def write(self, rows: Sequence[ShapedRow]) -> bytes:
        """Return rows as objects."""
        layout = self._layout
        made = []
        for row in rows:
            values = list_values(row, layout, layout.columns)
            if layout.geometry is not None:
                values[layout.geometry] = _write_shape(row.shape)
            made.append(encode_values(values))
        if self._lines:
            return b"".join(line + b"\n" for line in made)
        if not made:
            return b""
        begin, self._first = b"\n" if self._first else b",\n", False
        return begin + b",\n".join(made)

    def end(self, _found: RowCount) -> bytes:
        """Return the end of the array."""
        return b"" if self._lines else b"\n]\n"


class GeoJsonForm:
    """Writes a FeatureCollection; if `numbered`, the identifier of a feature is the number of its row."""

    def __init__(self, *, numbered: bool = False) -> None:
        self._numbered = numbered
        self._first = True
        self._layout = Layout(())
        self._columns: tuple[str, ...] = ()

    def begin(self, layout: Layout) -> bytes:
        """Return the begin of the collection."""
        self._layout, self._columns = layout, list_plain(layout)
        return b'{"type":"FeatureCollection","features":['

    def write(self, rows: Sequence[ShapedRow]) -> bytes:
        """Return rows as features."""
        made = []
        for row in rows:
            feature = make_feature(row, self._layout, self._columns)
            made.append(encode_values({**feature, "id": row.number} if self._numbered else feature))
        if not made:
            return b""
        begin, self._first = b"\n" if self._first else b",\n", False
        return begin + b",\n".join(made)

    def end(self, _found: RowCount) -> bytes:
        """Return the end of the collection."""
        return b"\n]}\n"


def make_feature(row: ShapedRow, layout: Layout, columns: Sequence[str]) -> dict[str, Any]:
    """Return a row as a Feature."""
    return {
        "type": "Feature",
        GEOMETRY: None if row.shape is None else _write_shape(row.shape),
        "properties": list_values(row, layout, columns),
    }


def _write_shape(shape: Any) -> Any:
    # A row has a shape only where the extra `forms` is installed.
    from connector.dataplane.tabular.shapes import to_geojson

    return to_geojson(shape)
