"""What an .xlsx says of a sheet beside its values: the numbers that are shown with zeros, and what people overlook.

A postal code is often a number that is shown with five digits, and the library gives the number alone.
"""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple
from xml.parsers import expat

from connector.dataplane.tabular.opened import FileRemark

_LARGEST_PART, _PIECE, _LONGEST_ROW = 16 * 1024 * 1024, 1024 * 1024, 16 * 1024 * 1024
_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 16_384
_PADDED = re.compile(r"(?:\[\$-[0-9A-Fa-f]+\])?(0{2,40})(?:;.*)?", re.DOTALL)
_CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*)>")
_STYLE = re.compile(rb'\bs="(\d{1,6})"')
_PLACE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
# A formula without a value; one whose value is an empty text says that it is a text.
_UNKEPT = re.compile(
    rb"<(?:\w+:)?c\s([^>]*)>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_TEXT, _ERROR = re.compile(rb'\bt="str"'), re.compile(rb'<(?:\w+:)?c\s[^>]*\bt="e"')
_HIDDEN = re.compile(rb'<(?:\w+:)?(row|col)\s([^>]*\bhidden="(?:1|true)"[^>]*)>')
_NUMBER = re.compile(rb'\b(r|min)="(\d{1,7})"')
_END = re.compile(rb"</(?:\w+:)?row>")


class SheetNotes(NamedTuple):
    """By column and row, both from 0, with how many digits a whole number is shown at least; and remarks."""

    widths: dict[int, bytearray]
    remarks: tuple[FileRemark, ...]

    def find_width(self, row: int, column: int) -> int:
        """Return the digits with which a whole number is shown; 0 if it is shown as it is."""
        found = self.widths.get(column, b"")
        return found[row] if row < len(found) else 0


NOTHING = SheetNotes({}, ())


def read_notes(path: Path, name: str, last: tuple[int, int]) -> SheetNotes:
    """Return what a workbook says of the sheet with a name, whose last row and column are `last`.

    It is nothing for a workbook that is no .xlsx, or has its parts at other places.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            part = _find_part(archive, name)
            padded = _find_padded(archive)
            with archive.open(part) as sheet:
                return _read_sheet(sheet, padded, last)
    except (KeyError, ValueError, OSError, RuntimeError, zipfile.BadZipFile, expat.ExpatError):
        return NOTHING


def _find_part(archive: zipfile.ZipFile, name: str) -> str:
    """Return the member of a sheet. Raises KeyError."""
    sheets = _list_elements(archive, "xl/workbook.xml")
    wanted = next((given for element, given in sheets if element == "sheet" and given.get("name") == name), {})
    related = next((value for key, value in wanted.items() if key.rpartition(":")[2] == "id"), "")
    for element, given in _list_elements(archive, "xl/_rels/workbook.xml.rels"):
        if element == "Relationship" and given.get("Id") == related:
            target = given["Target"]
            return target[1:] if target.startswith("/") else f"xl/{target}"
    raise KeyError(related)


def _find_padded(archive: zipfile.ZipFile) -> dict[int, int]:
    """Return the digits of each style that shows a number with zeros before it."""
    codes: dict[str, int] = {}
    styles: list[str] = []
    inside = False
    for element, given in _list_elements(archive, "xl/styles.xml"):
        if element == "numFmt" and (found := _PADDED.fullmatch(given.get("formatCode", ""))):
            codes[given.get("numFmtId", "")] = len(found[1])
        inside = element == "cellXfs" or (inside and element not in {"cellStyleXfs", "cellStyles", "dxfs"})
        if inside and element == "xf":
            styles.append(given.get("numFmtId", ""))
    return {at: codes[code] for at, code in enumerate(styles) if code in codes}


def _list_elements(archive: zipfile.ZipFile, part: str) -> list[tuple[str, dict[str, str]]]:
    """Return the elements of a part with their attributes, in order. Raises KeyError, ValueError and ExpatError."""
    if archive.getinfo(part).file_size > _LARGEST_PART:
        raise ValueError(part)
    found: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, given: found.append((name.rpartition(":")[2], given))
    parser.Parse(archive.read(part), True)
    return found


def _read_sheet(sheet: IO[bytes], padded: dict[int, int], last: tuple[int, int]) -> SheetNotes:
    widths: dict[int, bytearray] = {}
    unkept = hidden = wrong = False
    for piece in _cut_rows(sheet):
        unkept = unkept or any(not _TEXT.search(found[1]) for found in _UNKEPT.finditer(piece))
        hidden = hidden or any(_is_inside(found[1], found[2], last) for found in _HIDDEN.finditer(piece))
        wrong = wrong or _ERROR.search(piece) is not None
        if padded:
            _note_widths(piece, padded, widths)
    codes = (("formulas-unkept", unkept), ("error-cells", wrong), ("hidden-cells", hidden))
    return SheetNotes(widths, tuple(FileRemark(code) for code, is_so in codes if is_so))


def _cut_rows(sheet: IO[bytes]) -> Iterator[bytes]:
    """Yield a sheet in pieces that end with a row."""
    rest = b""
    while piece := sheet.read(_PIECE):
        rest += piece
        end = max((found.end() for found in _END.finditer(rest)), default=0)
        if not end and len(rest) > _LONGEST_ROW:
            raise ValueError(len(rest))
        if end:
            yield rest[:end]
            rest = rest[end:]
    yield rest


def _is_inside(kind: bytes, attributes: bytes, last: tuple[int, int]) -> bool:
    """Return whether a hidden row or column is within the values: many hide all that is beside a table."""
    found = _NUMBER.search(attributes)
    return found is not None and int(found[2]) - 1 <= last[0 if kind == b"row" else 1]


def _note_widths(piece: bytes, padded: dict[int, int], widths: dict[int, bytearray]) -> None:
    for cell in _CELL.finditer(piece):
        style, place = _STYLE.search(cell[1]), _PLACE.search(cell[1])
        width = padded.get(int(style[1]), 0) if style else 0
        if not width or not place:
            continue
        row, column = int(place[2]) - 1, _read_column(place[1])
        if not 0 <= row < _MOST_ROWS or column >= _MOST_COLUMNS:
            continue
        noted = widths.setdefault(column, bytearray())
        noted.extend(bytes(max(0, row + 1 - len(noted))))
        noted[row] = width


def _read_column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number - 1
