"""What a consumer chooses of the rows of an offer: the form, columns, rows, an area, a time, coordinates and a page.

The names are those of OGC API Features where it has one (`bbox`, `datetime`, `crs`, `limit`, `offset`). A choice can
only narrow: it is applied to rows after they were treated as the agreement requires.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args
from urllib.parse import unquote

import msgspec

from connector.dataplane.formats.dates import to_instant
from connector.ports.flow import SourceError
from connector.views.assets import RowForm

FORMS: tuple[RowForm, ...] = get_args(RowForm)
CRS84 = "OGC:CRS84"
NAMES = frozenset({"form", "columns", "where", "bbox", "datetime", "crs", "limit", "offset"})
MOST_COLUMNS, MOST_WHERE, LONGEST = 200, 20, 2_000
LARGEST_PAGE = 10_000
_MOST_OFFSET = 1_000_000_000
_CONDITION = re.compile(r"([^=<>!]{1,200})(!=|<=|>=|=|<|>)(.{0,500})", re.DOTALL)
_CODE = re.compile(
    r"(?:EPSG:|http://www\.opengis\.net/def/crs/EPSG/\d{1,5}/|urn:ogc:def:crs:EPSG:\d{0,5}:)(\d{4,6})", re.ASCII
)
_CRS84 = re.compile(r"OGC:CRS84|http://www\.opengis\.net/def/crs/OGC/(?:0|1\.3)/CRS84|urn:ogc:def:crs:OGC::CRS84")

Sign = Literal["=", "!=", "<", "<=", ">", ">="]


class BadChoice(SourceError):
    """A choice that cannot be read or is not possible; the text is one sentence for the consumer.

    It says nothing about the data itself, so it ends no flow.
    """


class UnknownRow(BadChoice):
    """There is no row with the number that is wanted."""


class Condition(msgspec.Struct, frozen=True):
    """A condition on the value of a field."""

    field: str
    sign: Sign
    value: str


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """A choice. `between` are the first and the last instant; `limit` is None for all rows from `offset` on.

    `number` is that of the only row that is wanted, from 1; `page_url` the address of a page, for links to other ones.
    """

    form: RowForm
    columns: tuple[str, ...] = ()
    where: tuple[Condition, ...] = ()
    bbox: tuple[float, float, float, float] | None = None
    between: tuple[datetime | None, datetime | None] | None = None
    crs: str = ""
    bbox_crs: str = CRS84
    limit: int | None = None
    offset: int = 0
    number: int | None = None
    page_url: str = ""


def read_choice(query: Sequence[tuple[str, str]]) -> Choice | None:
    """Return the choice of a query; None if it names no part of one. Raises BadChoice.

    >>> read_choice([("form", "csv"), ("where", "temp>=20"), ("limit", "5")]).where
    (Condition(field='temp', sign='>=', value='20'),)
    """
    if not any(name in NAMES for name, _ in query):
        return None
    _refuse_unknown(query)
    given = dict(query)
    form = next((one for one in FORMS if one == given.get("form") and one != "features"), None)
    if form is None:
        known = ", ".join(one for one in FORMS if one != "features")
        raise BadChoice(f"The form is missing or unknown: add `form` with one of {known}.")
    columns = tuple(dict.fromkeys(part for part in given.get("columns", "").split(",") if part))
    if len(columns) > MOST_COLUMNS:
        raise BadChoice(f"More than {MOST_COLUMNS} columns are named: leave `columns` out for all of them.")
    return Choice(
        form=form,
        columns=tuple(unquote(part) for part in columns),
        where=tuple(_read_condition(text) for name, text in query if name == "where"),
        bbox=read_box(given["bbox"]) if "bbox" in given else None,
        between=read_between(given["datetime"]) if "datetime" in given else None,
        crs=read_crs(given["crs"]) if "crs" in given else "",
        limit=read_count("limit", given["limit"], _MOST_OFFSET) if "limit" in given else None,
        offset=read_count("offset", given.get("offset", "0"), _MOST_OFFSET, least=0),
    )


def _refuse_unknown(query: Sequence[tuple[str, str]]) -> None:
    names = [name for name, _ in query]
    for name, value in query:
        if name not in NAMES:
            raise BadChoice(f"Unknown parameter {name[:50]!r}: use {', '.join(sorted(NAMES))}.")
        if len(value) > LONGEST:
            raise BadChoice(f"The value of {name} has more than {LONGEST} characters: shorten it.")
        if name != "where" and names.count(name) > 1:
            raise BadChoice(f"{name} is given twice: give it once.")
    if names.count("where") > MOST_WHERE:
        raise BadChoice(f"More than {MOST_WHERE} conditions are given: use fewer.")


def _read_condition(text: str) -> Condition:
    found = _CONDITION.fullmatch(text)
    if not found:
        raise BadChoice("A condition cannot be read: write it as field=value, with =, !=, <, <=, > or >=.")
    sign: Sign = next(one for one in get_args(Sign) if one == found[2])
    return Condition(found[1].strip(), sign, found[3].strip())


def read_count(name: str, text: str, most: int, *, least: int = 1) -> int:
    """Return a whole number of a query. Raises BadChoice."""
    if not re.fullmatch(r"\d{1,10}", text, re.ASCII) or not least <= int(text) <= most:
        raise BadChoice(f"{name} is not a whole number from {least} to {most}: correct it.")
    return int(text)


def read_box(text: str) -> tuple[float, float, float, float]:
    """Return west, south, east and north of a `bbox` with four or six numbers (OGC API Features, 7.15.3).

    Raises BadChoice.
    """
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) not in {4, 6} or any(number != number or abs(number) > 1e9 for number in numbers):
        raise BadChoice("bbox cannot be read: write four numbers as WEST,SOUTH,EAST,NORTH.")
    half = len(numbers) // 2
    west, south, east, north = numbers[0], numbers[1], numbers[half], numbers[half + 1]
    if west > east or south > north:
        raise BadChoice("bbox has its west after its east, or its south after its north: swap them.")
    return west, south, east, north


def read_between(text: str) -> tuple[datetime | None, datetime | None]:
    """Return the first and the last instant of a `datetime`: an instant or an interval, open with `..` (7.15.4).

    Raises BadChoice.
    """
    begin, slash, end = text.partition("/")
    first, last = read_instant(begin), read_instant(end if slash else begin, last=True)
    for part, found in ((begin, first), (end if slash else begin, last)):
        if found is None and not (slash and part in {"", ".."}):
            raise BadChoice("datetime cannot be read: write an instant, or FROM/TO with .. for an open end.")
    if first and last and first > last:
        raise BadChoice("datetime ends before it begins: swap its ends.")
    return first, last


def read_instant(text: object, *, last: bool = False) -> datetime | None:
    """Return the instant of a value, of a day its begin or with `last` its end; None if it is none.

    A time without an offset is read as UTC.
    """
    found = to_instant(text)
    if found is None:
        return None
    try:
        moment = datetime.fromisoformat(found if len(found) > 7 else f"{found}-01")
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment + timedelta(days=1, microseconds=-1) if last and len(found) == 10 else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def read_crs(text: str) -> str:
    """Return the code of a reference system, such as `EPSG:25832`. Raises BadChoice.

    >>> read_crs("http://www.opengis.net/def/crs/EPSG/0/25832"), read_crs("OGC:CRS84")
    ('EPSG:25832', 'OGC:CRS84')
    """
    if _CRS84.fullmatch(text):
        return CRS84
    found = _CODE.fullmatch(text)
    if not found:
        raise BadChoice("crs cannot be read: write it as EPSG:25832 or OGC:CRS84.")
    return CRS84 if found[1] == "4326" else f"EPSG:{found[1]}"
