"""Every cell of a policy has an example that the evaluator grants, or none is given."""

from collections.abc import Iterator

import pytest

from connector.policy.analysis.proving.evaluate import grant_example, is_later_use, to_first_use
from connector.policy.analysis.proving.examples import build_example
from connector.policy.analysis.space.cells import StepBudget
from connector.policy.analysis.space.names import YES
from connector.policy.analysis.space.shape import read_shape
from connector.policy.compiling.compiled import Compiled
from tests.policy.analysis.support import before, duty, offer, purpose, times, use, within
from tests.policy.support import atom, rule, shipped

POLICIES = [
    use(),
    use(purpose("dpv:Marketing"), times(3)),
    use(before("2030-01-01T00:00:00Z"), atom("dk:dayOfWeek", "eq", "Sunday")),
    use(within("P30D"), atom("dk:securityLevel", "gt", 2)),
    use(atom("odrl:event", "gt", "urn:e:fair")),
    use({"xone": [atom("dk:role", "eq", "urn:r:a"), atom("dk:participant", "eq", "urn:p:a")]}),
    use(atom("dk:consentStatus", "isAnyOf", ["dpv:ConsentGiven"])),
]


def granted(policy: Compiled) -> Iterator[bool]:
    for cell in read_shape(policy, StepBudget()).grants[0].cells:
        example = build_example(cell, policy.registry, [policy], StepBudget())
        if example is not None:
            yield grant_example(policy, example) is not None


@pytest.mark.parametrize("policy", POLICIES)
def test_the_examples_of_a_policy_are_granted(policy: Compiled) -> None:
    verdicts = list(granted(policy))
    assert verdicts
    assert all(verdicts)


def test_the_duties_of_permissions_are_performed_in_an_example() -> None:
    policy = offer(rule(duty=[duty("odrl:inform")]))
    example = build_example({}, policy.registry, [policy], StepBudget())
    assert example is not None
    assert set(example.world.performed) == {found.duty.uid for found in policy.permissions[0].duties}


def test_a_later_use_is_told_from_the_first() -> None:
    policy = use(atom("odrl:count", "eq", "3"))
    cell = read_shape(policy, StepBudget()).grants[0].cells[0]
    example = build_example(cell, policy.registry, [policy], StepBudget())
    assert example is not None
    assert is_later_use(example)
    assert not is_later_use(to_first_use(example))
    assert grant_example(policy, to_first_use(example)) is None


def test_a_cell_that_names_two_assets_has_no_example() -> None:
    assert build_example({"target|urn:a": YES, "target|urn:b": YES}, shipped(), [], StepBudget()) is None
