"""Treated rows, narrowed by a choice and written in its form. It takes the place of the writer of a delivery."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from connector.dataplane.formats.values import is_certain, make_loose_reader, read_raw, to_number, to_text
from connector.dataplane.forms.choice import CRS84, BadChoice, Choice, Condition, read_instant
from connector.dataplane.forms.table import load_for_choice, make_writer
from connector.dataplane.forms.writing import Layout, RowCount, ShapedRow
from connector.dataplane.tabular.opened import GEOMETRY
from connector.ports.flow import PERSON, Record
from connector.ports.treatment import Records
from connector.views.assets import STREAMED

_SPATIAL = frozenset({"geojson", "features"})
_PLACES = "connector.dataplane.forms.places"


class NarrowedWriter:
    """Writes the rows that a choice leaves.

    `write_head`, `write` and `write_tail` are those of a reader's writer. Each can raise BadChoice.
    """

    def __init__(self, choice: Choice, records: Records) -> None:
        self._choice = choice
        self._records = records
        self._writer = make_writer(choice)
        self._tests: list[Callable[[ShapedRow], bool]] = []
        self._find: Callable[[Record], Any] | None = None
        self._convert: Callable[[Any], Any] = lambda shape: shape
        self._seen = self._matched = self._written = 0
        self._stopped = False

    @property
    def is_full(self) -> bool:
        """True if no further row can change what is written; a page also has to know whether a row follows it."""
        choice = self._choice
        if choice.number is not None:
            return self._seen >= choice.number
        if choice.limit is None:
            return False
        return self._matched > choice.offset + choice.limit or (
            choice.form != "features" and self._written >= choice.limit
        )

    def stop(self) -> None:
        """Note that no further row is read: how many match is not known then."""
        self._stopped = True

    def write_head(self, fields: tuple[str, ...], /) -> bytes:
        """Check the choice against the fields of the treated rows, and return the bytes before the rows."""
        choice, records = self._choice, self._records
        columns = self._choose_columns(fields)
        shaped = self._find_places(fields)
        crs = self._prepare_places(shaped)
        self._tests = [*self._make_conditions(fields), *self._make_time_test(fields), *self._tests]
        own = shaped[0] if len(shaped) == 1 else None
        if own is not None and own not in columns and choice.form in _SPATIAL:
            columns = (*columns, own)
        geometry = own if own in columns else None
        # An object of JSON can have fields that the first ones lack; it keeps them unless columns are chosen.
        fixed = bool(choice.columns) or records.format == "csv" or records.format not in STREAMED
        certain = tuple(name for name in columns if is_certain(name, records.decimal, records.certain))
        signs = records.decimal, records.thousands, certain
        return self._writer.begin(Layout(columns, geometry, len(shaped) == 2, crs, *signs, fixed))

    def write(self, records: Iterable[Record], /) -> bytes:
        """Return the rows of these that the choice leaves."""
        choice, left = self._choice, []
        for record in records:
            record.pop(PERSON, None)
            self._seen += 1
            if choice.number not in {None, self._seen}:
                continue
            row = ShapedRow(record, self._find(record) if self._find else None, self._seen)
            if not all(test(row) for test in self._tests):
                continue
            self._matched += 1
            if self._matched <= choice.offset or (choice.limit is not None and self._written >= choice.limit):
                continue
            self._written += 1
            left.append(row if row.shape is None else ShapedRow(record, self._convert(row.shape), row.number))
        return self._writer.write(left) if left else b""

    def write_tail(self) -> bytes:
        """Return the bytes after the rows."""
        complete = self._choice.offset + self._written >= self._matched
        return self._writer.end(RowCount(None if self._stopped else self._matched, self._written, complete))

    def _choose_columns(self, fields: Sequence[str]) -> tuple[str, ...]:
        for name in self._choice.columns:
            if name not in fields:
                shown = ", ".join(list(fields)[:20])
                raise BadChoice(f"The rows have no column {name[:100]!r}: choose among {shown}.")
        return self._choice.columns or tuple(fields)

    def _find_places(self, fields: Sequence[str]) -> tuple[str, ...]:
        """Return the fields of the geometry, if the treatment has left them."""
        stated = self._records.geometry or ((GEOMETRY,) if GEOMETRY in fields else ())
        return stated if all(name in fields for name in stated) else ()

    def _prepare_places(self, shaped: tuple[str, ...]) -> str:
        """Prepare the geometry of rows, and return the reference system in which it leaves."""
        choice, records = self._choice, self._records
        spatial = choice.form in _SPATIAL or choice.bbox is not None or bool(choice.crs)
        if not shaped:
            if choice.bbox is not None or choice.crs:
                raise BadChoice("The rows have no geometry: choose without `bbox` and `crs`.")
            return ""
        if len(shaped) == 2 and not spatial and choice.form != "parquet":
            return ""
        self._find = load_for_choice(_PLACES, "make_finder")(shaped, records)  # type: ignore[assignment]
        crs = records.crs or (CRS84 if records.format == "geojson" else "")
        target = choice.crs or (CRS84 if choice.form in _SPATIAL else crs)
        if target != crs:
            self._convert = load_for_choice(_PLACES, "make_converter")(crs, target)  # type: ignore[assignment]
        if choice.bbox is not None:
            test: Any = load_for_choice(_PLACES, "make_test")(choice.bbox, choice.bbox_crs, crs)
            self._tests.append(lambda row: row.shape is not None and test(row.shape))
        return target

    def _make_conditions(self, fields: Sequence[str]) -> list[Callable[[ShapedRow], bool]]:
        for condition in self._choice.where:
            if condition.field not in fields:
                shown = ", ".join(list(fields)[:20])
                raise BadChoice(f"The rows have no column {condition.field[:100]!r}: choose among {shown}.")
        signs = self._records.decimal, self._records.thousands, self._records.certain
        return [
            make_condition(condition, make_loose_reader(condition.field, *signs)) for condition in self._choice.where
        ]

    def _make_time_test(self, fields: Sequence[str]) -> list[Callable[[ShapedRow], bool]]:
        between, field = self._choice.between, self._records.time
        if between is None:
            return []
        if not field or field not in fields:
            raise BadChoice("The rows have no time: choose without `datetime`.")
        return [lambda row: is_between(read_raw(row.values.get(field)), between)]


def is_between(value: object, between: tuple[datetime | None, datetime | None]) -> bool:
    """Return whether the instant of a value lies between two, which are part of it; a missing value lies nowhere."""
    begin, end = read_instant(value), read_instant(value, last=True)
    if begin is None or end is None:
        return False
    first, last = between
    return (first is None or end >= first) and (last is None or begin <= last)


def make_condition(condition: Condition, read: Callable[[Any], Any]) -> Callable[[ShapedRow], bool]:
    """Return the test of a condition: numbers are compared as numbers, instants as instants, anything else as text.

    `read` returns a value of the field as a number, or None.
    A missing value fulfils only `!=`, and `=` with an empty value.
    """
    number, instant = to_number(condition.value), read_instant(condition.value)

    def test(row: ShapedRow) -> bool:
        value = read_raw(row.values.get(condition.field))
        text = ("true" if value else "false") if isinstance(value, bool) else to_text(value)
        if text == "" or condition.value == "":
            return _compare(text == condition.value, condition.sign)
        found: Any = read(value) if number is not None else None
        if found is not None:
            return _order(found, number, condition.sign)
        moment = read_instant(value) if instant is not None else None
        if moment is not None:
            return _order(moment, instant, condition.sign)
        return _order(text, condition.value, condition.sign)

    return test


def _compare(equal: bool, sign: str) -> bool:
    return equal if sign == "=" else not equal if sign == "!=" else False


def _order(one: Any, other: Any, sign: str) -> bool:
    match sign:
        case "<":
            return bool(one < other)
        case "<=":
            return bool(one <= other)
        case ">":
            return bool(one > other)
        case ">=":
            return bool(one >= other)
    return _compare(one == other, sign)
