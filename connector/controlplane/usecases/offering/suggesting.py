"""Suggests statements for the description of a draft: from its data, and from what the participant stated before.

A suggestion is shown and never stated by itself. What the data shows is suggested only if all of it was looked at, and
only if one thing alone can be meant. Pure.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from connector.ports.entities import Asset
from connector.views.assets import DEFAULT_MEDIA_TYPE, AssetOrder
from connector.views.sightings import SeenField, Sighting, Suggestion

_REPEATED = ("licence", "publisher", "contact")
"""What the offers of one participant mostly have in common."""
_LATITUDE = re.compile(r"(geo_?)?(lat|latitude|breite|breitengrad)(_?wgs_?84)?", re.IGNORECASE)
_LONGITUDE = re.compile(
    r"(geo_?)?(lon|lng|long|longitude|länge|laenge|längengrad|laengengrad)(_?wgs_?84)?", re.IGNORECASE
)


def suggest(draft: AssetOrder, seen: Sighting, last: Asset | None) -> tuple[Suggestion, ...]:
    """Return the statements that a draft could make; `last` is the asset that was published last, if any."""
    return (*_suggest_by_data(draft, seen), *(_suggest_by_offer(draft, last) if last else ()))


def _suggest_by_data(draft: AssetOrder, seen: Sighting) -> Iterator[Suggestion]:
    if draft.media_type == DEFAULT_MEDIA_TYPE and seen.media_type != DEFAULT_MEDIA_TYPE:
        yield _suggest("media_type", seen.media_type)
    if not seen.whole:
        return
    # Fields of coordinates without a box are no place: swapped, or on no map.
    box = seen.box or (() if seen.geometry else _find_box(seen.fields))
    if box and not draft.place:
        yield _suggest("place", {"box": box})
    # Dates of birth are not the time of the data.
    period = _find_period([field for field in seen.fields if field.name not in seen.persons])
    if period and not draft.period and not draft.live:
        yield _suggest("period", period)


def _suggest(member: str, value: Any) -> Suggestion:
    return Suggestion(member=member, value=value, origin="data")


def _suggest_by_offer(draft: AssetOrder, last: Asset) -> Iterator[Suggestion]:
    for member in _REPEATED:
        value = getattr(last, member)
        if value and not getattr(draft, member):
            yield Suggestion(member=member, value=msgspec.to_builtins(value), origin="offer")


def _find_period(fields: Sequence[SeenField]) -> dict[str, str] | None:
    """Return the first and the last day of the one field of dates; several could each mean something else."""
    dated = [field for field in fields if field.dates and field.dates == field.numbers + field.others]
    if len(dated) != 1:
        return None
    day = len("2026-05-01")
    return {"start": dated[0].earliest[:day], "end": dated[0].latest[:day]}


def _find_box(fields: Sequence[SeenField]) -> tuple[float, ...]:
    """Return the box around the coordinates of a field of latitudes and one of longitudes; empty if there are none."""
    north = _find_range(fields, _LATITUDE, 90)
    east = _find_range(fields, _LONGITUDE, 180)
    return (east[0], north[0], east[1], north[1]) if north and east else ()


def _find_range(fields: Sequence[SeenField], name: re.Pattern[str], most: float) -> tuple[float, float] | None:
    named = [field for field in fields if name.fullmatch(field.name) and field.numbers and not field.others]
    if len(named) != 1 or named[0].least is None or named[0].greatest is None or named[0].ambiguous:
        return None
    least, greatest = named[0].least, named[0].greatest
    return (least, greatest) if -most <= least <= greatest <= most else None


def suggest_title(name: str) -> str:
    """Return a title from the name of a file.

    >>> suggest_title("a/luft_messwerte-2026.csv")
    'Luft messwerte 2026'
    """
    stem = name.rpartition("/")[2].partition(".")[0]
    title = " ".join(stem.replace("_", " ").replace("-", " ").split())
    return title[:1].upper() + title[1:]
