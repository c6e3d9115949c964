"""A CSV in large pieces: as tables where the engine reads them with certainty, as records anywhere else.

The header line, the encoding and every fault are those of `formats.csv`, which reads whatever is doubted, in pieces as
small as without the engine.
"""

from collections.abc import Iterable, Iterator

from connector.dataplane.columns.reading import read_table
from connector.dataplane.columns.table import ColumnTable, write_table
from connector.dataplane.formats.csv import LONGEST_RECORD, Csv
from connector.dataplane.formats.quotes import find_last_end
from connector.ports.flow import Record
from connector.ports.treatment import Records

PIECE = 2 * 1024 * 1024
_SLICE = 64 * 1024


class TableCsv:
    """Reads and writes one CSV as tables and records."""

    piece = PIECE

    def __init__(self, records: Records) -> None:
        self._plain = Csv(records)
        self._held = ""
        self._written: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...] | None:
        """The fields of the header line; None before it was read."""
        return self._plain.fields

    def read(self, piece: bytes) -> Iterator[ColumnTable | list[Record]]:
        """Yield the records that are complete with this piece. Raises Untreatable."""
        self._held += self._plain.decode(piece)
        yield from self._read_held()

    def end(self) -> Iterator[ColumnTable | list[Record]]:
        """Yield the records after the last line end. Raises Untreatable without a header line."""
        self._held += self._plain.decode(b"", final=True)
        yield from self._read_held()
        rest, self._held = self._held, ""
        for at in range(0, len(rest), _SLICE):
            yield self._plain.read_text(rest[at : at + _SLICE])
        yield self._plain.end()

    def write_head(self, fields: tuple[str, ...], /) -> bytes:
        """Return the header line; the records written after it have these fields."""
        self._written = fields
        return self._plain.write_head(fields)

    def write(self, records: Iterable[Record]) -> bytes:
        """Return records as lines; a table is written as a whole."""
        if not isinstance(records, ColumnTable) or not self._written:
            return self._plain.write(records)
        return self._plain.encode(write_table(records, self._written, self._plain.delimiter, self._plain.line_end))

    def write_tail(self) -> bytes:
        """Return the bytes after the records: none."""
        return b""

    def _read_held(self) -> Iterator[ColumnTable | list[Record]]:
        """Yield the complete records of the text that is held; the rest stays there."""
        fields = self._plain.fields
        while fields is None and self._held:
            head, self._held = self._held[:_SLICE], self._held[_SLICE:]
            yield self._plain.read_text(head)
            if fields := self._plain.fields:
                self._held = self._plain.give_back() + self._held
        end = find_last_end(self._held)
        if fields is None or (not end and len(self._held) <= LONGEST_RECORD):
            return
        text = self._held[:end]
        table = read_table(text, fields, self._plain.delimiter, self._plain.line_end) if end else None
        if table is not None:
            self._held = self._held[end:]
            self._plain.skip_lines(text.count("\n"))
            yield table
            return
        text = text or self._held
        for at in range(0, len(text), _SLICE):
            yield self._plain.read_text(text[at : at + _SLICE])
        self._held = self._plain.give_back() + self._held[len(text) :]
