"""A transform has plain parameters, or the name of the parameter that is unclear."""

from decimal import Decimal

import pytest

from connector.controlplane.judging.treating.known_data import ANY, NONE, KnownData
from connector.controlplane.judging.treating.transform_steps import find_problem, make_step
from connector.policy.model.decision import RequiredTransform
from connector.policy.model.policy import DK, AtomicConstraint
from connector.policy.model.values import Iri, Number
from connector.ports.treatment import Records, TransformStep
from connector.views.assets import Hierarchy
from tests.support.plane import SHIPPED

ACTIONS = SHIPPED.by_transform


def field(*names: str) -> AtomicConstraint:
    return AtomicConstraint(left=DK + "field", operator="isAnyOf", right=tuple(Iri(name) for name in names))


def smallest(operator: str, size: str) -> AtomicConstraint:
    return AtomicConstraint(left=DK + "smallestGroup", operator=operator, right=(Number(Decimal(size)),))


@pytest.mark.parametrize(("operator", "size", "least"), [("gteq", "5", 5), ("gteq", "4.2", 5), ("gt", "5", 6)])
def test_a_lower_bound_is_a_whole_number(operator: str, size: str, least: int) -> None:
    step = make_step(
        ACTIONS, RequiredTransform("suppress", "d", (field("a"), smallest(operator, size))), Records(format="csv")
    )
    assert isinstance(step, TransformStep)
    assert (step.fields, step.smallest_group) == (("a",), least)


def test_an_upper_bound_or_a_missing_field_is_unclear() -> None:
    assert make_step(ACTIONS, RequiredTransform("suppress", "d", (smallest("lteq", "5"),)), None) == "smallestGroup"
    assert make_step(ACTIONS, RequiredTransform("drop", "d", ()), None) == "field"


def test_the_first_transform_that_the_data_does_not_allow_is_named() -> None:
    drop = RequiredTransform("drop", "d", (field("a"),))
    assert find_problem(ACTIONS, [drop], NONE) == ("drop", "records-missing", "")
    assert find_problem(ACTIONS, [drop], ANY) is None
    known = KnownData(Records(format="csv", fields=("a", "b")))
    assert find_problem(ACTIONS, [drop], known) is None
    assert find_problem(ACTIONS, [drop, drop], known) == ("drop", "field-missing", "a")


def test_a_level_needs_a_table_of_the_field() -> None:
    level = AtomicConstraint(left=DK + "precision", operator="eq", right=(Iri("level-Stadt"),))
    coarser = RequiredTransform("generalise", "d", (field("a"), level))
    areas = Hierarchy(levels=("Stadtteil", "Stadt"), rows=(("Crange", "Herne"),))
    records = Records(format="csv", hierarchies={"a": areas})
    step = make_step(ACTIONS, coarser, records)
    assert isinstance(step, TransformStep)
    assert step.places == {"a": {"Crange": "Herne", "Herne": "Herne"}}
    assert find_problem(ACTIONS, [coarser], KnownData(records)) is None
    assert find_problem(ACTIONS, [coarser], ANY) is None
    for hierarchies in ({}, {"b": areas}, {"a": Hierarchy(levels=("Ort", "Land"), rows=areas.rows)}):
        known = KnownData(Records(format="csv", hierarchies=hierarchies))
        assert find_problem(ACTIONS, [coarser], known) == ("generalise", "level-missing", "a")
