"""Records as JSON (RFC 8259): an array of objects, or one object a line. Numbers keep their digits.

An array is cut into its objects without reading it whole. A record longer than 1 MiB or deeper than 32 levels is
refused, and so is anything between the records that is neither white space nor one comma.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import msgspec

from connector.ports.flow import PERSON, Record, Untreatable

LONGEST_RECORD = 1024 * 1024
DEEPEST = 32
_MARK = b"\xef\xbb\xbf"
_SPACE = b" \t\r\n"
# A whole text (possessive: no backtracking), the beginning of one that is not complete yet, or a bracket.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|["\[\]{}]', re.DOTALL)

_record = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)
_encode = msgspec.json.Encoder(decimal_format="number").encode


class JsonLines:
    """One object a line."""

    def __init__(self) -> None:
        self.fields: tuple[str, ...] | None = None
        self._rest = b""
        self._count = 0

    def read(self, piece: bytes) -> list[Record]:
        """Return the records of the lines that are complete with this piece. Raises Untreatable."""
        *lines, self._rest = (self._rest + piece).split(b"\n")
        _bound(len(self._rest))
        return [self._read_one(line) for line in lines if line.strip()]

    def end(self) -> list[Record]:
        """Return the record of a last line without an end."""
        return [self._read_one(self._rest)] if self._rest.strip() else []

    def head(self, _fields: tuple[str, ...], /) -> bytes:
        """Return what comes before the records: nothing."""
        return b""

    def write(self, records: Iterable[Record]) -> bytes:
        """Return records as lines."""
        return b"".join(_write_record(record) + b"\n" for record in records)

    def tail(self) -> bytes:
        """Return what comes after the records: nothing."""
        return b""

    def _read_one(self, line: bytes) -> Record:
        self._count += 1
        _bound(len(line))
        found = _read(line.removeprefix(_MARK) if self._count == 1 else line, self._count)
        if self.fields is None:
            self.fields = tuple(found)
        return found


class JsonArray:
    """An array of objects."""

    def __init__(self) -> None:
        self.fields: tuple[str, ...] | None = None
        self._rest = b""
        self._at = 0
        self._depth = 0
        self._began = 0
        self._between = 0
        self._count = 0
        self._closed = False
        self._first = True

    def read(self, piece: bytes) -> list[Record]:
        """Return the records that are complete with this piece. Raises Untreatable."""
        self._rest += piece
        found = []
        while token := _TOKEN.search(self._rest, self._at):
            mark = token.group()
            if mark == b'"':
                self._at = token.start()  # the rest of the text comes with the next piece
                break
            self._at = token.end()
            if mark in b"[{":
                self._open(mark, token.start())
            elif mark in b"]}":
                if self._close(mark, token.start()):
                    found.append(self._read_one(self._rest[self._began : self._at]))
                    self._between = self._at
            elif self._depth < 2:
                raise _no_array()
        else:
            self._at = len(self._rest)
        kept = self._began if self._depth > 1 else self._between
        _bound(len(self._rest) - kept)
        self._rest = self._rest[kept:]
        self._at, self._began, self._between = self._at - kept, 0, 0
        return found

    def end(self) -> list[Record]:
        """Return nothing more. Raises Untreatable where the array is not complete."""
        if not self._depth and not self._closed:
            raise _no_array()
        if self._depth or self._rest.strip(_SPACE):
            raise Untreatable("The JSON ends before its array does, or goes on after it.")
        return []

    def head(self, _fields: tuple[str, ...], /) -> bytes:
        """Return what comes before the records."""
        return b"["

    def write(self, records: Iterable[Record]) -> bytes:
        """Return records as members of the array."""
        body = b""
        for record in records:
            body += (b"\n" if self._first else b",\n") + _write_record(record)
            self._first = False
        return body

    def tail(self) -> bytes:
        """Return what comes after the records."""
        return b"\n]\n"

    def _open(self, mark: bytes, at: int) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Untreatable(f"Record {self._count + 1} of the JSON is deeper than {DEEPEST} levels.")
        if self._depth > 2:
            return
        between = self._rest[self._between : at]
        if self._depth == 1:
            between = between.removeprefix(_MARK)
            if mark != b"[" or self._closed:
                raise _no_array()
            self._between = at + 1
        elif mark != b"{":
            raise _no_array()
        if between.strip(_SPACE) != (b"," if self._depth == 2 and self._count else b""):
            raise _no_array()
        self._began = at

    def _close(self, mark: bytes, at: int) -> bool:
        """Tell whether a record ends here."""
        self._depth -= 1
        if self._depth == 0:
            if mark != b"]" or self._rest[self._between : at].strip(_SPACE):
                raise _no_array()
            self._closed, self._between = True, self._at
        elif self._depth < 0:
            raise _no_array()
        return self._depth == 1

    def _read_one(self, document: bytes) -> Record:
        self._count += 1
        _bound(len(document))
        found = _read(document, self._count)
        if self.fields is None:
            self.fields = tuple(found)
        return found


def _read(document: bytes, count: int) -> Record:
    try:
        found: Record = _record.decode(document)
    except (msgspec.MsgspecError, ValueError, ArithmeticError, RecursionError) as error:
        raise Untreatable(f"Record {count} of the JSON cannot be read as an object.") from error
    return found


def _write_record(record: Record) -> bytes:
    record.pop(PERSON, None)
    return _encode(record)


def _bound(length: int) -> None:
    if length > LONGEST_RECORD:
        raise Untreatable(f"A record of the JSON is longer than {LONGEST_RECORD} bytes.")


def _no_array() -> Untreatable:
    return Untreatable("The JSON is no array of objects: give it as `[{…}, {…}]`, or declare the format `ndjson`.")
