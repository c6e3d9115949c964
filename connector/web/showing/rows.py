"""The first rows of a received file as a table, with its places and its times, if it has any. Pure.

The bytes are those of a peer: what is read is the beginning alone, every value becomes a short text.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from connector.dataplane.formats.codec import make_codec
from connector.dataplane.formats.dates import to_instant
from connector.dataplane.formats.looking import read_beginning
from connector.dataplane.formats.signatures import find_encoding
from connector.dataplane.formats.values import to_text
from connector.ports.flow import Record, Untreatable
from connector.ports.treatment import Records
from connector.protocol.dsp.errors import clean
from connector.web.showing.area import Drawing, draw_geometries

FileForm = Literal["csv", "json", "ndjson", "geojson"]
MOST_ROWS, MOST_COLUMNS, LONGEST = 200, 40, 200
BARS = 31
SAMPLED = 512 * 1024
"""The bytes at the beginning of a file that are read."""
_PIECE = 16 * 1024

_FORMS: Mapping[str, FileForm] = {
    "text/csv": "csv",
    "text/tab-separated-values": "csv",
    "application/json": "json",
    "application/geo+json": "geojson",
    "application/vnd.geo+json": "geojson",
    "application/x-ndjson": "ndjson",
    "application/ndjson": "ndjson",
    ".csv": "csv",
    ".tsv": "csv",
    ".json": "json",
    ".geojson": "geojson",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
}
_FEATURES = re.compile(rb'"features"\s*:\s*\[')
_NUMBER = re.compile(r"[-+]?(?:\d+|\d{1,3}(?:[.,]\d{3})+)(?:[.,]\d+)?")
_LEAST_TIMES = 0.8
_MINUTE_MS, _DAY_MS = 60_000, 86_400_000
# The parts of the time that people count in, so that equal intervals look equal.
_WIDTHS_MS = (
    *(minutes * _MINUTE_MS for minutes in (1, 10, 60, 360)),
    *(days * _DAY_MS for days in (1, 7, 30, 91, 365, 3650)),
)


class TimeBar(msgspec.Struct, frozen=True):
    """How many rows fall into a part of the time: its begin and end (ms), and its height from 0 to 1."""

    begin: int
    end: int
    count: int
    height: float


class TimeLine(msgspec.Struct, frozen=True):
    """The rows over time, by one of the columns."""

    column: str
    bars: tuple[TimeBar, ...]


class FileTable(msgspec.Struct, frozen=True, kw_only=True):
    """The first rows of a file as texts.

    `count` is how many rows were read, and `whole` whether the file has no more. `columns_left` columns are left out.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    count: int
    whole: bool
    columns_left: int = 0
    drawing: Drawing | None = None
    timeline: TimeLine | None = None

    @property
    def numbers(self) -> frozenset[int]:
        """The places of the columns that have numbers alone: digits stand under digits."""
        return find_numbers(self.rows)


def find_numbers(rows: Sequence[Sequence[str]]) -> frozenset[int]:
    """Return the places of the columns that have numbers alone."""
    columns = enumerate(zip(*rows, strict=True))
    return frozenset(
        place for place, cells in columns if any(cells) and all(_NUMBER.fullmatch(cell) for cell in cells if cell)
    )


class Unreadable(Exception):
    """A file cannot be shown as rows: `key` is a sentence of the catalogue, `reason` one in English in its place."""

    def __init__(self, key: str = "", reason: str = "") -> None:
        super().__init__(key or reason)
        self.key = key
        self.reason = reason


def read_table(data: bytes, *, whole: bool, media_type: str, name: str) -> FileTable:
    """Return the table of the beginning of a file; `whole` if it is all of it. Raises Unreadable."""
    form = find_form(media_type, name)
    if form is None:
        raise Unreadable("receiving.no-rows")
    try:
        records, columns, complete = _read_records(data, whole, form)
    except Untreatable as error:
        raise Unreadable(reason=str(error)) from None
    shown = columns[:MOST_COLUMNS]
    first = records[:MOST_ROWS]
    geometries = [(number, record.get("geometry")) for number, record in enumerate(first, 1)]
    if form == "geojson":
        first = [_flatten(record) for record in first]
        named = list(dict.fromkeys(name for record in first for name in record))
        columns, shown = named, named[:MOST_COLUMNS]
    return FileTable(
        columns=tuple(clean(column, LONGEST) for column in shown),
        rows=tuple(tuple(clean(to_text(record.get(column)), LONGEST) for column in shown) for record in first),
        count=len(records),
        whole=complete,
        columns_left=len(columns) - len(shown),
        drawing=draw_geometries(geometries) if form == "geojson" else None,
        timeline=_find_timeline(first, shown),
    )


