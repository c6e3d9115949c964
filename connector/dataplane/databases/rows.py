"""Rows of a database, each as a JSON object, become CSV, a JSON array, or one JSON object a line."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence

import msgspec

from connector.dataplane.databases.query import QueryFormat
from connector.ports.flow import Cause, SourceError

_PIECE = 64 * 1024
_decode_row = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_decode_text = msgspec.json.Decoder(str).decode


async def write_rows(
    batches: AsyncIterator[Sequence[bytes]], columns: Sequence[str], form: QueryFormat, most_rows: int
) -> AsyncIterator[bytes]:
    """Yield rows in a form, in pieces. Raises SourceError at the first row that is one too many."""
    piece, count = bytearray(_begin(columns, form)), 0
    async for batch in batches:
        if count + len(batch) > most_rows:
            raise SourceError(
                f"The table has more than {most_rows} rows for this request: "
                "raise `most_rows` of the asset, or narrow its parameters.",
                Cause.UNAVAILABLE,
            )
        piece += _write(batch, columns, form, is_first=count == 0)
        count += len(batch)
        if len(piece) >= _PIECE:
            yield bytes(piece)
            piece.clear()
    if form == "json":
        piece += b"\n]\n" if count else b"]\n"
    if piece:
        yield bytes(piece)


def _begin(columns: Sequence[str], form: QueryFormat) -> bytes:
    return _write_lines([columns]) if form == "csv" else b"[" if form == "json" else b""


def _write(batch: Sequence[bytes], columns: Sequence[str], form: QueryFormat, *, is_first: bool) -> bytes:
    if form == "csv":
        return _write_lines([_read_cells(row, columns) for row in batch])
    # The text of a column of JSON may contain line breaks between its members.
    rows = [row.replace(b"\n", b" ").replace(b"\r", b" ") for row in batch]
    if form == "ndjson":
        return b"".join(row + b"\n" for row in rows)
    return b"".join((b"\n" if is_first and not number else b",\n") + row for number, row in enumerate(rows))


def _write_lines(lines: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    return text.getvalue().encode("utf-8", "replace")


def _read_cells(row: bytes, columns: Sequence[str]) -> list[str]:
    """Return the values of a row as text: a number as it is written, nothing for null, JSON for what is nested."""
    members = _decode_row(row)
    return [_show(bytes(members.get(name, msgspec.Raw(b"null")))) for name in columns]


def _show(value: bytes) -> str:
    if value == b"null":
        return ""
    return _decode_text(value) if value[:1] == b'"' else value.decode()
