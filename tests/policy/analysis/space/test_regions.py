"""The algebra of regions: exact on one scale, Unknown on two."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.policy.analysis.space.cells import GaveUp, StepBudget, intersect_cells, list_leftovers
from connector.policy.analysis.space.regions import (
    Intervals,
    NameSet,
    Region,
    SetConditions,
    complement,
    intersect,
    is_nothing,
    is_subset,
    subtract_region,
    unite,
)

NAMES = ["a", "b", "c", "d"]
POINTS = [Decimal(text) for text in ("0", "0.5", "1", "1.5", "2", "2.5", "3", "4")]

cuts = st.sets(st.tuples(st.sampled_from([Decimal(1), Decimal(2), Decimal(3)]), st.integers(0, 1)), max_size=4)
intervals = st.builds(
    lambda first, found, missing: Intervals(first, tuple(sorted(found)), missing), st.booleans(), cuts, st.booleans()
)
sets = st.frozensets(st.sampled_from(NAMES[:3]))
names = st.builds(NameSet, sets, st.booleans(), st.booleans())
parts = st.builds(NameSet, sets, st.booleans())
hits = st.builds(
    lambda avoids, meets, missing: SetConditions(avoids, tuple(meets), missing),
    parts,
    st.lists(parts, max_size=2),
    st.booleans(),
)
SUBSETS = [frozenset(name for bit, name in enumerate(NAMES) if number >> bit & 1) for number in range(16)]


def members(region: Region) -> set[object]:
    """All sample points of a region, and None for "nothing is known"."""
    pool: list[object] = (
        list(POINTS) if isinstance(region, Intervals) else list(NAMES if isinstance(region, NameSet) else SUBSETS)
    )
    found = {value for value in pool if region.holds(value)}  # type: ignore[arg-type]  # the pool is of its sort
    return found | {None} if region.missing else found


@given(st.one_of(*(st.tuples(kind, kind) for kind in (intervals, names, hits))))
@settings(max_examples=150, deadline=None)
def test_operations_agree_with_their_points(pair: tuple[Region, Region]) -> None:
    one, other = pair
    joint = intersect(one, other)
    assert joint is not None
    assert members(joint) == members(one) & members(other)
    everything = members(one).union(*map(members, complement(one)))
    assert len(everything) == len(members(one)) + sum(len(members(part)) for part in complement(one))
    assert everything == members(type(one)()).union(*map(members, complement(type(one)())))
    rest = subtract_region(one, other)
    assert rest is not None
    assert set().union(*map(members, rest)) == members(one) - members(other)
    assert is_subset(one, other) is (not rest)
    if members(joint):
        assert not is_nothing(joint)
    if is_subset(one, other):
        assert members(one) <= members(other)


@given(st.lists(names, max_size=4))
def test_a_union_drops_only_what_lies_in_another_part(regions: list[NameSet]) -> None:
    assert set().union(*map(members, unite(regions))) == set().union(*map(members, regions))


def test_different_units_and_editions_are_unknown() -> None:
    euro, dollar = Intervals(True, ((5, 1),), scale="EUR"), Intervals(True, ((9, 1),), scale="USD")
    assert intersect(euro, dollar) is None
    assert subtract_region(euro, dollar) is None
    assert is_subset(euro, dollar) is None
    old, new = NameSet(frozenset("a"), scale="purpose 1"), NameSet(frozenset("a"), scale="purpose 2")
    assert is_subset(old, new) is None
    assert is_subset(old, euro) is None
    with pytest.raises(GaveUp, match="different-scales"):
        intersect_cells({"x": euro}, {"x": dollar})


def test_sets_of_sets_can_be_empty_although_no_part_is() -> None:
    region = intersect(SetConditions(meets=(NameSet(frozenset("ab")),)), SetConditions(NameSet(frozenset("abc"))))
    assert region is not None
    assert is_nothing(region)
    assert not is_nothing(SetConditions(meets=(NameSet(frozenset("a")), NameSet(frozenset("b")))))


def test_two_cells_together_can_cover_a_third() -> None:
    low, high = {"x": Intervals(True, ((2, 0),))}, {"x": Intervals(False, ((2, 0),))}
    wide = {"x": Intervals(True), "y": NameSet(frozenset("a"))}
    assert list(list_leftovers(wide, [low, high], {}, StepBudget())) == []
    assert list(list_leftovers(wide, [low], {}, StepBudget())) == [{**wide, **high}]
    assert list(list_leftovers({}, [low, high], {}, StepBudget())) == [{"x": Intervals(missing=True)}]
