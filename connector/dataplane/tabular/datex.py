"""Parking in DATEX II as rows: a row a facility, or a row a status of one (`parkingFacility`, `parkingFacilityStatus`).

Each value below the element is a field of its path; a value that repeats is a list. XML is read without a document
type, so it has no entities.
"""

from pathlib import Path
from xml.parsers import expat

from connector.dataplane.tabular.opened import MOST_ROWS, OpenedRows, check_fields, cut_batches, list_union
from connector.ports.flow import Record, Untreatable
from connector.ports.treatment import Records

_ROWS = {
    "parkingFacilityTable": "parkingFacility",
    "parkingFacilityTableStatusPublication": "parkingFacilityStatus",
    "parkingTable": "parkingRecord",
    "parkingStatusPublication": "parkingRecordStatus",
}
"""The element that holds the rows, and the element of a row."""
_DEEPEST, _LONGEST, _MOST_VALUES = 32, 10_000, 2_000
_PLAIN = frozenset({"values", "value"})
"""Elements that only wrap a text in a language."""


class _Rows:
    """Collects the rows while the parser reads."""

    def __init__(self) -> None:
        self.rows: list[Record] = []
        self._path: list[str] = []
        self._row: Record | None = None
        self._depth = 0
        self._text: list[str] = []
        self._values = 0

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """Take the begin of an element."""
        local = name.rpartition(":")[2]
        holder = self._path[-1] if self._path else ""
        self._path.append(local)
        if len(self._path) > _DEEPEST:
            raise Untreatable(f"The XML has more than {_DEEPEST} levels: it is no DATEX II of parking.")
        self._text = []
        if self._row is None and _ROWS.get(holder) == local:
            if len(self.rows) == MOST_ROWS:
                raise Untreatable(f"The XML has more than {MOST_ROWS} rows: offer it in several files.")
            self._row, self._depth, self._values = {}, len(self._path), 0
        if self._row is not None and "id" in attributes:
            self._put("id", attributes["id"])

    def end(self, _name: str) -> None:
        """Take the end of an element."""
        text = "".join(self._text).strip()
        self._text = []
        if self._row is not None:
            if text:
                self._put("", text)
            if len(self._path) == self._depth:
                self.rows.append(self._row)
                self._row = None
        self._path.pop()

    def take_text(self, text: str) -> None:
        """Take a part of a text."""
        if self._row is not None:
            self._text.append(text)

    def refuse(self, *_: object) -> None:
        """Refuse a document type."""
        raise Untreatable("The XML has a document type, which can define entities: remove it.")

    def _put(self, last: str, value: str) -> None:
        assert self._row is not None
        self._values += 1
        if len(value) > _LONGEST or self._values > _MOST_VALUES:
            raise Untreatable(f"A row of the XML has more than {_MOST_VALUES} values: it is no DATEX II of parking.")
        parts = [part for part in self._path[self._depth :] if part not in _PLAIN]
        name = ".".join([*parts, *([last] if last else [])]) or "value"
        known = self._row.get(name)
        if known is None:
            self._row[name] = value
        elif isinstance(known, list):
            known.append(value)
        else:
            self._row[name] = [known, value]


def open_rows(path: Path, _records: Records) -> OpenedRows:
    """Return the facilities or their statuses as rows. Raises Untreatable."""
    found = _Rows()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = found.begin
    parser.EndElementHandler = found.end
    parser.CharacterDataHandler = found.take_text
    parser.StartDoctypeDeclHandler = found.refuse
    try:
        with path.open("rb") as file:
            parser.ParseFile(file)
    except expat.ExpatError as error:
        raise Untreatable(f"The XML cannot be read: {str(error)[:100]}.") from error
    if not found.rows:
        raise Untreatable("The XML has no parking facilities: only parking of DATEX II 2 and 3 is read as rows.")
    return OpenedRows(check_fields(list_union(found.rows), "XML"), cut_batches(found.rows))
