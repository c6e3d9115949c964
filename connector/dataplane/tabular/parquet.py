"""Parquet, by pyarrow: batches of rows, with the geometry of GeoParquet as GeoJSON.

A file states the size of its pages itself, so a file that says more than the bounds is refused before a page is read.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa  # type: ignore[import-untyped]  # it has no stubs
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from connector.dataplane.tabular.opened import BATCH, MOST_EXPANDED, MOST_ROWS, OpenedRows, check_fields, read_float
from connector.dataplane.tabular.shapes import read_wkb
from connector.ports.flow import Record, Untreatable
from connector.ports.treatment import Records

_MARK = b"PAR1"


def open_rows(path: Path, _records: Records) -> OpenedRows:
    """Return the rows of a Parquet file. Raises Untreatable."""
    with path.open("rb") as file:
        if file.read(4) != _MARK:
            raise Untreatable("The data is no Parquet: correct the file or its media type.")
    try:
        file = pq.ParquetFile(path, memory_map=False)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Untreatable("The Parquet cannot be read: it is broken or cut off.") from error
    known = file.metadata
    size = sum(known.row_group(at).total_byte_size for at in range(known.num_row_groups))
    if known.num_rows > MOST_ROWS or size > MOST_EXPANDED:
        raise Untreatable(
            f"The Parquet has more than {MOST_ROWS} rows or {MOST_EXPANDED} bytes: offer it in several files."
        )
    fields = check_fields(file.schema_arrow.names, "Parquet")
    shape, crs = _find_geometry(file.schema_arrow.metadata or {})
    return OpenedRows(fields, _batch(file, shape if shape in fields else ""), crs)


def _find_geometry(metadata: dict[bytes, bytes]) -> tuple[str, str]:
    """Return the column with the geometry and its reference system, as GeoParquet 1.1 states them; empty without."""
    try:
        found = msgspec.json.decode(metadata.get(b"geo", b"{}"))
        name = str(found["primary_column"])
        stated = found["columns"][name].get("crs") or {}
        code = stated.get("id", {})
        crs = f"{code['authority']}:{code['code']}" if code else "OGC:CRS84"
    except (msgspec.MsgspecError, UnicodeError, KeyError, TypeError, AttributeError):
        return "", ""
    return name, crs


def _batch(file: Any, shape: str) -> Iterator[list[Record]]:
    try:
        for batch in file.iter_batches(batch_size=BATCH):
            yield [
                {name: read_wkb(value) if name == shape else _to_value(value) for name, value in row.items()}
                for row in batch.to_pylist()
            ]
    except OverflowError as error:
        raise Untreatable(
            "The Parquet has a time outside of the years 1 to 9999, or a duration that is too long: leave it empty."
        ) from error
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Untreatable("The Parquet cannot be read to its end: it is broken.") from error


def _to_value(value: Any) -> Any:
    if isinstance(value, float):
        return read_float(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, list | tuple):
        return [_to_value(one) for one in value]
    if isinstance(value, dict):
        return {str(name): _to_value(one) for name, one in value.items()}
    return value
