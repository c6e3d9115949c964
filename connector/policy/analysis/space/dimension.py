"""A constraint as regions of one operand: the values for which it is True and False.

Pure: standard library and msgspec only.
"""

from typing import TypeAlias

import msgspec

from connector.policy.analysis.space.regions import (
    Region,
    complement,
    intersect,
    is_nothing,
)

Regions: TypeAlias = tuple[Region, ...]


SIDES = {"lt": (True, 0), "lteq": (True, 1), "gt": (False, 1), "gteq": (False, 0)}


class Dimension(msgspec.Struct, frozen=True):
    """The regions of one operand under one constraint.

    Parameters:
        key: the operand's IRI, with `|` and a part of it if its values are told apart (unit, zone, event).
        true: the region in which the constraint is True, as parts.
        false: the region in which it is False, as parts.
        top: all that the operand can be, None for any value of its sort and also unknown.
    """

    key: str
    true: Regions
    false: Regions
    top: Region | None = None


def assume(found: Dimension, *, granted: bool) -> Dimension:
    """Count Unknown as True, or as False on a prohibition, for a constraint that only the contract enforces.

    >>> yes, no = NameSet(frozenset({"yes"})), NameSet(frozenset({"no"}))
    >>> assume(Dimension("a", (yes,), (no,)), granted=True).true == complement(no)
    True
    """
    if granted:
        return msgspec.structs.replace(found, true=_take_away(found.false, found.top))
    return msgspec.structs.replace(found, false=_take_away(found.true, found.top))


def _take_away(regions: Regions, top: Region | None) -> Regions:
    if not regions:
        return (top,) if top is not None else ()
    rest = complement(regions[0]) if top is None else intersect_all((top,), complement(regions[0]))
    for region in regions[1:]:
        rest = intersect_all(rest, complement(region))
    return rest


def intersect_all(left: Regions, right: Regions) -> Regions:
    """Return the parts that belong to one region of each side.

    >>> x, y = NameSet(frozenset({"x"})), NameSet(frozenset({"y"}))
    >>> intersect_all((x, y), (y,)) == (y,)
    True
    """
    joint = [intersect(one, other) for one in left for other in right]
    return tuple(region for region in joint if region is not None and not is_nothing(region))


def drop_empty(*regions: Region) -> Regions:
    """Return the regions that are not empty.

    >>> drop_empty(NameSet(), NameSet(frozenset({"x"}))) == (NameSet(frozenset({"x"})),)
    True
    """
    return tuple(region for region in regions if not is_nothing(region))
