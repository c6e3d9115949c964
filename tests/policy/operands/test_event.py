"""`odrl:event`."""

import pytest

from connector.policy.model.decision import Verdict
from connector.policy.model.policy import DK
from connector.policy.model.situation import World
from tests.policy.support import agreement, ask, atom, rule


def permits(constraint: dict[str, object], world: World | dict[str, object] | None = None, **more: object) -> bool:
    return ask(agreement(rule(constraint)), world, **more).verdict is Verdict.PERMIT  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize(
    ("operator", "before", "during", "after"),
    [
        ("lt", True, False, False),
        ("lteq", True, True, False),
        ("eq", False, True, False),
        ("neq", True, False, True),
        ("gteq", False, True, True),
        ("gt", False, False, True),
    ],
)
def test_an_event_has_a_before_a_during_and_an_after(operator: str, before: bool, during: bool, after: bool) -> None:
    constraint = atom("odrl:event", operator, "dk:emergency")
    emergency = DK + "emergency"
    assert permits(constraint, {"event": []}) is before
    assert permits(constraint, {"event": [emergency]}) is during
    assert permits(constraint, {"event": [], "event.over": [emergency]}) is after
    assert not permits(constraint, {})


def test_the_use_of_the_policy_is_an_event_that_is_always_going_on() -> None:
    assert permits(atom("odrl:event", "eq", "odrl:policyUsage"))
