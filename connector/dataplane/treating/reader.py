"""The reader of the records of one delivery: as tables on the engine, or one by one with the codec of the format.

The engine loads with the first table. It is an extra: without it, and for small data, records are read one by one.
"""

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from typing import Protocol

from connector.dataplane.formats.csv import Csv
from connector.dataplane.formats.json_pieces import JsonPieces
from connector.dataplane.formats.tables import RecordTable
from connector.ports.flow import Record
from connector.ports.treatment import Records
from connector.views.assets import STREAMED

PIECE = 64 * 1024
LARGE = 256 * 1024
"""The size in bytes from which a CSV is read as tables: below, to load the engine costs more than it saves."""


class RowWriter(Protocol):
    """Writes the records of one delivery. Each method can raise Untreatable."""

    def write_head(self, fields: tuple[str, ...], /) -> bytes:
        """Return the bytes before the records, which then have these fields."""

    def write(self, records: Iterable[Record], /) -> bytes:
        """Return records as bytes; a table is an iterable of records too."""

    def write_tail(self) -> bytes:
        """Return the bytes after the records."""


class RecordReader(RowWriter, Protocol):
    """Reads and writes the records of one delivery. Each method can raise Untreatable."""

    @property
    def piece(self) -> int:
        """The size in bytes of the pieces to read."""

    @property
    def fields(self) -> tuple[str, ...] | None:
        """The fields of the header line or of the first record; None before it was read."""

    def read(self, piece: bytes, /) -> Iterator[RecordTable | list[Record]]:
        """Yield the records that are complete with this piece."""

    def end(self) -> Iterator[RecordTable | list[Record]]:
        """Yield the records that are complete with the end of the data."""


class PlainReader:
    """Reads the records of a CSV one by one."""

    piece = PIECE

    def __init__(self, codec: Csv) -> None:
        self._codec = codec
        self.write_head = codec.write_head
        self.write = codec.write
        self.write_tail = codec.write_tail

    @property
    def fields(self) -> tuple[str, ...] | None:
        """The fields of the header line or of the first record; None before it was read."""
        return self._codec.fields

    def read(self, piece: bytes) -> Iterator[RecordTable | list[Record]]:
        """Yield the records that are complete with this piece."""
        for at in range(0, len(piece), PIECE):
            yield self._codec.read(piece[at : at + PIECE])

    def end(self) -> Iterator[RecordTable | list[Record]]:
        """Yield the records that are complete with the end of the data."""
        yield self._codec.end()


def make_reader(records: Records, size: int, large: int | None) -> RecordReader:
    """Return the reader for data in a record format.

    Parameters:
        size: bytes of the data, as far as known; the beginning of the data is enough to choose.
        large: bytes from which a CSV is read as tables; None for never.
    """
    if records.format == "csv" and large is not None and size >= large and find_spec("polars"):
        from connector.dataplane.columns.csv import TableCsv

        return TableCsv(records)
    if records.format not in STREAMED:
        from connector.dataplane.treating.held_file import FileReader

        return FileReader(records)
    return PlainReader(Csv(records)) if records.format == "csv" else JsonPieces(lines=records.format == "ndjson")
