"""From one constraint to its regions: where it is True, and where it is False; Unknown is what is left.

It says in sets what `operators` and `operands` decide for single values. A duration among the facts is taken to be of
fixed length (no months), as every clock measures it. Pure: standard library and msgspec only.
"""

from datetime import UTC, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TypeAlias

import msgspec

from connector.policy.analysis.space.regions import (
    Intervals,
    NameSet,
    Point,
    Region,
    SetConditions,
    complement,
    intersect,
    nothing,
)
from connector.policy.comparing import moments
from connector.policy.comparing.local_time import DAY
from connector.policy.model.literals import MICROSECOND, bounds
from connector.policy.model.model import (
    ODRL,
    AtomicConstraint,
    ClockTime,
    Day,
    Duration,
    Flag,
    Instant,
    Iri,
    Number,
    Text,
    Value,
)
from connector.policy.vocabulary.registry import Operand, Registry

Regions: TypeAlias = tuple[Region, ...]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
YES, NO = NameSet(frozenset({"yes"})), NameSet(frozenset({"no"}))
EITHER = NameSet(YES.members | NO.members)
"""Nominal propositions that are never Unknown."""
INTEGRAL: dict[str, int] = {"count": 1, "volume": 0}
"""Operands whose values are whole numbers, and the least of them."""
_ALL_TIMES = Intervals(first=True)
_CLOCK = Intervals(cuts=((0, 0), (DAY, 0)))
_STATES = ("before", "during", "after")
_SIDES = {"lt": (True, 0), "lteq": (True, 1), "gt": (False, 1), "gteq": (False, 0)}


class Dimension(msgspec.Struct, frozen=True):
    """What one constraint says about one operand.

    Parameters:
        key: the operand's IRI, with `|` and a part of it where its values are told apart (unit, zone, event).
        true: where the constraint is True, as parts.
        false: where it is False, as parts.
        top: all that the operand can be, None for any value of its sort and also unknown.
    """

    key: str
    true: Regions
    false: Regions
    top: Region | None = None


def microseconds(moment: datetime) -> int:
    """An instant as whole microseconds since 1970."""
    return (moment - EPOCH) // MICROSECOND


def name_of(value: Value) -> str | None:
    """A value as a member of `Names`; None if its sort has no names."""
    match value:
        case Iri(iri=iri):
            return iri
        case Text(text=text, language=language):
            return f"{text}@{language}"
        case Flag(on=on):
            return "true" if on else "false"
        case _:
            return None


def dimension(constraint: AtomicConstraint, registry: Registry) -> Dimension | None:
    """Read a constraint of the normal form as regions; None if its sort has none."""
    operand = registry.operands[constraint.left]
    match operand.code or operand.sort:
        case "date_time" | "instant":
            return _instants(constraint, operand)
        case "time_of_day":
            return _clock(constraint, operand)
        case "elapsed_time" | "duration":
            return _durations(constraint, operand)
        case "count" | "volume" | "number":
            return _numbers(constraint, operand)
        case "event":
            return _event(constraint, operand)
        case "taxonomy":
            return _tree(constraint, operand, registry)
        case "day_of_week" | "code" | "name" | "text" | "flag":
            return _names(constraint, operand)
        case _:
            return None


def assume(found: Dimension, *, granted: bool) -> Dimension:
    """A constraint that only the contract enforces: what is Unknown counts as True, or on a prohibition as False."""
    if granted:
        return msgspec.structs.replace(found, true=_except(found.false, found.top))
    return msgspec.structs.replace(found, false=_except(found.true, found.top))


def _except(regions: Regions, top: Region | None) -> Regions:
    if not regions:
        return (top,) if top is not None else ()
    rest = complement(regions[0]) if top is None else _pairs((top,), complement(regions[0]))
    for region in regions[1:]:
        rest = _pairs(rest, complement(region))
    return rest


def _pairs(left: Regions, right: Regions) -> Regions:
    joint = [intersect(one, other) for one in left for other in right]
    return tuple(region for region in joint if region is not None and not nothing(region))


def _solid(*regions: Region) -> Regions:
    return tuple(region for region in regions if not nothing(region))


