"""A sheet of consents (CSV): its columns by the names of programs or of people, and each row with its line. Pure."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain
from typing import Any

from connector.views.consents import ConsentOrder

COLUMNS = ("subject", "purpose", "state", "dataset", "until")
_NEEDED = {"subject", "purpose"}
_GERMAN = {"person": "subject", "zweck": "purpose", "stand": "state", "angebot": "dataset", "bis": "until"}
_NAMES = {**{name: name for name in COLUMNS}, "offer": "dataset", **_GERMAN}


class SheetFault(ValueError):
    """A sheet or a row of it is refused; `key` is the last part of its sentence, `values` are those of it."""

    def __init__(self, key: str, **values: Any) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


def read_sheet(
    lines: Iterable[str], read_end: Callable[[str], datetime | None]
) -> Iterator[tuple[int, ConsentOrder | SheetFault]]:
    """Yield the first line of each row with what it states, or why it states nothing.

    `read_end` reads the end of a consent and raises ValueError. Raises SheetFault for a sheet with other columns, and
    UnicodeError as `lines` do.
    """
    rows = iter(lines)
    header = next(rows, "")
    reader = csv.DictReader(chain([header], rows), delimiter=max(",;\t", key=header.count), strict=True)
    line = 1
    try:
        reader.fieldnames = _read_columns([name.strip() for name in reader.fieldnames or ()])
        line = reader.line_num
        for row in reader:
            # A record can have several lines, and begins after the one before.
            begin, line = line + 1, reader.line_num
            yield begin, _read_row(row, line, read_end)
    except csv.Error:
        raise SheetFault("csv-quote", line=line + 1) from None


def _read_columns(written: list[str]) -> list[str]:
    columns = [_NAMES.get(name.lower(), name) for name in written]
    names = set(columns)
    if len(names) != len(columns):
        raise SheetFault("csv-twice")
    if not names >= _NEEDED or names - set(COLUMNS):
        raise SheetFault("csv-columns")
    return columns


def _read_row(
    row: Mapping[str | None, Any], line: int, read_end: Callable[[str], datetime | None]
) -> ConsentOrder | SheetFault:
    if None in row or None in row.values():
        return SheetFault("csv-values", line=line)
    entry: dict[str, Any] = {str(name): value.strip() for name, value in row.items() if value.strip()}
    if "until" in entry:
        try:
            entry["until"] = read_end(entry["until"])
        except ValueError:
            return SheetFault("csv-time", line=line, text=entry["until"][:50])
    return ConsentOrder(subject=entry.pop("subject", ""), purpose=entry.pop("purpose", ""), **entry)
