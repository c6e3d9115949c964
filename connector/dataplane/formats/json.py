"""Records as JSON (RFC 8259): an array of objects, or one object a line. Numbers keep their digits.

An array is split into its objects without reading all of it. For a delivery (`raw`), members stay as they are written
(`raw_json`). Refused are a record of more than 1 MiB or more than 32
levels, with a member twice in one object, and anything between two records except white space and one comma.
"""

import json
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import msgspec

from connector.dataplane.formats.raw_json import DEEPEST, read_object
from connector.dataplane.formats.values import write_unread
from connector.ports.flow import PERSON, Record, Untreatable

LONGEST_RECORD = 1024 * 1024
_MARK = b"\xef\xbb\xbf"
_SPACE = b" \t\r\n"
_ESCAPED_COLON = b"\\u003"
# A complete string (possessive: no backtracking), the beginning of an incomplete one, or a bracket.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|["\[\]{}]', re.DOTALL)

_record = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)
_encode = msgspec.json.Encoder(decimal_format="number", enc_hook=write_unread).encode


class JsonLines:
    """One object a line."""

    delimiter = ""

    def __init__(self, *, raw: bool = False) -> None:
        self.fields: tuple[str, ...] | None = None
        self._read = _read_raw if raw else _read
        self._rest = b""
        self._count = 0

    def read(self, piece: bytes) -> list[Record]:
        """Return the records of the lines that are complete with this piece. Raises Untreatable."""
        *lines, self._rest = (self._rest + piece).split(b"\n")
        _check_length(len(self._rest))
        return [self._read_one(line) for line in lines if line.strip()]

    def end(self) -> list[Record]:
        """Return the record of a last line without a line end."""
        return [self._read_one(self._rest)] if self._rest.strip() else []

    def give_back(self) -> bytes:
        """Return the bytes that were read and belong to no record yet; they have to be read again."""
        rest, self._rest = self._rest, b""
        return rest

    def skip_records(self, count: int) -> None:
        """Count records that were read elsewhere, so that the numbers of the following ones are right."""
        self._count += count

    def write_head(self, _fields: tuple[str, ...], /) -> bytes:
        """Return the bytes before the records: none."""
        return b""

    def write(self, records: Iterable[Record]) -> bytes:
        """Return records as lines."""
        return b"".join(_write_record(record) + b"\n" for record in records)

    def write_tail(self) -> bytes:
        """Return the bytes after the records: none."""
        return b""

    def _read_one(self, line: bytes) -> Record:
        self._count += 1
        _check_length(len(line))
        found = self._read(line.removeprefix(_MARK) if self._count == 1 else line, self._count)
        if self.fields is None:
            self.fields = tuple(found)
        return found


