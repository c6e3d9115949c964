"""A transform that changes the values of some fields one by one, in records and in tables.

A missing value remains as it is written. A value that the transform cannot read leaves empty and is counted; data in
which no value of a field can be read is refused.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any

import msgspec

from connector.dataplane.formats.tables import RecordTable, Usual
from connector.dataplane.formats.values import MISSING, UNREAD, UNREAD_TEXT, is_missing, read_raw, require_fields
from connector.ports.flow import Record, Untreatable

_REMEMBERED, _LONGEST = 10_000, 100
"""How many values of a field are remembered, of at most so many bytes."""

ValueChange = Callable[[Any], Any]
"""Returns the new value of a field, empty (a text) or None if it cannot be read. A text stays a text."""

WrittenChange = Callable[[bytes], bytes | None]
"""Returns what a value of JSON becomes, both as they are written; None if it has to be read."""

_KEPT = object()
"""In place of a new value: the value is missing, and remains as it is written."""


class Fieldwise:
    """Changes the values of the fields in `changes`.

    `purpose` is a verb phrase for the error of a missing field. `usual` has the values of a field that an engine
    changes in the same way, `written` what changes usual values of JSON without reading them. `empties` is True if
    nothing shall be left of a value. `unknown` are some of the values that a table lacks, for the operator.
    """

    most_bytes = None

    def __init__(
        self,
        changes: Mapping[str, ValueChange],
        purpose: str,
        *,
        usual: Mapping[str, Usual | None] = MappingProxyType({}),
        written: Mapping[str, WrittenChange] = MappingProxyType({}),
        empties: bool = False,
        unknown: Collection[str] = (),
    ) -> None:
        self._changes = changes
        self._usual = usual
        self._written = written
        self._purpose = purpose
        self._empties = empties
        self.unknown = unknown
        self._read: set[str] = set()
        self._known: dict[str, dict[bytes, Any]] = {name: {} for name in changes}
        self.unread: dict[str, int] = {}

    def begin(self, fields: tuple[str, ...]) -> tuple[str, ...]:
        """Return the same fields."""
        require_fields(self._changes, fields, self._purpose)
        return fields

    def take(self, record: Record) -> Record:
        """Return the record with changed values."""
        self.take_all((record,))
        return record

    def take_all(self, records: Sequence[Record]) -> Sequence[Record]:
        """Return the records with changed values, field by field: what they share is looked up once."""
        for name, change in self._changes.items():
            find, make = self._known[name].get, partial(self._change_written, name, change)
            unread = read = 0
            for record in records:
                value = record.get(name)
                if type(value) is msgspec.Raw:
                    made = find(bytes(value))
                    if made is None:
                        made = make(value)
                else:
                    made = _KEPT if is_missing(value) else self._change_one(change, value)
                if made is _KEPT:
                    continue
                record[name] = made
                if made is UNREAD:
                    unread += 1
                else:
                    read += 1
            if unread:
                self.unread[name] = self.unread.get(name, 0) + unread
            if read:
                self._read.add(name)
        return records

    def _change_written(self, name: str, change: ValueChange, value: msgspec.Raw) -> Any:
        """Return the new value of a member of JSON: what is written in the same way becomes the same."""
        written, known = bytes(value), self._known[name]
        if name in self._written and (cut := self._written[name](written)) is not None:
            return msgspec.Raw(cut)  # as cheap as to remember it
        found = read_raw(value)
        made = _KEPT if is_missing(found) else self._change_one(change, found)
        if len(known) < _REMEMBERED and len(written) <= _LONGEST:
            known[written] = made
        return made

    def _change_one(self, change: ValueChange, value: Any) -> Any:
        made = change(value)
        return UNREAD if not self._empties and (made is None or made == "") else made

    def take_table(self, table: RecordTable) -> RecordTable:
        """Return the table with changed values: usual ones in one go, of the others equal ones of a piece once."""
        for name, change in self._changes.items():
            before = table.count_unread(name)
            known: dict[str, str] = {}
            table, usual = table.change(name, self._usual.get(name), partial(self._change_all, change, known))
            if count := table.count_unread(name) - before:
                self.unread[name] = self.unread.get(name, 0) + count
            if usual or any(value != UNREAD_TEXT for value in known.values()):
                self._read.add(name)
        return table

    def _change_all(self, change: ValueChange, known: dict[str, str], values: list[str]) -> dict[str, str]:
        for value in values:
            if value != UNREAD_TEXT and value.strip() not in MISSING:
                known[value] = change(value) or ("" if self._empties else UNREAD_TEXT)
        return known

    def finish(self) -> Iterable[Record]:
        """Return no record: none was held back. Raises Untreatable if no value of a field could be read."""
        for name in self._changes:
            if name in self.unread and name not in self._read:
                raise Untreatable(
                    f"No value of the field {name[:100]!r} can be read as the transform needs it: correct the data."
                )
        return ()
