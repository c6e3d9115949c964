"""Which policies say the same: the ways deployed connectors write one policy, and what must never pass for the same."""

import json
from typing import Any

import pytest

from connector.controlplane.core.documents import has_same_rules


def policy(*constraints: Any, action: str = "use", **members: Any) -> dict[str, Any]:
    rule = {"action": action, **({"constraint": list(constraints)} if constraints else {})}
    return {"@id": "urn:1", "@type": "Offer", "permission": [rule], **members}


def atom(operator: str = "eq", right: Any = "mobility", left: str = "purpose") -> dict[str, Any]:
    return {"leftOperand": left, "operator": operator, "rightOperand": right}


SAME: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (policy(), {"permission": [{"action": "use", "constraint": []}]}),
    (policy(), {"permission": [{"action": "use", "duty": [], "constraint": []}], "prohibition": [], "obligation": []}),
    (policy({"and": [atom()]}), policy({"and": [{**atom(), "refinement": []}]})),
    (policy(atom()), policy(atom("odrl:eq", left="odrl:purpose"), action="odrl:use")),
    (policy(atom()), policy(atom(left="http://www.w3.org/ns/odrl/2/purpose"))),
    (
        policy(target="a", assigner="b"),
        policy(target="c", assigner="d", assignee="e", timestamp="2025-11-24T02:02:40Z"),
    ),
    (policy({"and": [atom()]}), policy({"odrl:and": [atom()]})),
]

OTHER: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (policy({"and": []}), policy({"or": []})),
    (policy({"and": []}), policy()),
    (policy(atom("isAnyOf", [])), policy({"leftOperand": "purpose", "operator": "isAnyOf"})),
    (policy(atom(right="odrl:mobility")), policy(atom(right="mobility"))),
    (policy(atom()), policy()),
    (policy(), policy(action="modify")),
    (policy(), policy(prohibition=[{"action": "sell"}])),
    (policy(), policy(conflict="perm")),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_policy_in_two_spellings_is_the_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert has_same_rules(json.dumps(one).encode(), json.dumps(other).encode())


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_policies_that_mean_something_else_are_not_the_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert not has_same_rules(json.dumps(one).encode(), json.dumps(other).encode())
