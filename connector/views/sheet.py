"""Tables as CSV: in the form that the spreadsheet of a reader opens, or for programs (RFC 4180). Pure."""

import csv
import re
from collections.abc import Iterable, Sequence
from typing import TextIO

# What begins a cell: the cell itself, or a sign that a spreadsheet of another language takes for a delimiter.
_FORMULA = re.compile(r"""((?:^|[,;|\t\r\n])[\s"']*?)(?=[=+\-@\t\r])""")


def write_sheet(
    out: TextIO, columns: Sequence[str], rows: Iterable[Sequence[str]], *, delimiter: str = ",", marked: bool = False
) -> None:
    """Write a table; `marked` begins it with the mark of UTF-8, which spreadsheets expect.

    A text that a spreadsheet would take for a formula is written as a text: a counterparty may have chosen it.
    """
    if marked:
        out.write("\ufeff")
    table = csv.writer(out, delimiter=delimiter)
    table.writerow(columns)
    for row in rows:
        table.writerow([defuse(cell) for cell in row])


def defuse(cell: str) -> str:
    """Return a cell that no spreadsheet reads as a formula, whatever it takes for a delimiter.

    >>> defuse("=1+1"), defuse("Rad;=1+1"), defuse("Rad-Weg")
    ("'=1+1", "Rad;'=1+1", 'Rad-Weg')
    """
    return _FORMULA.sub(r"\1'", cell)
