"""The template of a policy is found again, with its parameters, and no other policy is taken for it."""

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.policy.model.dump import dump
from connector.policy.model.errors import PolicyError
from connector.policy.reading.load import load
from connector.policy.reading.recognising import find_parameters
from connector.policy.reading.templates import fill
from tests.policy.reading.test_templates import REQUIRED, TEMPLATES, drawn


def write(name: str, parameters: Any) -> Any:
    return dump(load(fill(TEMPLATES[name], parameters)))


@given(st.sampled_from(sorted(TEMPLATES)), st.randoms(use_true_random=False))
def test_a_template_is_found_again_with_what_was_filled_in(name: str, random: Random) -> None:
    try:
        policy = write(name, {entry.name: drawn(entry, random) for entry in TEMPLATES[name].parameter})
    except PolicyError:
        return
    found = find_parameters(TEMPLATES[name], policy)
    assert found is not None
    assert write(name, found) == policy


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_two_templates_are_taken_for_each_other(name: str) -> None:
    policy = write(name, REQUIRED.get(name, {}))
    assert [one for one, template in TEMPLATES.items() if find_parameters(template, policy) is not None] == [name]


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_policy_that_says_more_or_less_is_another_one(name: str) -> None:
    policy = write(name, REQUIRED.get(name, {}))
    more = {**policy, "obligation": [*policy.get("obligation", []), {"action": "odrl:inform"}]}
    less = {key: value for key, value in policy.items() if key not in {"prohibition", "obligation"}}
    other = {**policy, "permission": [{**policy["permission"][0], "action": "odrl:print"}]}
    for changed in (more, less, other, {**policy, "conflict": "perm"}, {}):
        assert find_parameters(TEMPLATES[name], changed) is None


def test_a_parameter_that_differs_between_its_places_is_none() -> None:
    policy = write("delete-after-use", {"period": "P5D"})
    policy["obligation"][0]["constraint"][0]["rightOperand"] = {"@value": "P6D", "@type": "xsd:duration"}
    assert find_parameters(TEMPLATES["delete-after-use"], policy) is None


@pytest.mark.parametrize("right", [5, None, {}, [], {"@value": 5}, "soon", {"@value": "P9Y", "@type": "xsd:duration"}])
def test_a_value_that_the_template_does_not_take_is_none(right: object) -> None:
    policy = write("trial", {})
    policy["permission"][0]["constraint"][0]["rightOperand"] = right
    assert find_parameters(TEMPLATES["trial"], policy) is None