def _instants(constraint: AtomicConstraint, operand: Operand) -> Dimension:
    points = [value for value in constraint.right if isinstance(value, Instant | Day)]
    if constraint.operator in {"isAnyOf", "isNoneOf"}:
        held = moments.any_of(points)
        if constraint.operator == "isNoneOf":
            held = moments.complement(held)
    else:
        held = moments.compare(constraint.operator, points[0])
    cuts = tuple((microseconds(edge), 0) for edge in held.edges)
    true, false = Intervals(held.first, cuts), Intervals(not held.first, cuts)
    return Dimension(operand.iri, _solid(true), _solid(false), _ALL_TIMES if operand.code else None)


def _clock(constraint: AtomicConstraint, operand: Operand) -> Dimension | None:
    limit = constraint.right[0]
    if not isinstance(limit, ClockTime):
        return None
    mark = limit.seconds * 1_000_000
    cuts: tuple[tuple[Point, int], ...]
    if constraint.operator in _SIDES:
        first, side = _SIDES[constraint.operator]
        cuts = ((mark + side, 0),)
    else:
        first, cuts = constraint.operator == "neq", ((mark, 0), (mark + 1, 0))
    key = operand.iri if limit.offset is None else f"{operand.iri}|{limit.offset}"
    parts = (Intervals(first, cuts), Intervals(not first, cuts))
    true, false = (_pairs((_CLOCK,), (part,)) for part in parts)
    return Dimension(key, true, false, _CLOCK)


def _durations(constraint: AtomicConstraint, operand: Operand) -> Dimension | None:
    span = constraint.right[0]
    if not isinstance(span, Duration):
        return None
    least, greatest = bounds(span)
    operator = constraint.operator
    if operand.code:
        # Spans with months take their place in the order by their least length; `space` has checked that they have one.
        before, side = _SIDES[operator]
        cuts = ((least * 1000 + side, 0),)
        return Dimension(operand.iri, (Intervals(before, cuts),), (Intervals(not before, cuts),))
    if operator in {"eq", "neq"}:
        same = Intervals(cuts=((least, 0), (greatest, 1))) if least == greatest else Intervals()
        other = Intervals(True, ((least, 0), (greatest, 1)))
        true, false = (same, other) if operator == "eq" else (other, same)
        return Dimension(operand.iri, _solid(true), _solid(false))
    before, side = _SIDES[operator]
    fixed = least == greatest
    below = Intervals(True, ((least, side if fixed else 0),))
    above = Intervals(False, ((greatest, side if fixed else 1),))
    return Dimension(operand.iri, (below,) if before else (above,), (above,) if before else (below,))


def _numbers(constraint: AtomicConstraint, operand: Operand) -> Dimension | None:
    values = [value for value in constraint.right if isinstance(value, Number)]
    units = {value.unit for value in values}
    if len(values) != len(constraint.right) or len(units) != 1:
        return None
    unit = units.pop()
    key = f"{operand.iri}|{unit}" if unit else operand.iri
    least = INTEGRAL.get(operand.code)
    whole = least is not None
    operator = constraint.operator
    if operator in _SIDES:
        first, side = _SIDES[operator]
        cuts: tuple[tuple[Point, int], ...] = (_cut(values[0].amount, side, whole=whole),)
    else:
        first = operator in {"neq", "isNoneOf"}
        amounts = sorted({value.amount for value in values if not whole or value.amount == int(value.amount)})
        cuts = _points(amounts, whole=whole)
    parts = (Intervals(first, cuts, scale=unit), Intervals(not first, cuts, scale=unit))
    if least is None:
        return Dimension(key, _solid(parts[0]), _solid(parts[1]))
    top = Intervals(False, ((least, 0),), True, unit)
    true, false = (_pairs((top,), (part,)) for part in parts)
    return Dimension(key, true, false, top)


def _cut(amount: Decimal, side: int, *, whole: bool) -> tuple[Point, int]:
    """The place beside a number; for whole numbers always just before one."""
    if not whole:
        return amount, side
    if side:
        return int(amount.to_integral_value(ROUND_FLOOR)) + 1, 0
    return int(amount.to_integral_value(ROUND_CEILING)), 0


def _points(amounts: list[Decimal], *, whole: bool) -> tuple[tuple[Point, int], ...]:
    found: list[tuple[Point, int]] = []
    for amount in amounts:
        start, end = _cut(amount, 0, whole=whole), _cut(amount, 1, whole=whole)
        if found and found[-1] == start:
            found[-1] = end
        else:
            found += [start, end]
    return tuple(found)


