"""Rows as Parquet by pyarrow, with the geometry as GeoParquet 1.1 states it."""

import io
from collections.abc import Sequence

import msgspec
import pyarrow as pa  # type: ignore[import-untyped]  # it has no stubs
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from connector.dataplane.forms.choice import CRS84
from connector.dataplane.forms.held import HeldRows
from connector.dataplane.forms.places import describe_crs
from connector.dataplane.forms.typed import convert_all, find_kind
from connector.dataplane.forms.writing import Layout, RowCount, ShapedRow, name_geometry
from connector.dataplane.tabular.shapes import to_wkb

_TYPES = {"whole": pa.int64(), "number": pa.float64(), "truth": pa.bool_(), "text": pa.string()}


class ParquetForm:
    """Writes one Parquet file at the end."""

    def __init__(self) -> None:
        self._held = HeldRows("parquet")

    def begin(self, layout: Layout) -> bytes:
        """Return nothing yet."""
        self._held.begin(layout)
        return b""

    def write(self, rows: Sequence[ShapedRow]) -> bytes:
        """Hold rows."""
        self._held.add(rows)
        return b""

    def end(self, _found: RowCount) -> bytes:
        """Return the file."""
        held = self._held
        arrays, metadata = {}, {}
        for name, values in held.columns.items():
            kind = find_kind(values, held.layout.has_point(name))
            arrays[name] = pa.array(convert_all(values, kind), type=_TYPES[kind])
        if held.layout.geometry is not None or held.layout.shaped:
            name = name_geometry(held.layout)
            shapes = [None if shape is None else to_wkb(shape) for shape in held.shapes]
            arrays[name] = pa.array(shapes, type=pa.binary())
            metadata = {"geo": _describe(name, held.layout.crs)}
        table = pa.table(arrays).replace_schema_metadata(metadata)
        made = io.BytesIO()
        pq.write_table(table, made, compression="zstd")
        return made.getvalue()


def _describe(name: str, crs: str) -> bytes:
    column: dict[str, object] = {"encoding": "WKB", "geometry_types": []}
    if crs != CRS84:
        # Without the member it would be WGS 84; null says that it is unknown (GeoParquet 1.1).
        column["crs"] = describe_crs(crs)
    return msgspec.json.encode({"version": "1.1.0", "primary_column": name, "columns": {name: column}})
