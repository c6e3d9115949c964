"""The first visible sheet of a workbook (.xlsx, .xls, .ods) that has a header row, by python-calamine.

A value is what the cell holds: a number, a text, a truth value, or a date as ISO 8601. A whole number that an .xlsx
shows with zeros before it is a text with them, as a postal code is. A formula has the value that was saved with it.
Rows without any value are left out, also those before the header row.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from connector.dataplane.tabular.cells.durations import write_duration
from connector.dataplane.tabular.cells.sheets import NOTHING, SheetNotes, read_notes
from connector.dataplane.tabular.opened import (
    BATCH,
    MOST_ROWS,
    FileRemark,
    OpenedRows,
    check_archive,
    check_fields,
    read_float,
)
from connector.ports.flow import Record, Untreatable
from connector.ports.treatment import Records

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MOST_CELLS = 20_000_000
_LONGEST_NAMES = 200
_MIDNIGHT = "T00:00:00"


def open_rows(path: Path, _records: Records) -> OpenedRows:
    """Return the rows of the first sheet with values. Raises Untreatable."""
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(_ZIP):
        check_archive(path, "workbook")
    elif head != _OLE:
        raise Untreatable("The data is no workbook: offer an .xlsx, .xls or .ods file, or state its media type.")
    try:
        book = CalamineWorkbook.from_path(path)
        name = _choose_sheet(book)
        sheets = [book.get_sheet_by_name(name)] if name else []
        others = ", ".join(other for other in book.sheet_names if other != name)[:_LONGEST_NAMES]
    except (CalamineError, ValueError, OSError) as error:
        raise Untreatable("The workbook cannot be read: save it again as .xlsx.") from error
    first, last = (sheets[0].start, sheets[0].end) if sheets else (None, None)
    if first is None or last is None:
        raise Untreatable("The first sheet of the workbook is empty: put the table there, with names in its first row.")
    sheet = sheets[0]
    if sheet.height > MOST_ROWS or sheet.height * sheet.width > _MOST_CELLS:
        raise Untreatable(f"The sheet has more than {_MOST_CELLS} cells: offer it as CSV.")
    notes = read_notes(path, name, last) if head.startswith(_ZIP) else NOTHING
    rows = enumerate(sheet.iter_rows())
    at, names = next(((at, found) for at, row in rows if any(found := [_to_name(cell) for cell in row])), (0, []))
    while names and not names[-1]:
        names.pop()
    # The first column may have no name, as a table of pandas with its index has it.
    fields = ("", *check_fields(names[1:], "sheet")) if names[:1] == [""] else check_fields(names, "sheet")
    # Whoever gets the file as it is gets the other sheets too.
    remarks = [*([FileRemark("more-sheets", others)] if others else []), *notes.remarks]
    if any(end > at for _, (end, _) in sheet.merged_cell_ranges or []):
        remarks.append(FileRemark("merged-cells"))
    cells = _Cells(notes, first[1], _find_times(sheet))
    return OpenedRows(fields, _batch(rows, fields, cells), remarks=tuple(remarks))


def _choose_sheet(book: CalamineWorkbook) -> str:
    """Return the name of the first sheet with cells that a reader of the workbook sees; empty if it has none."""
    sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    seen = [sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible]
    return next(iter([*seen, *(sheet.name for sheet in sheets), *book.sheet_names]), "")


def _find_times(sheet: CalamineSheet) -> frozenset[int]:
    """Return the columns with a time on a day: there, a day is its midnight, as the library gives it without a time."""
    return frozenset(at for row in sheet.iter_rows() for at, cell in enumerate(row) if isinstance(cell, datetime))


class _Cells(NamedTuple):
    """How the cells of a sheet are read beside their values; `first` is its first column."""

    notes: SheetNotes
    first: int
    times: frozenset[int]

    def read(self, number: int, row: list[Any]) -> list[Any]:
        """Return the values of a row with its number from 0."""
        values = [_to_value(cell) for cell in row]
        for at in self.times:
            if isinstance(row[at], date) and not isinstance(row[at], datetime):
                values[at] = f"{values[at]}{_MIDNIGHT}"
        for column in self.notes.widths:
            at = column - self.first
            if 0 <= at < len(values) and type(values[at]) is int and values[at] >= 0:
                width = self.notes.find_width(number, column)
                values[at] = str(values[at]).zfill(width) if width else values[at]
        return values


def _batch(rows: Iterator[tuple[int, list[Any]]], fields: tuple[str, ...], cells: _Cells) -> Iterator[list[Record]]:
    batch: list[Record] = []
    for number, row in rows:
        values = cells.read(number, row)
        if any(value is not None for value in values[len(fields) :]):
            raise Untreatable("A row of the sheet has a value in a column without a name: name all columns.")
        if any(value is not None for value in values):
            batch.append(dict(zip(fields, values, strict=False)))
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _to_name(cell: Any) -> str:
    value = _to_value(cell)
    return "" if value is None else str(value).strip()


def _to_value(cell: Any) -> Any:
    if cell is None or (isinstance(cell, str) and not cell):
        return None
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() and abs(cell) < 1e15 else read_float(cell)
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return write_duration(cell.days * 86_400 + cell.seconds, cell.microseconds * 1_000)
    return cell
