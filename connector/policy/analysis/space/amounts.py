"""Constraints on ordered values as regions: instants, times of the day, durations and numbers.

A duration among the facts is taken to be of fixed length (no months), as every clock measures it.

Pure: standard library and msgspec only.
"""

from datetime import UTC, datetime, tzinfo
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from connector.policy.analysis.space.dimension import SIDES, Dimension, drop_empty, intersect_all
from connector.policy.analysis.space.regions import (
    Intervals,
    Point,
)
from connector.policy.comparing import moments
from connector.policy.comparing.local_time import DAY
from connector.policy.model.literals import MICROSECOND, find_bounds
from connector.policy.model.policy import AtomicConstraint
from connector.policy.model.values import ClockTime, Day, Duration, Instant, Number
from connector.policy.vocabulary.registry import Operand

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


INTEGRAL: dict[str, int] = {"count": 1, "volume": 0}
"""Operands whose values are whole numbers, and the least of them."""


_ALL_TIMES = Intervals(first=True)


_CLOCK = Intervals(cuts=((0, 0), (DAY, 0)))


def to_microseconds(moment: datetime) -> int:
    """Return an instant as whole microseconds since 1970.

    >>> to_microseconds(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    1000000
    """
    return (moment - EPOCH) // MICROSECOND


def read_instants(constraint: AtomicConstraint, operand: Operand, zone: tzinfo) -> Dimension:
    """Read a comparison with instants and days; `zone` is that of days which state none.

    >>> found = normal("odrl:dateTime lt 1970-01-01T00:00:01Z")
    >>> read_instants(found, registry.operands[found.left], UTC).true[0].cuts
    ((1000000, 0),)
    """
    points = [value for value in constraint.right if isinstance(value, Instant | Day)]
    if constraint.operator in {"isAnyOf", "isNoneOf"}:
        held = moments.any_of(points, zone)
        if constraint.operator == "isNoneOf":
            held = moments.complement(held)
    else:
        held = moments.compare(constraint.operator, points[0], zone)
    cuts = tuple((to_microseconds(edge), 0) for edge in held.edges)
    true, false = Intervals(held.first, cuts), Intervals(not held.first, cuts)
    return Dimension(operand.iri, drop_empty(true), drop_empty(false), _ALL_TIMES if operand.code else None)


def read_clock(constraint: AtomicConstraint, operand: Operand) -> Dimension | None:
    """Read a comparison with a time of the day; None if it compares with something else.

    >>> found = normal("dk:timeOfDay lt 06:00")
    >>> read_clock(found, registry.operands[found.left]).true[0].cuts
    ((0, 0), (21600000000, 0))
    """
    limit = constraint.right[0]
    if not isinstance(limit, ClockTime):
        return None
    mark = limit.seconds * 1_000_000
    cuts: tuple[tuple[Point, int], ...]
    if constraint.operator in SIDES:
        first, side = SIDES[constraint.operator]
        cuts = ((mark + side, 0),)
    else:
        first, cuts = constraint.operator == "neq", ((mark, 0), (mark + 1, 0))
    key = operand.iri if limit.offset is None else f"{operand.iri}|{limit.offset}"
    parts = (Intervals(first, cuts), Intervals(not first, cuts))
    true, false = (intersect_all((_CLOCK,), (part,)) for part in parts)
    return Dimension(key, true, false, _CLOCK)


def read_durations(constraint: AtomicConstraint, operand: Operand) -> Dimension | None:
    """Read a comparison with a duration; None if it compares with something else.

    >>> found = normal("dk:dataAge lteq PT1S")
    >>> read_durations(found, registry.operands[found.left]).true[0].cuts
    ((1000, 1),)
    """
    span = constraint.right[0]
    if not isinstance(span, Duration):
        return None
    least, greatest = find_bounds(span)
    operator = constraint.operator
    if operand.code:
        # Spans with months take their place in the order by their least length, just after days of that length; `space`
        # has checked that they have one.
        before, side = SIDES[operator]
        cuts = ((least * 1000 + side, int(least != greatest)),)
        return Dimension(operand.iri, (Intervals(before, cuts),), (Intervals(not before, cuts),))
    if operator in {"eq", "neq"}:
        same = Intervals(cuts=((least, 0), (greatest, 1))) if least == greatest else Intervals()
        other = Intervals(True, ((least, 0), (greatest, 1)))
        true, false = (same, other) if operator == "eq" else (other, same)
        return Dimension(operand.iri, drop_empty(true), drop_empty(false))
    before, side = SIDES[operator]
    below, above = Intervals(True, ((least, side),)), Intervals(False, ((greatest, side),))
    return Dimension(operand.iri, (below,) if before else (above,), (above,) if before else (below,))


def read_numbers(constraint: AtomicConstraint, operand: Operand) -> Dimension | None:
    """Read a comparison with numbers; None if their units differ.

    >>> found = normal("odrl:count lteq 3")
    >>> read_numbers(found, registry.operands[found.left]).true[0].cuts
    ((1, 0), (4, 0))
    """
    values = [value for value in constraint.right if isinstance(value, Number)]
    units = {value.unit for value in values}
    if len(values) != len(constraint.right) or len(units) != 1:
        return None
    unit = units.pop()
    key = f"{operand.iri}|{unit}" if unit else operand.iri
    least = INTEGRAL.get(operand.code)
    whole = least is not None
    operator = constraint.operator
    if operator in SIDES:
        first, side = SIDES[operator]
        cuts: tuple[tuple[Point, int], ...] = (_cut(values[0].amount, side, whole=whole),)
    else:
        first = operator in {"neq", "isNoneOf"}
        amounts = sorted({value.amount for value in values if not whole or value.amount == int(value.amount)})
        cuts = _list_points(amounts, whole=whole)
    parts = (Intervals(first, cuts, scale=unit), Intervals(not first, cuts, scale=unit))
    if least is None:
        return Dimension(key, drop_empty(parts[0]), drop_empty(parts[1]))
    top = Intervals(False, ((least, 0),), True, unit)
    true, false = (intersect_all((top,), (part,)) for part in parts)
    return Dimension(key, true, false, top)


def _cut(amount: Decimal, side: int, *, whole: bool) -> tuple[Point, int]:
    """The place beside a number; for whole numbers always just before one."""
    if not whole:
        return amount, side
    if side:
        return int(amount.to_integral_value(ROUND_FLOOR)) + 1, 0
    return int(amount.to_integral_value(ROUND_CEILING)), 0


def _list_points(amounts: list[Decimal], *, whole: bool) -> tuple[tuple[Point, int], ...]:
    found: list[tuple[Point, int]] = []
    for amount in amounts:
        start, end = _cut(amount, 0, whole=whole), _cut(amount, 1, whole=whole)
        if found and found[-1] == start:
            found[-1] = end
        else:
            found += [start, end]
    return tuple(found)
