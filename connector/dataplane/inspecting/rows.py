"""What is wrong with rows and between fields: repeated rows and keys, gaps in a series, equal fields."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import combinations, pairwise

import msgspec

from connector.dataplane.inspecting.columns import Column
from connector.dataplane.inspecting.values import report
from connector.views.sightings import DataFinding

_KEY = re.compile(r"(?:.*[_.-])?(?:id|gid|fid|uuid|key|objectid|nummer|nr)|.*Id", re.ASCII)
_FEW = 20
_REGULAR = 0.8
_MOST_COMPARED = 200
_MOST_PAIRS = 5_000


def inspect_rows(columns: Sequence[Column], of: int, places: Sequence[str]) -> Iterator[DataFinding]:
    """Yield what is wrong with the rows; `places` are the fields of their geometry."""
    if of < 2:
        return
    yield from _find_repeated(columns, of, places)
    yield from _find_keys(columns, of)
    yield from _find_equal(columns, of)
    series = find_series(columns, of)
    if series is not None:
        yield from _find_gaps(series, of)


def find_series(columns: Sequence[Column], of: int) -> Column | None:
    """Return the field of instants that rows are ordered by: all different, and nearly all in a regular step."""
    for column in columns:
        if len(column.moments) == of >= _FEW and len(set(column.moments.values())) > of * _REGULAR:
            steps = Counter(_list_steps(column))
            if steps and steps.most_common(1)[0][1] >= _REGULAR * (of - 1):
                return column
    return None


def _list_steps(column: Column) -> list[timedelta]:
    return [later - earlier for earlier, later in pairwise(sorted(column.moments.values()))]


def _find_gaps(series: Column, of: int) -> Iterator[DataFinding]:
    steps = _list_steps(series)
    usual = Counter(steps).most_common(1)[0][0]
    if usual <= timedelta(0):
        return
    longer = [step for step in steps if step > usual * 1.5]
    missing = sum(round(step / usual) - 1 for step in longer)
    if longer:
        yield DataFinding(
            code="gaps",
            level="fault",
            field=series.name,
            count=len(longer),
            of=of,
            detail=str(missing),
            example=str(usual),
        )
    again = sum(step == timedelta(0) for step in steps)
    if again:
        yield DataFinding(code="same-time", level="fault", field=series.name, count=again, of=of)


def _find_repeated(columns: Sequence[Column], of: int, places: Sequence[str]) -> Iterator[DataFinding]:
    rows = Counter(zip(*(column.texts for column in columns), strict=True))
    again = sum(count - 1 for count in rows.values())
    if again:
        yield DataFinding(code="duplicate", level="fault", count=again, of=of)
    keys = {column.name for column in columns if _is_key(column)}
    rest = [column for column in columns if column.name not in keys and column.name not in places]
    if len(rest) < 2 or len(rest) == len(columns):
        return
    # A row with hardly a value is equal to many others by chance.
    alike = Counter(
        row for row in zip(*(column.texts for column in rest), strict=True) if sum(map(bool, row)) * 4 >= len(row)
    )
    near = sum(count - 1 for count in alike.values()) - again
    if 0 < near <= of // 10:
        apart = ", ".join(column.name for column in columns if column not in rest)
        yield DataFinding(code="alike", level="remark", count=near, of=of, detail=apart)


def _is_key(column: Column) -> bool:
    return bool(_KEY.fullmatch(column.name)) and len(set(column.texts)) * 2 > len(column.texts)


def _find_keys(columns: Sequence[Column], of: int) -> Iterator[DataFinding]:
    for column in columns:
        if not _is_key(column):
            continue
        counts = Counter(column.texts[at] for at in column.known)
        repeated = {text for text, count in counts.items() if count > 1}
        if not repeated:
            continue
        groups: dict[str, list[int]] = defaultdict(list)
        for at in column.known:
            if column.texts[at] in repeated:
                groups[column.texts[at]].append(at)
        extra = sum(len(places) - 1 for places in groups.values())
        apart = [
            other.name
            for other in columns
            if other is not column and all(len({other.texts[at] for at in places}) > 1 for places in groups.values())
        ]
        # Rows that differ in a field each time are one for each of its values, and no fault.
        places = [group[0] for group in groups.values()]
        found = report("key", column, places, of, ", ".join(apart), remark=bool(apart))
        yield msgspec.structs.replace(found, extra=extra)


def _find_equal(columns: Sequence[Column], of: int) -> Iterator[DataFinding]:
    varied = [column for column in columns if of >= _FEW and len(column.known) == of and len(set(column.texts)) > 2]
    for one, other in list(combinations(varied[:_MOST_COMPARED], 2))[:_MOST_PAIRS]:
        if one.texts == other.texts:
            yield report("equal", one, range(of), of, other.name)
