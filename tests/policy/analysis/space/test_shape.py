"""The shape of a policy: what its permissions grant and what its prohibitions spare."""

import pytest

from connector.policy.analysis.space.cells import GaveUp, StepBudget
from connector.policy.analysis.space.shape import (
    drop_blocked,
    find_overlaps,
    join_tops,
    list_conditions,
    read_pair,
    read_shape,
)
from connector.policy.vocabulary.registry import build as build_registry
from tests.policy.analysis.support import offer, times, use, within
from tests.policy.support import atom, rule, shipped

CONSENT = atom("dk:consentStatus", "isAnyOf", ["dpv:ConsentGiven"])


def test_conditions_on_records_narrow_the_cells_and_not_the_activity() -> None:
    policy = use(CONSENT)
    grant = read_shape(policy, StepBudget()).grants[0]
    assert list_conditions(policy.permissions[0]) == ()
    assert set(grant.cells[0]) - set(grant.active[0]) == {policy.permissions[0].rows[0].left}  # type: ignore[union-attr]


def test_a_prohibition_of_the_same_action_leaves_nothing_and_of_another_one_everything() -> None:
    for action, left in (("use", 0), ("odrl:transfer", 1)):
        shape = read_shape(offer(prohibition=[rule(action=action)]), StepBudget())
        assert len(drop_blocked(shape.grants[0].cells, shape, StepBudget())) == left


def test_permissions_that_win_have_no_prohibition_to_spare() -> None:
    shape = read_shape(offer(prohibition=[rule()], conflict="perm"), StepBudget())
    assert shape.blocking == ()


@pytest.mark.parametrize(
    ("constraint", "stateful", "upper"),
    [(times(5), True, True), (atom("odrl:count", "gteq", "2"), True, False), (within("P1D"), False, True)],
)
def test_a_counter_makes_a_shape_stateful_and_a_lower_bound_is_no_upper_one(
    constraint: dict[str, object], stateful: bool, upper: bool
) -> None:
    shape = read_shape(use(constraint), StepBudget())
    assert (shape.stateful, shape.upper) == (stateful, upper)


def test_a_pair_is_read_with_the_operands_that_neither_can_compare() -> None:
    one, other = read_pair(use(within("P1M")), use(within("P30D")), StepBudget())
    assert one.opaque == other.opaque != frozenset()
    assert set(join_tops(one, other)) == set(one.tops) | set(other.tops)


def test_registries_that_differ_where_it_matters_are_not_compared() -> None:
    ours = shipped()
    rows = tuple({operand.iri: operand for operand in ours.operands.values()}.values())
    fewer = build_registry(rows, (), tuple(ours.profiles.values()), tuple(ours.taxonomies.values()))
    with pytest.raises(GaveUp, match="different-registries"):
        read_pair(use(), use(registry=fewer), StepBudget())


def test_overlaps_are_the_parts_that_both_have() -> None:
    one, other = (read_shape(use(times(count)), StepBudget()).grants[0].cells for count in (5, 3))
    assert find_overlaps(one, other, StepBudget()) == list(other)