class JsonArray:
    """An array of objects."""

    delimiter = ""

    def __init__(self, *, raw: bool = False) -> None:
        self.fields: tuple[str, ...] | None = None
        self._read = _read_raw if raw else _read
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
                self._at = token.start()  # the rest of the string is in the next piece
                break
            self._at = token.end()
            if mark in b"[{":
                self._open(mark, token.start())
            elif mark in b"]}":
                if self._close(mark, token.start()):
                    found.append(self._read_one(self._rest[self._began : self._at]))
                    self._between = self._at
            elif self._depth < 2:
                raise _refuse_shape()
        else:
            self._at = len(self._rest)
        start = self._began if self._depth > 1 else self._between
        _check_length(len(self._rest) - start)
        self._rest = self._rest[start:]
        self._at, self._began, self._between = self._at - start, 0, 0
        return found

    def end(self) -> list[Record]:
        """Return no record. Raises Untreatable if the array is not complete."""
        if not self._depth and not self._closed:
            raise _refuse_shape()
        if self._depth or self._rest.strip(_SPACE):
            raise Untreatable("The JSON ends before its array, or contains data after it: correct it.")
        return []

    def give_back(self) -> bytes:
        """Return the bytes that were read and belong to no record yet; inside the array, they have to be read again."""
        if not self._depth:
            return b""  # before and after the array nothing can be read elsewhere
        rest = b"," + self._rest if self._depth > 1 and self._count else self._rest
        self._rest, self._at, self._depth, self._began, self._between = b"", 0, 1, 0, 0
        return rest

    def skip_records(self, count: int) -> None:
        """Count records of the array that were read elsewhere, after those that were read here."""
        self._count += count

    def write_head(self, _fields: tuple[str, ...], /) -> bytes:
        """Return the bytes before the records."""
        return b"["

    def write(self, records: Iterable[Record]) -> bytes:
        """Return records as members of the array."""
        body = b",\n".join(map(_write_record, records))
        if not body:
            return b""
        begin, self._first = b"\n" if self._first else b",\n", False
        return begin + body

    def write_tail(self) -> bytes:
        """Return the bytes after the records."""
        return b"\n]\n"

    def _open(self, mark: bytes, at: int) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Untreatable(f"Record {self._count + 1} of the JSON has more than {DEEPEST} levels: flatten it.")
        if self._depth > 2:
            return
        between = self._rest[self._between : at]
        if self._depth == 1:
            between = between.removeprefix(_MARK)
            if mark != b"[" or self._closed:
                raise _refuse_shape()
            self._between = at + 1
        elif mark != b"{":
            raise _refuse_shape()
        if between.strip(_SPACE) != (b"," if self._depth == 2 and self._count else b""):
            raise _refuse_shape()
        self._began = at

    def _close(self, mark: bytes, at: int) -> bool:
        """Return whether a record ends here."""
        self._depth -= 1
        if self._depth == 0:
            if mark != b"]" or self._rest[self._between : at].strip(_SPACE):
                raise _refuse_shape()
            self._closed, self._between = True, self._at
        elif self._depth < 0:
            raise _refuse_shape()
        return self._depth == 1

    def _read_one(self, document: bytes) -> Record:
        self._count += 1
        _check_length(len(document))
        found = self._read(document, self._count)
        if self.fields is None:
            self.fields = tuple(found)
        return found


def _read(document: bytes, count: int) -> Record:
    try:
        found: Record = _record.decode(document)
    except (msgspec.MsgspecError, ValueError, ArithmeticError, RecursionError) as error:
        raise Untreatable(f"Record {count} of the JSON cannot be read: expected an object.") from error
    # Each member has one colon, and the strings that were read have the others: more of them mean a lost member.
    if document.count(b":") != _count_colons(found) or _ESCAPED_COLON in document:
        _check_members(document, count)
    return found


def _read_raw(document: bytes, count: int) -> Record:
    try:
        found, whole = read_object(document)
    except (msgspec.MsgspecError, ValueError) as error:
        raise Untreatable(f"Record {count} of the JSON cannot be read: expected an object.") from error
    if not whole:
        _check_members(document, count)
    return found


def _count_colons(found: Record) -> int:
    colons, stack = 0, [found]
    while stack:
        entry: Any = stack.pop()
        if isinstance(entry, str):
            colons += entry.count(":")
        elif isinstance(entry, dict):
            colons += len(entry) + ":".join(entry).count(":") - max(len(entry) - 1, 0)
            stack.extend(entry.values())
        elif isinstance(entry, list):
            stack.extend(entry)
    return colons


def _check_members(document: bytes, count: int) -> None:
    """Raise Untreatable for a record with a member twice: readers would disagree on its value."""

    def check(pairs: list[tuple[str, Any]]) -> None:
        if len(dict(pairs)) != len(pairs):
            raise Untreatable(f"Record {count} of the JSON contains a member twice in one object: remove one.")

    try:
        json.loads(document, object_pairs_hook=check, parse_int=str, parse_float=str)
    except (ValueError, RecursionError) as error:
        raise Untreatable(f"Record {count} of the JSON cannot be read: expected an object.") from error


def _write_record(record: Record) -> bytes:
    record.pop(PERSON, None)
    return _encode(record)


def _check_length(length: int) -> None:
    if length > LONGEST_RECORD:
        raise Untreatable(f"A record of the JSON has more than {LONGEST_RECORD} bytes: make it smaller.")


def _refuse_shape() -> Untreatable:
    return Untreatable("The JSON is not an array of objects: write it as `[{…}, {…}]`, or declare the format `ndjson`.")
