"""Sets of instants as a list of edges: what comparisons with dateTime become, and how they combine.

Day granularity follows ODRL documents in the wild: `lteq` a day includes that day. Pure: standard library, msgspec.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo

import msgspec

from connector.policy.model.literals import find_next, find_start
from connector.policy.model.values import Day, Instant


class Moments(msgspec.Struct, frozen=True):
    """A set of instants: `first` says whether it holds before the first edge; it flips at each edge, in order."""

    first: bool
    edges: tuple[datetime, ...] = ()

    def holds(self, at: datetime) -> bool:
        """Return whether the instant is in the set."""
        return self.first ^ bool(bisect_right(self.edges, at) & 1)


def compare(operator: str, value: Instant | Day, zone: tzinfo = UTC) -> Moments:
    """Return the instants for which `<instant> operator value` is True; for eq, neq, lt, lteq, gt and gteq.

    `zone` is that of a day which states none.

    >>> compare("lteq", Instant(noon)).holds(noon), compare("lt", Instant(noon)).holds(noon)
    (True, False)
    """
    if isinstance(value, Instant):
        begin, end = value.at, find_next(value.at)
    else:
        begin, end = find_start(value, zone), find_start(value, zone, ahead=1)
    match operator:
        case "lt":
            return Moments(True, (begin,))
        case "lteq":
            return Moments(True, (end,))
        case "gt":
            return Moments(False, (end,))
        case "gteq":
            return Moments(False, (begin,))
        case "eq":
            return Moments(False, (begin, end))
        case _:
            return Moments(True, (begin, end))


def any_of(values: Sequence[Instant | Day], zone: tzinfo = UTC) -> Moments:
    """Return the instants that equal one of the values or fall on one of the days.

    >>> any_of([Day(noon.date())]).holds(noon)
    True
    """
    return combine("or", [compare("eq", value, zone) for value in values])


def complement(moments: Moments) -> Moments:
    """Return all other instants.

    >>> complement(Moments(True)).holds(noon)
    False
    """
    return Moments(not moments.first, moments.edges)


def combine(operand: str, sets: Sequence[Moments]) -> Moments:
    """Fold sets by `and`, `or` or `xone`.

    One sweep over all edges, counting how many sets hold: time n log n, not the product of the sets.

    >>> combine("and", [Moments(True), Moments(False, (noon,))]).edges == (noon,)
    True
    """
    needed = len(sets)

    def decide(count: int) -> bool:
        if operand == "and":
            return count == needed
        return count == 1 if operand == "xone" else count > 0

    steps: dict[datetime, int] = {}
    for entry in sets:
        step = -1 if entry.first else 1
        for edge in entry.edges:
            steps[edge] = steps.get(edge, 0) + step
            step = -step
    count = sum(entry.first for entry in sets)
    first = current = decide(count)
    edges = []
    for edge in sorted(steps):
        count += steps[edge]
        if decide(count) != current:
            current = not current
            edges.append(edge)
    return Moments(first, tuple(edges))
