"""The rows of an input, as texts by column, in batches: whatever format they come in."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import msgspec

from connector.dataplane.formats.signatures import find_encoding
from connector.dataplane.formats.values import read_raw, to_text
from connector.dataplane.tabular.opened import check_fields
from connector.dataplane.treating.reader import make_reader
from connector.ports.flow import Record, Untreatable
from connector.ports.treatment import Records
from connector.views.assets import STREAMED

TextRow = dict[str, str]
MOST_ROWS = 5_000_000
_SAMPLE = 1024 * 1024
_EMPTY = "The data of an input has no rows and no header: check its source."


class RowTable(NamedTuple):
    """Columns, and rows that have exactly these."""

    columns: tuple[str, ...]
    batches: Iterable[list[TextRow]]


def read_rows(path: Path, records: Records) -> RowTable:
    """Return the rows of a file. Raises Untreatable, also while they are read."""
    if records.format == "csv" and not records.encoding:
        with path.open("rb") as file:
            encoding = find_encoding(file.read(_SAMPLE))
        records = msgspec.structs.replace(records, encoding=encoding or "utf-8")
    if records.format in STREAMED and records.format != "csv":
        # An object can have members that the first one lacks, so that all are looked at before the first row.
        seen = dict.fromkeys(name for batch in _read(path, records)[1] for record in batch for name in record)
        columns = check_fields(tuple(seen), "JSON")
        batches = _read(path, records)[1]
    else:
        fields, batches = _read(path, records)
        columns = fields()
    if not columns:
        raise Untreatable(_EMPTY)
    return RowTable(columns, _to_texts(batches, columns))


def _read(path: Path, records: Records) -> tuple[Callable[[], tuple[str, ...]], Iterator[list[Record]]]:
    """Return what reads the fields, and the records; the first batch is read at once."""
    reader = make_reader(records, 0, None)

    def pull() -> Iterator[list[Record]]:
        with path.open("rb") as file:
            while piece := file.read(reader.piece):
                for batch in reader.read(piece):
                    yield list(batch)
            for batch in reader.end():
                yield list(batch)

    batches = pull()
    first = next(batches, [])
    return (lambda: reader.fields or ()), chain((first,), batches)


def _to_texts(batches: Iterable[list[Record]], columns: tuple[str, ...]) -> Iterator[list[TextRow]]:
    for batch in batches:
        if batch:
            yield [{name: write_cell(record.get(name)) for name in columns} for record in batch]


def write_cell(value: object) -> str:
    """Return a value as the text of a cell.

    >>> write_cell(True), write_cell(None), write_cell("007")
    ('true', '', '007')
    """
    value = read_raw(value)
    return ("true" if value else "false") if isinstance(value, bool) else to_text(value)
