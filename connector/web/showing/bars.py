"""Numbers of successive months as bars of a drawing, made by the server (SVG 2). Pure."""

from collections.abc import Sequence

import msgspec

WIDTH, HEIGHT, FLOOR = 600.0, 160.0, 150.0
_FULL, _GAP = 136.0, 0.2


class MonthBar(msgspec.Struct, frozen=True, kw_only=True):
    """One bar: its place and size on a sheet of `WIDTH` and `HEIGHT`, its name and its count."""

    x: float
    y: float
    width: float
    height: float
    name: str
    count: int


def draw_bars(counts: Sequence[tuple[str, int]]) -> tuple[MonthBar, ...]:
    """Return a bar for each named count; the greatest has the full height, and any above zero can be seen.

    >>> [bar.height for bar in draw_bars([("a", 2), ("b", 0), ("c", 4)])]
    [68.0, 0.0, 136.0]
    """
    most = max((count for _, count in counts), default=0)
    step = WIDTH / len(counts) if counts else 0.0
    bars = []
    for place, (name, count) in enumerate(counts):
        height = round(max(count / most * _FULL, 2.0), 1) if count > 0 else 0.0
        x, width = round((place + _GAP / 2) * step, 1), round(step * (1 - _GAP), 1)
        bars.append(MonthBar(x=x, y=round(FLOOR - height, 1), width=width, height=height, name=name, count=count))
    return tuple(bars)