def _names(constraint: AtomicConstraint, operand: Operand) -> Dimension | None:
    names = [name_of(value) for value in constraint.right]
    wanted = frozenset(name for name in names if name is not None)
    if len(names) != sum(name is not None for name in names):
        return None
    top: Region | None = None
    if operand.code:
        top = NameSet(frozenset(operand.values))
    elif operand.sort == "flag":
        top = NameSet(frozenset({"true", "false"}), missing=True)
    if constraint.operator in _SIDES:
        return _ranks(constraint.operator, operand, names[0] or "", top)
    true, false = _membership(constraint.operator, wanted, several=operand.multiple, scale="")
    if top is not None:
        true, false = _pairs((top,), true), _pairs((top,), false)
    return Dimension(operand.iri, true, false, top)


def _ranks(operator: str, operand: Operand, name: str, top: Region | None) -> Dimension | None:
    if name not in operand.values or operand.multiple:
        return None
    before, side = _SIDES[operator]
    place = operand.values.index(name) + side
    low, high = NameSet(frozenset(operand.values[:place])), NameSet(frozenset(operand.values[place:]))
    return Dimension(operand.iri, _solid(low if before else high), _solid(high if before else low), top)


def _membership(operator: str, wanted: frozenset[str], *, several: bool, scale: str) -> tuple[Regions, Regions]:
    """Where eq, neq, isAnyOf, isNoneOf and isAllOf are True and False."""
    inside, outside = NameSet(wanted, scale=scale), NameSet(wanted, True, scale=scale)
    true: Regions
    false: Regions
    if not several:
        if operator == "isAllOf" and len(wanted) > 1:
            return (), (NameSet(outside=True, scale=scale),)
        true, false = (inside,), (outside,)
    elif operator == "isAllOf":
        each = [NameSet(frozenset({name})) for name in sorted(wanted)]
        return (SetConditions(meets=tuple(each), scale=scale),), tuple(SetConditions(one, scale=scale) for one in each)
    else:
        true, false = (
            (SetConditions(meets=(NameSet(wanted),), scale=scale),),
            (SetConditions(NameSet(wanted), scale=scale),),
        )
    return (false, true) if operator in {"neq", "isNoneOf"} else (true, false)


def _tree(constraint: AtomicConstraint, operand: Operand, registry: Registry) -> Dimension | None:
    taxonomy = registry.taxonomies[operand.taxonomy]
    terms = frozenset(value.iri for value in constraint.right if isinstance(value, Iri))
    scale = f"{taxonomy.name} {taxonomy.version}"
    if constraint.operator not in {"isA", "isPartOf", "hasPart"}:
        true, false = _membership(constraint.operator, terms, several=operand.multiple, scale=scale)
        return Dimension(operand.iri, true, false)
    reach = taxonomy.above if constraint.operator == "hasPart" else taxonomy.below
    if not terms <= reach.keys():
        return None
    hits = frozenset[str]().union(*(reach[term] for term in terms))
    known = frozenset(taxonomy.terms)
    if not operand.multiple:
        return Dimension(operand.iri, (NameSet(hits, scale=scale),), _solid(NameSet(known - hits, scale=scale)))
    avoided = NameSet(known - hits, True)
    return Dimension(
        operand.iri, (SetConditions(meets=(NameSet(hits),), scale=scale),), (SetConditions(avoided, scale=scale),)
    )


def _event(constraint: AtomicConstraint, operand: Operand) -> Dimension | None:
    names = frozenset(value.iri for value in constraint.right if isinstance(value, Iri))
    operator = constraint.operator
    if ODRL + "policyUsage" in names:
        # It is going on whenever a request is decided.
        during = operator in {"eq", "isAnyOf", "lteq", "gteq"}
        return Dimension(f"{operand.iri}|usage", (YES,) if during else (), () if during else (YES,), YES)
    if operator not in _SIDES:
        true, false = _membership(operator, names, several=True, scale="")
        return Dimension(operand.iri, true, false)
    if len(names) != 1:
        return None
    held = {"lt": _STATES[:1], "lteq": _STATES[:2], "gt": _STATES[2:], "gteq": _STATES[1:]}[operator]
    inside, outside = NameSet(frozenset(held)), NameSet(frozenset(_STATES) - frozenset(held))
    return Dimension(f"{operand.iri}|{min(names)}", (inside,), (outside,), NameSet(frozenset(_STATES), missing=True))
