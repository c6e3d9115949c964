"""Records as CSV (RFC 4180) with a header line, in the encoding of the asset: every value is text.

The delimiter is the asset's, the one of a first line `sep=;` before the header, or the most frequent one of `,` `;` tab
`|` in the header line. A byte order mark and the kind of line end do not change.

Refused are a line with more or fewer values than the header, a field of more than 128 KiB, and a column that occurs
twice: the name of a value is never guessed.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Literal

from connector.dataplane.formats.values import to_text, write_number
from connector.ports.flow import Record, Untreatable
from connector.ports.treatment import Records

LONGEST_RECORD = 1024 * 1024
MOST_FIELDS = 2_000
DELIMITERS = ",;\t|"
_MARK = "\ufeff"
_SEPARATOR = re.compile(r'"?sep=([,;\t|])"?\r?\n', re.IGNORECASE)


class Csv:
    """Reads and writes one table; `fields` is None before the header line was read."""

    def __init__(self, records: Records) -> None:
        self.fields: tuple[str, ...] | None = None
        self.delimiter = records.delimiter
        self._encoding = records.encoding or "utf-8"
        self._decimal = records.decimal or "."
        self._decoder = codecs.getincrementaldecoder(self._encoding)()
        self._encoder = codecs.getincrementalencoder(self._encoding)()
        self._rest = ""
        self._mark = False
        self._line_end = "\n"
        self._lines = 0
        self._written_fields: tuple[str, ...] = ()

    def read(self, piece: bytes) -> list[Record]:
        """Return the records that are complete with this piece. Raises Untreatable."""
        self._rest += self._decode(piece)
        end = _find_last_end(self._rest)
        if len(self._rest) - end > LONGEST_RECORD:
            reason = f"A record of the CSV has more than {LONGEST_RECORD} characters"
            raise Untreatable(f"{reason}: check for a quote that is not closed.")
        complete, self._rest = self._rest[:end], self._rest[end:]
        return self._parse(complete) if complete else []

    def end(self) -> list[Record]:
        """Return the records after the last line end. Raises Untreatable without a header line."""
        self._rest += self._decode(b"", final=True)
        found = self._parse(self._rest) if self._rest else []
        self._rest = ""
        if self.fields is None:
            raise Untreatable("The CSV is empty: expected a header line with the names of the fields.")
        return found

    def write_head(self, fields: tuple[str, ...], /) -> bytes:
        """Return the header line; the records written after it have these fields."""
        self._written_fields = fields
        mark = self._encoder.encode(_MARK) if self._mark else b""
        return mark + self._write_rows([fields])

    def write(self, records: Iterable[Record]) -> bytes:
        """Return records as lines."""
        names = self._written_fields
        values = ([record.get(name) for name in names] for record in records)
        return self._write_rows(
            [value if type(value) is str else self._to_cell(value) for value in row] for row in values
        )

    def write_tail(self) -> bytes:
        """Return the bytes after the records: none."""
        return b""

    def _decode(self, piece: bytes, *, final: bool = False) -> str:
        try:
            return self._decoder.decode(piece, final)
        except UnicodeDecodeError as error:
            raise Untreatable(
                f"The CSV is not in the encoding {self._encoding}: state the right one, such as windows-1252."
            ) from error

    def _parse(self, complete: str) -> list[Record]:
        if self.fields is None:
            complete = self._begin(complete)
        reader = csv.reader(io.StringIO(complete, newline=""), delimiter=self.delimiter, strict=True)
        found = []
        try:
            for row in reader:
                if not row:
                    continue
                if self.fields is None:
                    self.fields = _read_header(row)
                    continue
                if len(row) != len(self.fields):
                    line = self._lines + reader.line_num
                    raise Untreatable(
                        f"Line {line} of the CSV has {len(row)} values, its header has {len(self.fields)} names."
                    )
                found.append(dict(zip(self.fields, row, strict=True)))
        except csv.Error as error:
            raise Untreatable(f"Line {self._lines + reader.line_num} of the CSV cannot be read: {error}.") from error
        self._lines += reader.line_num
        return found

    def _begin(self, complete: str) -> str:
        """Detect byte order mark, line end and delimiter in the first lines; return the lines without the mark."""
        if complete.startswith(_MARK):
            self._mark, complete = True, complete[1:]
        if found := _SEPARATOR.match(complete):
            self.delimiter, complete = self.delimiter or found[1], complete[found.end() :]
            self._lines += 1
        header = complete[: _find_first_end(complete)]
        self._line_end = "\r\n" if header.endswith("\r\n") else "\n"
        unquoted = "".join(header.split('"')[::2])
        self.delimiter = self.delimiter or max(DELIMITERS, key=unquoted.count)
        return complete

    def _to_cell(self, value: Any) -> str:
        return write_number(value, self._decimal) if isinstance(value, Decimal) else to_text(value)

    def _write_rows(self, rows: Iterable[Sequence[str]]) -> bytes:
        listed = list(rows)
        lines = self._write_lines(listed, csv.QUOTE_MINIMAL)
        if "\r" in lines and "\r" not in self._line_end:
            # Many readers end a line at a single carriage return, and the writer does not quote it.
            lines = self._write_lines(listed, csv.QUOTE_ALL)
        try:
            return self._encoder.encode(lines)
        except UnicodeEncodeError as error:
            raise Untreatable(
                f"A value cannot be written in the encoding {self._encoding}: convert the data to UTF-8."
            ) from error

    def _write_lines(self, rows: Sequence[Sequence[str]], quoting: Literal[0, 1]) -> str:
        lines = io.StringIO(newline="")
        csv.writer(lines, delimiter=self.delimiter, lineterminator=self._line_end, quoting=quoting).writerows(rows)
        return lines.getvalue()


def _read_header(row: list[str]) -> tuple[str, ...]:
    if len(row) > MOST_FIELDS:
        raise Untreatable(f"The CSV has more than {MOST_FIELDS} fields: offer fewer.")
    if row.count("") > 1:
        raise Untreatable(
            "The header line of the CSV has columns without a name: the first line has to name all columns."
        )
    if len(set(row)) != len(row):
        raise Untreatable("The header line of the CSV has a name twice: rename one of the fields.")
    return tuple(row)


def _find_last_end(lines: str) -> int:
    """Return the end of the last complete record: after a line end that is not between quotes."""
    end = lines.rfind("\n") + 1
    inside = lines.count('"', 0, end) % 2
    while inside:
        earlier = lines.rfind("\n", 0, end - 1) + 1
        inside ^= lines.count('"', earlier, end) % 2
        end = earlier
    return end


def _find_first_end(lines: str) -> int:
    end = lines.find("\n") + 1
    while end and lines.count('"', 0, end) % 2:
        end = lines.find("\n", end) + 1
    return end or len(lines)
