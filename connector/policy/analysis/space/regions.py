"""Regions: the sets of values of one left operand for which a constraint is True, or False.

Interval sets of numbers, durations, clock times and instants (`Intervals`); finite sets of IRIs, codes and texts, their
complements, down-sets of a taxonomy and nominal propositions (`NameSet`); sets of sets for operands with several
values (`SetConditions`). Every region also says whether "nothing is known" belongs to it. Operations are exact or
answer None: regions on different scales (units, editions of a taxonomy) are never compared. Pure: standard library
and msgspec only.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import TypeAlias

import msgspec

from connector.policy.model.situation import Truth

Point: TypeAlias = int | Decimal
Cut: TypeAlias = tuple[Point, int]
"""A place between values: (v, 0) lies just before v, (v, 1) just after it."""


class Intervals(msgspec.Struct, frozen=True):
    """A set of ordered values, as the places at which it begins and ends.

    Parameters:
        first: whether it holds before the first cut.
        cuts: places at which it flips, sorted, no two alike.
        missing: whether "nothing is known" belongs to the region.
        scale: unit of the values; only regions of one scale are comparable.
    """

    first: bool = False
    cuts: tuple[Cut, ...] = ()
    missing: bool = False
    scale: str = ""

    def holds(self, value: Point) -> bool:
        """Return whether a value is in the set."""
        return self.first ^ bool(sum(cut <= (value, 0) for cut in self.cuts) & 1)


class NameSet(msgspec.Struct, frozen=True):
    """A finite set of names, or with `outside` all names but these.

    Parameters:
        members: the names.
        outside: whether the set is the complement of the members.
        missing: whether "nothing is known" belongs to the region.
        scale: taxonomy and edition; only regions of one scale are comparable.
    """

    members: frozenset[str] = frozenset()
    outside: bool = False
    missing: bool = False
    scale: str = ""

    def holds(self, value: str) -> bool:
        """Return whether a name is in the set."""
        return (value in self.members) is not self.outside


class SetConditions(msgspec.Struct, frozen=True):
    """Of an operand with several values: the sets of names that avoid `avoids` and meet each set of `meets`."""

    avoids: NameSet = NameSet()
    meets: tuple[NameSet, ...] = ()
    missing: bool = False
    scale: str = ""

    def holds(self, values: Iterable[str]) -> bool:
        """Return whether a set of values is in the region."""
        held = tuple(values)
        return not any(map(self.avoids.holds, held)) and all(any(map(wanted.holds, held)) for wanted in self.meets)


Region: TypeAlias = Intervals | NameSet | SetConditions

_NOTHING = NameSet()


def is_nothing(region: Region) -> bool:
    """Return whether a region is empty, so that not even "nothing is known" belongs to it.

    >>> is_nothing(NameSet()), is_nothing(NameSet(missing=True))
    (True, False)
    """
    return not region.missing and is_valueless(region)


def measure(region: Region) -> int:
    """Return the size of a region, in steps of a `StepBudget`.

    >>> measure(Intervals(cuts=((0, 0), (5, 1))))
    4
    """
    match region:
        case Intervals(cuts=cuts):
            return 2 + len(cuts)
        case NameSet(members=members):
            return 1 + len(members) // 16
        case SetConditions(avoids=avoids, meets=meets):
            return 2 + measure(avoids) + sum(3 + len(wanted.members) // 16 for wanted in meets)


def is_valueless(region: Region) -> bool:
    """Return whether no value belongs to a region; "nothing is known" may belong to it.

    >>> is_valueless(NameSet(missing=True))
    True
    """
    match region:
        case Intervals(first=first, cuts=cuts):
            return not first and not cuts
        case NameSet(members=members, outside=outside):
            return not members and not outside
        case SetConditions(avoids=avoids, meets=meets):
            return any(_is_within(wanted, avoids) for wanted in meets)


def intersect(one: Region, other: Region) -> Region | None:
    """Return the part that belongs to both regions; None if they are not comparable.

    >>> intersect(Intervals(True, ((5, 0),)), Intervals(False, ((3, 0),))).cuts
    ((3, 0), (5, 0))
    """
    if one is other:
        return one
    if one.scale != other.scale:
        return None
    missing = one.missing and other.missing
    if isinstance(one, Intervals) and isinstance(other, Intervals):
        first, cuts = _both(one, other)
        return Intervals(first, cuts, missing, one.scale)
    if isinstance(one, NameSet) and isinstance(other, NameSet):
        members, outside = _common(one, other)
        return NameSet(members, outside, missing, one.scale)
    if isinstance(one, SetConditions) and isinstance(other, SetConditions):
        meets = tuple(dict.fromkeys((*one.meets, *other.meets)))
        return SetConditions(_union(one.avoids, other.avoids), meets, missing, one.scale)
    return None


def complement(region: Region) -> tuple[Region, ...]:
    """Return all that does not belong to a region, as disjoint parts that are not empty.

    >>> complement(NameSet(missing=True))
    (NameSet(members=frozenset(), outside=True, missing=False, scale=''),)
    """
    missing = not region.missing
    parts: tuple[Region, ...]
    if isinstance(region, Intervals):
        parts = (Intervals(not region.first, region.cuts, missing, region.scale),)
    elif isinstance(region, NameSet):
        parts = (NameSet(region.members, not region.outside, missing, region.scale),)
    else:
        parts = _opposite(region)
    return tuple(part for part in parts if not is_nothing(part))


def subtract_region(one: Region, other: Region) -> tuple[Region, ...] | None:
    """Return the parts that belong to the first region alone; None if the regions are not comparable.

    >>> x, y = NameSet(frozenset({"x"})), NameSet(frozenset({"y"}))
    >>> subtract_region(x, x), subtract_region(x, y) == (x,)
    ((), True)
    """
    parts: list[Region] = []
    for part in complement(other):
        rest = intersect(one, part)
        if rest is None:
            return None
        if not is_nothing(rest):
            parts.append(rest)
    return tuple(parts)


def is_subset(one: Region, other: Region) -> Truth:
    """Return whether the first region is part of the second; Unknown if they are not comparable.

    >>> is_subset(NameSet(frozenset({"x"})), NameSet(frozenset({"x", "y"})))
    True
    """
    if one is other:
        return True
    rest = subtract_region(one, other)
    return None if rest is None else not rest


def _both(one: Intervals, other: Intervals) -> tuple[bool, tuple[Cut, ...]]:
    """One sweep over the cuts of two interval sets."""
    left, right = one.cuts, other.cuts
    held, also = one.first, other.first
    first = current = held and also
    cuts: list[Cut] = []
    i = j = 0
    while i < len(left) or j < len(right):
        cut = left[i] if j == len(right) or (i < len(left) and left[i] <= right[j]) else right[j]
        if i < len(left) and left[i] == cut:
            held = not held
            i += 1
        if j < len(right) and right[j] == cut:
            also = not also
            j += 1
        if (held and also) is not current:
            current = not current
            cuts.append(cut)
    return first, tuple(cuts)


def _common(one: NameSet, other: NameSet) -> tuple[frozenset[str], bool]:
    if one.outside:
        return (one.members | other.members, True) if other.outside else (other.members - one.members, False)
    return (one.members - other.members if other.outside else one.members & other.members), False


def _union(one: NameSet, other: NameSet) -> NameSet:
    if one.outside or other.outside:
        members, outside = _common(NameSet(one.members, not one.outside), NameSet(other.members, not other.outside))
        return NameSet(members, not outside)
    return NameSet(one.members | other.members)


def _is_within(one: NameSet, other: NameSet) -> bool:
    members, outside = _common(one, NameSet(other.members, not other.outside))
    return not members and not outside


def _opposite(region: SetConditions) -> tuple[Region, ...]:
    """The complement of a set of sets: those that break one requirement and keep those before it."""
    scale = region.scale
    parts = [SetConditions(_NOTHING, (NameSet(region.avoids.members, region.avoids.outside),), scale=scale)]
    parts += [
        SetConditions(_union(region.avoids, wanted), region.meets[:index], scale=scale)
        for index, wanted in enumerate(region.meets)
    ]
    if not region.missing:
        parts.append(SetConditions(_NOTHING, (_NOTHING,), True, scale))
    return tuple(parts)


def unite(regions: Iterable[Region]) -> tuple[Region, ...]:
    """Return the parts of a union without the parts that are inside another part.

    >>> x, both = NameSet(frozenset({"x"})), NameSet(frozenset({"x", "y"}))
    >>> unite([x, both]) == (both,)
    True
    """
    kept: list[Region] = []
    for region in regions:
        if any(is_subset(region, other) for other in kept):
            continue
        kept = [other for other in kept if not is_subset(other, region)]
        kept.append(region)
    return tuple(kept)


def find_least(region: Intervals, least: Point) -> Point | None:
    """Return the first value of a region from `least` on, or one close to it; None if the region has none.

    >>> find_least(Intervals(False, ((3, 0),)), 0)
    3
    """
    if region.holds(least):
        return least
    for index, (value, side) in enumerate(region.cuts):
        if value < least or (value == least and not side):
            continue
        candidates: list[Point] = [value]
        if side:
            after = region.cuts[index + 1][0] if index + 1 < len(region.cuts) else None
            candidates = [value + 1] if after is None else [value + 1, (Decimal(value) + Decimal(after)) / 2]
        for candidate in candidates:
            if region.holds(candidate):
                return candidate
    return None
