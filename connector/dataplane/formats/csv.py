"""Records as CSV (RFC 4180) with a header line, in the encoding of the asset: every value is text.

The delimiter is the asset's, the one of a first line `sep=;` before the header, or the most frequent one of `,` `;` tab
`|` in the header line. A byte order mark and the kind of line end do not change. Spaces before the quote that begins a
value are left out, as is the sign 0x1A at the end, which is of DOS.

Refused are a quote inside a value that is not between quotes (RFC 4180, section 2, number 5), a line with more or fewer
values than the header, a field of more than 128 KiB, and a column that occurs twice: neither the end nor the name of a
value is ever guessed.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain, islice
from typing import Any, Literal

from connector.dataplane.formats.quotes import count_lines, drop_spaces, find_stray_quote
from connector.dataplane.formats.values import to_text, write_number
from connector.ports.flow import Record, Untreatable
from connector.ports.treatment import Records

LONGEST_RECORD = 1024 * 1024
MOST_FIELDS = 2_000
DELIMITERS = ",;\t|"
_MARK = "\ufeff"
_END = "\x1a"
"""The sign with which programs of DOS end a file."""
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
        self._enough = 0
        self._begun = False
        self._mark = False
        self.line_end = "\n"
        self._lines = 0
        self._written_fields: tuple[str, ...] = ()

    def read(self, piece: bytes) -> list[Record]:
        """Return the records that are complete with this piece. Raises Untreatable."""
        return self.read_text(self.decode(piece))

    def read_text(self, text: str) -> list[Record]:
        """Return the records that are complete with this text, which follows the one before. Raises Untreatable."""
        self._rest += text
        if len(self._rest) < self._enough:
            return []
        found = self._parse(self._rest.rfind("\n") + 1)
        if len(self._rest) > LONGEST_RECORD:
            reason = f"A record of the CSV has more than {LONGEST_RECORD} characters"
            raise Untreatable(f"{reason}: check for a quote that is not closed.")
        # What is left is read again when it is twice as long, so that one long record costs no more than many.
        self._enough = min(2 * len(self._rest), LONGEST_RECORD + 1)
        return found

    def end(self) -> list[Record]:
        """Return the records after the last line end. Raises Untreatable without a header line."""
        self._rest = (self._rest + self.decode(b"", final=True)).rstrip(_END)
        found = self._parse(len(self._rest), final=True) if self._rest else []
        if self.fields is None:
            raise Untreatable("The CSV is empty: expected a header line with the names of the fields.")
        return found

    def give_back(self) -> str:
        """Return the text that was read and belongs to no record yet; it has to be read again."""
        rest, self._rest, self._enough = self._rest, "", 0
        return rest

    def skip_lines(self, count: int) -> None:
        """Count lines that were read elsewhere, so that the numbers of the following ones are right."""
        self._lines += count

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

    def decode(self, piece: bytes, *, final: bool = False) -> str:
        """Return the text of the bytes that follow. Raises Untreatable for another encoding."""
        try:
            return self._decoder.decode(piece, final)
        except UnicodeDecodeError as error:
            raise Untreatable(
                f"The CSV is not in the encoding {self._encoding}: state the right one, such as windows-1252."
            ) from error

    def _parse(self, length: int, *, final: bool = False) -> list[Record]:
        """Read the records in the first characters of the rest, which end with a line; one that goes on stays there."""
        if self.fields is None:
            length -= self._skip_mark(length, final)
            if not self._find_dialect(self._rest[:length], final):
                return []
        found = []
        length = self._check_quotes(length)
        lines = _Lines(self._rest[:length])
        reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
        end, before = length, 0
        try:
            for row in reader:
                before = reader.line_num
                if not row:
                    continue
                if self.fields is None:
                    self.fields = _read_header(row)
                    continue
                if len(row) != len(self.fields):
                    raise Untreatable(
                        f"Line {self._lines + before} of the CSV has {len(row)} values, "
                        f"its header has {len(self.fields)} names."
                    )
                found.append(dict(zip(self.fields, row, strict=True)))
        except csv.Error as error:
            if final or not lines.ended:
                # The record begins here: a quote that is not closed is not in the line that is one too many.
                raise Untreatable(f"Line {self._lines + before + 1} of the CSV cannot be read: {error}.") from error
            end = lines.measure(before)
        self._lines += before
        self._rest = self._rest[end:]
        return found

    def _check_quotes(self, length: int) -> int:
        """Leave out the spaces before quotes of the first characters; return how many these are then."""
        text = self._rest[:length]
        stray = find_stray_quote(text, self.delimiter) if '"' in text else None
        if stray is None:
            return length
        closer = text if self.delimiter == " " else drop_spaces(text, self.delimiter)
        if find_stray_quote(closer, self.delimiter) is not None:
            line = self._lines + count_lines(text[:stray]) + 1
            raise Untreatable(
                f"Line {line} of the CSV cannot be read: a quote stands inside a value; "
                "put the value between quotes and write each quote inside of it twice."
            )
        self._rest = closer + self._rest[length:]
        return len(closer)

    def _skip_mark(self, length: int, final: bool) -> int:
        """Remove a byte order mark and a line that names the delimiter; return how many characters they had."""
        if self._begun or not (length or final):
            return 0
        before, self._begun = len(self._rest), True
        if self._rest.startswith(_MARK):
            self._mark, self._rest = True, self._rest[1:]
        if found := _SEPARATOR.match(self._rest):
            self.delimiter, self._rest = self.delimiter or found[1], self._rest[found.end() :]
            self._lines += 1
        return before - len(self._rest)

    def _find_dialect(self, lines: str, final: bool) -> bool:
        """Detect the delimiter and the line end in the header; return False as long as it may go on."""
        found = {sign: _find_header(lines, sign) for sign in self.delimiter or DELIMITERS}
        if None in found.values() and not final and len(self._rest) <= LONGEST_RECORD:
            return False
        first = lines[: lines.find("\n") + 1] or lines
        heads = {sign: head for sign, head in found.items() if head} or dict.fromkeys(found, (0, first))
        self.delimiter = max(heads, key=lambda sign: (heads[sign][0], first.count(sign)))
        self.line_end = "\r\n" if heads[self.delimiter][1].endswith("\r\n") else "\n"
        return True

    def _to_cell(self, value: Any) -> str:
        return write_number(value, self._decimal) if isinstance(value, Decimal) else to_text(value)

    def _write_rows(self, rows: Iterable[Sequence[str]]) -> bytes:
        listed = list(rows)
        lines = self._write_lines(listed, csv.QUOTE_MINIMAL)
        if "\r" in lines and "\r" not in self.line_end:
            # Many readers end a line at a single carriage return, and not every writer quotes it.
            lines = "".join(self._write_lines([row], _choose_quoting(row)) for row in listed)
        return self.encode(lines)

    def encode(self, lines: str) -> bytes:
        """Return the bytes of lines. Raises Untreatable for a character that the encoding of the data lacks."""
        try:
            return self._encoder.encode(lines)
        except UnicodeEncodeError as error:
            raise Untreatable(
                f"A value cannot be written in the encoding {self._encoding}: convert the data to UTF-8."
            ) from error

    def _write_lines(self, rows: Sequence[Sequence[str]], quoting: Literal[0, 1]) -> str:
        lines = io.StringIO(newline="")
        csv.writer(lines, delimiter=self.delimiter, lineterminator=self.line_end, quoting=quoting).writerows(rows)
        return lines.getvalue()


def _choose_quoting(row: Sequence[str]) -> Literal[0, 1]:
    return csv.QUOTE_ALL if any("\r" in value for value in row) else csv.QUOTE_MINIMAL


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


class _Lines:
    """The lines of a text for a reader, and whether it asked for more of them than there are."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        return chain(io.StringIO(self._text, newline=""), self._end())

    def measure(self, count: int) -> int:
        """Return how many characters the first lines have."""
        return sum(map(len, islice(io.StringIO(self._text, newline=""), count)))

    def _end(self) -> Iterator[str]:
        self.ended = True
        yield from ()


def _find_header(text: str, delimiter: str) -> tuple[int, str] | None:
    """Return how many names the first record has and its text; no names if it is broken, None if it may go on."""
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        names = next((len(row) for row in reader if row), None)
    except csv.Error:
        names = None if lines.ended else 0
    return None if names is None else (names, text[: lines.measure(reader.line_num)])
