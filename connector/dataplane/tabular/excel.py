"""The first sheet of a workbook (.xlsx, .xls, .ods) that has a header row, by python-calamine.

A value is what the cell holds: a number, a text, a truth value, or a date as ISO 8601. A formula has the value that was
saved with it. Rows without any value are left out.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

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
        sheets = [book.get_sheet_by_name(name) for name in book.sheet_names[:1]]
        others = ", ".join(book.sheet_names[1:])[:_LONGEST_NAMES]
    except (CalamineError, ValueError, OSError) as error:
        raise Untreatable("The workbook cannot be read: save it again as .xlsx.") from error
    if not sheets or sheets[0].end is None:
        raise Untreatable("The first sheet of the workbook is empty: put the table there, with names in its first row.")
    sheet = sheets[0]
    if sheet.height > MOST_ROWS or sheet.height * sheet.width > _MOST_CELLS:
        raise Untreatable(f"The sheet has more than {_MOST_CELLS} cells: offer it as CSV.")
    rows = sheet.iter_rows()
    names = [_to_name(cell) for cell in next(rows, [])]
    while names and not names[-1]:
        names.pop()
    fields = check_fields(names, "sheet")
    # Whoever gets the file as it is gets the other sheets too.
    remarks = (FileRemark("more-sheets", others),) if others else ()
    return OpenedRows(fields, _batch(rows, fields), remarks=remarks)


def _batch(rows: Iterator[list[Any]], fields: tuple[str, ...]) -> Iterator[list[Record]]:
    batch: list[Record] = []
    for row in rows:
        values = [_to_value(cell) for cell in row]
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
    return str(cell) if isinstance(cell, timedelta) else cell