def find_form(media_type: str, name: str) -> FileForm | None:
    """Return in which form a file has rows, by its media type, else by its name; None if in none.

    >>> find_form("text/csv; charset=utf-8", "x"), find_form("", "b.geojson"), find_form("", "x")
    ('csv', 'geojson', None)
    """
    kind = media_type.partition(";")[0].strip().lower()
    suffix = "." + name.rpartition(".")[2].lower()
    stated, named = _FORMS.get(kind), _FORMS.get(suffix)
    # GeoJSON is often sent as JSON.
    return "geojson" if named == "geojson" and stated == "json" else stated or named


def _read_records(data: bytes, whole: bool, form: FileForm) -> tuple[Sequence[Record], Sequence[str], bool]:
    """Return the records of the beginning, their fields, and whether there are no more.

    Raises Untreatable, Unreadable.
    """
    if form == "csv":
        encoding = find_encoding(data)
        if encoding is None:
            raise Unreadable("receiving.no-text")
        stated = msgspec.structs.replace(Records(format="csv"), encoding=encoding)
        records, fields, _ = read_beginning(data, whole, stated)
        return records, fields, whole
    if form == "ndjson":
        records, fields, _ = read_beginning(data, whole, Records(format="ndjson"))
        return records, fields, whole
    if whole:
        found = _list_objects(_decode(data))
        return found, tuple(dict.fromkeys(name for record in found[:MOST_ROWS] for name in record)), True
    begin = _FEATURES.search(data) if form == "geojson" else None
    found = _read_first(data[begin.end() - 1 :] if begin else data)
    return found, tuple(dict.fromkeys(name for record in found for name in record)), False


def _read_first(data: bytes) -> list[Record]:
    """Return the first objects of an array, whatever is behind them. Raises Untreatable if there is none."""
    codec, found = make_codec(Records(format="json")), list[Record]()
    for at in range(0, len(data), _PIECE):
        try:
            found += codec.read(data[at : at + _PIECE])
        except Untreatable:
            found = _read_up_to_fault(data, at)
            if not found:
                raise
            break
        if len(found) > MOST_ROWS:
            break
    return found


def _read_up_to_fault(data: bytes, at: int) -> list[Record]:
    """Return the objects of an array before what cannot be read in the piece that begins at `at`."""
    codec = make_codec(Records(format="json"))
    found = codec.read(data[:at])
    # An object ends with a brace, so that each one is read before what is behind it.
    for part in data[at : at + _PIECE].split(b"}", MOST_ROWS)[:MOST_ROWS]:
        try:
            found += codec.read(part + b"}")
        except Untreatable:
            break
    return found


def _decode(data: bytes) -> Any:
    try:
        return msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise Unreadable("receiving.no-json") from None


def _list_objects(document: Any) -> list[Record]:
    """Return the objects of a list, of the first list in an object, or the object itself."""
    if isinstance(document, dict):
        inner = document.get("features")
        lists = [inner] if isinstance(inner, list) else [value for value in document.values() if _is_rows(value)]
        document = lists[0] if lists else [document]
    if not isinstance(document, list):
        raise Unreadable("receiving.no-rows")
    return [entry if isinstance(entry, dict) else {"": entry} for entry in document]


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(entry, dict) for entry in value[:MOST_ROWS])


def _flatten(feature: Record) -> Record:
    """Return the properties of a feature, and what kind of geometry it has."""
    properties, geometry = feature.get("properties"), feature.get("geometry")
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    return {**(properties if isinstance(properties, dict) else {}), "geometry": kind}


def _find_timeline(records: Sequence[Record], columns: Sequence[str]) -> TimeLine | None:
    """Return the rows over time by the first column that has times nearly everywhere, and more than one."""
    for column in columns:
        times = [at for record in records if (at := _read_time(record.get(column))) is not None]
        if len(times) >= _LEAST_TIMES * len(records) and len(set(times)) > 1:
            return TimeLine(clean(column, LONGEST), _count_bars(times))
    return None


def _read_time(value: Any) -> int | None:
    text = to_instant(value)
    if text is None:
        return None
    at = datetime.fromisoformat(f"{text}-01" if len(text) == len("2026-01") else text)
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


def _count_bars(times: Sequence[int]) -> tuple[TimeBar, ...]:
    first, last = min(times), max(times)
    fitting = (width for width in _WIDTHS_MS if (last - first) // width < BARS)
    width = next(fitting, (last - first) // BARS + 1)
    counts = [0] * ((last - first) // width + 1)
    for at in times:
        counts[(at - first) // width] += 1
    most = max(counts)
    return tuple(
        TimeBar(first + place * width, min(first + (place + 1) * width - 1, last), count, count / most)
        for place, count in enumerate(counts)
    )
