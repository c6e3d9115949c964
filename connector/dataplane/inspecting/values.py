"""What is wrong with the values of one field: placeholders, dates of 1970, impossible values, damaged texts."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from decimal import Decimal

from connector.dataplane.inspecting.columns import Column
from connector.dataplane.inspecting.units import find_quantity
from connector.views.sightings import DataFinding

_LONGEST = 100
_PLACEHOLDER = re.compile(r"-?9{2,6}(?:\.0+)?|-32768|32767|65535", re.ASCII)
# UTF-8 that was read as Windows-1252, a lost character, and a question mark inside a word.
# The last ones are control characters, which the code pages of DOS become in any other encoding.
_DAMAGE = re.compile(
    r"\u00c3[\u0080-\u00bf\u2018-\u2122\u0152-\u0178]|\u00e2\u20ac|\ufffd|[a-zäöü]\?[a-zäöü]|[\u0080-\u009f]"
)
_HOUSE = re.compile(r"str[_ .-]?(?:hausnr|nr|haus)|hausnr|hausnummer|strasse_?nr|street_?(?:number|no)", re.IGNORECASE)
_VAGUE = re.compile(
    r"\d{1,2}\.\d{1,2}\.\d{2}(?:\s+\d{1,2}:\d{2})?|(?:bis|ab|seit|ca\.?)\s+[A-Za-zä]+\s+\d{4}", re.ASCII
)
_FEW, _SOME = 10, 20
_RECENT = timedelta(days=60)
_LEAST_SPAN = timedelta(days=30)
_STUCK_SHARE, _DISTINCT = 50, 20


def inspect_values(column: Column, of: int) -> Iterator[DataFinding]:
    """Yield what is wrong with the values of a field; `of` is the number of rows."""
    for check in _CHECKS:
        yield from check(column, of)


def report(
    code: str, column: Column, places: Sequence[int], of: int, detail: str = "", *, remark: bool = False
) -> DataFinding:
    """Return a finding about the values at these places."""
    example = column.texts[places[0]][:_LONGEST] if places else ""
    return DataFinding(
        code=code,
        level="remark" if remark else "fault",
        field=column.name,
        count=len(places),
        of=of,
        example=example,
        detail=detail[:_LONGEST],
    )


def _check_missing(column: Column, of: int) -> Iterator[DataFinding]:
    missing = of - len(column.known)
    if of and missing == of:
        yield DataFinding(code="empty", level="fault", field=column.name, count=of, of=of)
    elif missing:
        yield DataFinding(code="missing", level="remark", field=column.name, count=missing, of=of)


def _check_placeholders(column: Column, of: int) -> Iterator[DataFinding]:
    """A placeholder for a missing value is far from all other values; a reading of 999 hPa has neighbours."""
    if not column.is_numeric or len(column.numbers) < _FEW:
        return
    suspects = {number for number in column.numbers.values() if _PLACEHOLDER.fullmatch(format(number, "f"))}
    others = [number for number in column.numbers.values() if number not in suspects]
    if not suspects or len(others) < _FEW:
        return
    least, greatest = min(others), max(others)
    far = max(greatest - least, Decimal(1))
    found = {number for number in suspects if number - greatest > far or least - number > far}
    places = [at for at, number in column.numbers.items() if number in found]
    if places:
        yield report("placeholder", column, places, of)


def _check_epoch(column: Column, of: int) -> Iterator[DataFinding]:
    places = [
        at
        for at, moment in column.moments.items()
        if moment.year in {1969, 1970} and abs(moment.timestamp()) <= timedelta(days=1).total_seconds()
    ]
    if places and len(places) < len(column.moments):
        yield report("epoch", column, places, of)


def _check_old(column: Column, of: int) -> Iterator[DataFinding]:
    """Where most instants are of the same weeks, one of an earlier year is of something that has stopped."""
    if not column.is_dated:
        return
    moments = {at: moment for at, moment in column.moments.items() if moment.year > 1970}
    ordered = sorted(moments.values())
    if len(ordered) < _SOME:
        return
    first, third = ordered[len(ordered) // 4], ordered[3 * len(ordered) // 4]
    if third - first > _RECENT:
        return
    bound = first - max(10 * (third - first), _LEAST_SPAN)
    places = [at for at, moment in moments.items() if moment < bound and moment.year < first.year]
    if places:
        years = ", ".join(str(year) for year in sorted({moments[at].year for at in places}))
        yield report("old", column, places, of, years)


def _check_range(column: Column, of: int) -> Iterator[DataFinding]:
    quantity = find_quantity(column.name)
    if quantity is None or not column.is_numeric:
        return
    least, greatest = quantity.least, quantity.greatest
    places = [
        at
        for at, number in column.numbers.items()
        if (least is not None and number < least) or (greatest is not None and number > greatest)
    ]
    # If most values are outside, the field is something else than its name says.
    if places and 2 * len(places) < len(column.numbers):
        bounds = f"{'' if least is None else least} … {'' if greatest is None else greatest} {quantity.unit}".strip()
        yield report("implausible", column, places, of, bounds)


def _check_stuck(column: Column, of: int) -> Iterator[DataFinding]:
    """A round value at the end of the range of a sensor that varies otherwise is the end of its scale."""
    if not column.is_numeric or len(column.numbers) < _SOME:
        return
    counts = Counter(column.numbers.values())
    if len(counts) < _DISTINCT:
        return
    for number in (max(counts), min(counts)):
        if number and number % 100 == 0 and counts[number] * _STUCK_SHARE >= len(column.numbers) * 2:
            places = [at for at, value in column.numbers.items() if value == number]
            if len(places) >= _FEW:
                yield report("stuck", column, places, of)


def _check_damage(column: Column, of: int) -> Iterator[DataFinding]:
    places = [at for at in column.known if _DAMAGE.search(column.texts[at]) and "://" not in column.texts[at]]
    if places:
        yield report("damaged", column, places, of)


def _check_house_numbers(column: Column, of: int) -> Iterator[DataFinding]:
    if not _HOUSE.search(column.name):
        return
    places = [at for at in column.known if not any(map(str.isdigit, column.texts[at]))]
    if places:
        yield report("no-number", column, places, of, remark=True)


def _check_vague_dates(column: Column, of: int) -> Iterator[DataFinding]:
    places = [at for at in column.known if at not in column.moments and _VAGUE.fullmatch(column.texts[at])]
    if places:
        yield report("vague-date", column, places, of)


_CHECKS: tuple[Callable[[Column, int], Iterator[DataFinding]], ...] = (
    _check_missing,
    _check_placeholders,
    _check_epoch,
    _check_old,
    _check_range,
    _check_stuck,
    _check_damage,
    _check_house_numbers,
    _check_vague_dates,
)
