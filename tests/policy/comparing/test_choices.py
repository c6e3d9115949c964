"""A choice among many names gives the same verdict as all its alternatives asked one by one."""

import pytest

from connector.policy.model.decision import Verdict
from tests.policy.support import agreement, ask, atom, rule


def choice(operand: str, size: int) -> dict[str, object]:
    """Return a policy whose permission needs one of many names, each with a level of its own."""
    alternatives = [
        {"and": [atom(operand, "eq", f"urn:n:{index}"), atom("dk:securityLevel", "gteq", index)]}
        for index in range(size)
    ]
    return agreement(rule({"or": alternatives}))


@pytest.mark.parametrize("size", [2, 30])
@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        ({"participant": "urn:n:1", "securityLevel": 1}, Verdict.PERMIT),
        ({"participant": "urn:n:1", "securityLevel": 0}, Verdict.DENY),
        ({"participant": "urn:elsewhere", "securityLevel": 99}, Verdict.DENY),
        ({"securityLevel": 99}, Verdict.DENY),
    ],
)
def test_a_name_opens_its_own_alternative_and_no_other(size: int, facts: dict[str, object], verdict: Verdict) -> None:
    assert ask(choice("dk:participant", size), facts).verdict is verdict


def test_several_names_open_each_of_their_alternatives() -> None:
    policy = choice("dk:role", 30)
    assert ask(policy, {"role": ["urn:n:29", "urn:n:1"], "securityLevel": 1}).verdict is Verdict.PERMIT
    assert ask(policy, {"role": ["urn:n:29", "urn:n:28"], "securityLevel": 1}).verdict is Verdict.DENY
