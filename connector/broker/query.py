"""A search as people and programs ask for it: read, bounded, and made a query of the index."""

import math
import unicodedata
from collections.abc import Mapping, Sequence

import msgspec

from connector.broker.labels import CLASSES, find_value
from connector.broker.reading.members import WORD_LENGTH
from connector.broker.reading.statements import read_moment
from connector.ports.broker_store import Box
from connector.ports.search_index import CHANGED_WITHIN, CURRENT, LIMIT, OFFSET, STALE, VALUES, Facet, Order, Query
from connector.protocol.dsp.errors import clean

TEXT_LENGTH = 500
WORDS = 16
FARTHEST_KM = 1000.0

_CLOSED = {
    Facet.FRESHNESS: (CURRENT, STALE),
    Facet.CHANGED: tuple(CHANGED_WITHIN),
    Facet.PRICE: ("free", "paid"),
    Facet.DATA_CLASS: CLASSES,
}


class QueryRefused(Exception):
    """A search cannot be understood; the message is one sentence."""


class Circle(msgspec.Struct, frozen=True):
    """What is near a point: degrees of WGS 84, and km."""

    longitude: float
    latitude: float
    km: float


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A search within bounds. `query` lacks what only the record knows: hidden sources, rows in an area, and `like`.

    `like` is the participant (empty: who listed it first) and the identifier of a dataset. `stale` includes sources
    that are offline for a day, `tests` of the query what is marked as a test.
    """

    query: Query
    box: Box | None = None
    near: Circle | None = None
    like: tuple[str, str] | None = None
    stale: bool = False


def make_query(
    text: str = "",
    *,
    filters: Mapping[Facet, Sequence[str]] | None = None,
    bbox: str | None = None,
    near: str | None = None,
    since: str | None = None,
    until: str | None = None,
    like: tuple[str, str] | None = None,
    sort: str = Order.RELEVANCE,
    limit: int = 20,
    offset: int = 0,
    stale: bool = False,
    tests: bool = False,
    facets: bool = False,
) -> Asked:
    """Return a search within bounds: without control characters, with the first words, at most `LIMIT` results.

    `filters` are codes, IRIs or labels; `bbox` is `west,south,east,north`, `near` is `longitude,latitude,km`; `since`
    and `until` are dates between which the time of the data falls at least in part. Raises QueryRefused.
    """
    words = unicodedata.normalize("NFC", clean(text, TEXT_LENGTH)).split()
    query = Query(
        text=" ".join(words[:WORDS]),
        filters={facet: kept for facet, values in (filters or {}).items() if (kept := _clean_values(facet, values))},
        begins=_read_date("since", since),
        ends=_read_date("until", until, last=True),
        order=_choose_order(sort),
        limit=max(1, min(limit, LIMIT)),
        offset=max(0, min(offset, OFFSET)),
        facets=facets,
        tests=tests,
    )
    return Asked(query=query, box=parse_box(bbox), near=_read_circle(near), like=like, stale=stale)


def _clean_values(facet: Facet, values: Sequence[str]) -> tuple[str, ...]:
    cleaned = (unicodedata.normalize("NFC", clean(value, WORD_LENGTH)) for value in values[:VALUES])
    found = tuple(dict.fromkeys(find_value(facet, value) for value in cleaned if value))
    known = _CLOSED.get(facet)
    for value in found:
        if known and value not in known:
            raise QueryRefused(f"{facet} is {value}: expected one of {', '.join(known)}.")
    return found


def _choose_order(sort: str) -> Order:
    try:
        return Order(sort)
    except ValueError:
        raise QueryRefused(f"sort is {clean(sort, 40)}: expected one of {', '.join(Order)}.") from None


def _read_date(name: str, text: str | None, *, last: bool = False) -> int | None:
    if not text:
        return None
    moment = read_moment(text, last=last)
    if moment is None:
        raise QueryRefused(f"{name} is {clean(text, 40)}: expected a date such as 2026-03-01.")
    return moment


def parse_box(text: str | None) -> Box | None:
    """Return a box of a request: `west,south,east,north` in degrees of WGS 84. Raises QueryRefused."""
    if not text:
        return None
    west, south, east, north = _read_numbers(text, 4) or (math.nan,) * 4
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise QueryRefused(
            f"bbox is {clean(text, 80)}: expected west,south,east,north in degrees, such as 7,51,7.5,51.6."
        )
    return west, south, east, north


def _read_circle(text: str | None) -> Circle | None:
    if not text:
        return None
    longitude, latitude, km = _read_numbers(text, 3) or (math.nan,) * 3
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90 and 0 < km <= FARTHEST_KM):
        raise QueryRefused(
            f"near is {clean(text, 80)}: expected longitude,latitude in degrees and up to {FARTHEST_KM:g} km, "
            "such as 7.2,51.5,10."
        )
    return Circle(longitude, latitude, km)


def _read_numbers(text: str, count: int) -> tuple[float, ...] | None:
    try:
        numbers = tuple(map(float, text.split(",", count)))
    except ValueError:
        return None
    return numbers if len(numbers) == count else None
