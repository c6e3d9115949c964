"""Which policies say the same: the ways deployed connectors write one policy, and what must never pass for the same."""

import json
from typing import Any

import pytest

from connector.controlplane.core.documents import has_same_rules, make_message_offer
from connector.protocol.dsp.policy import MessageOffer, policy_view, spell


def policy(*constraints: Any, action: str = "use", **members: Any) -> dict[str, Any]:
    rule = {"action": action, **({"constraint": list(constraints)} if constraints else {})}
    return {"@id": "urn:1", "@type": "Offer", "permission": [rule], **members}


def atom(operator: Any = "eq", right: Any = "mobility", left: Any = "purpose") -> dict[str, Any]:
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
    (policy({"and": [atom()]}), policy({"and": {"@list": [atom()]}})),
    (policy({"and": [atom()]}), policy({"and": atom()})),
    (policy(), {"permission": {"action": {"@id": "odrl:use"}}}),
    (policy(atom()), {"odrl:permission": [{"odrl:action": ["use"], "odrl:constraint": atom()}]}),
    (policy(atom()), policy(atom({"@id": "odrl:eq"}, left={"@id": "odrl:purpose"}))),
    (policy(atom(right=1)), policy(atom(right={"@value": "1", "@type": "xsd:decimal"}))),
    (policy(atom(right=1)), policy(atom(right=1.0))),
    (
        policy(prohibition=[{"action": "sell", "remedy": {"action": "delete"}}]),
        policy(prohibition={"action": "sell", "remedy": [{"action": "delete"}]}),
    ),
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
    (policy(atom(right=1)), policy(atom(right="1"))),
    (policy(atom(right=1)), policy(atom(right=[1]))),
    (policy(atom(right=True)), policy(atom(right="true"))),
    (policy(atom(right=1)), policy(atom(right=True))),
    (policy(atom(right="1.00000000000000001")), policy(atom(right="1"))),
    (policy({"and": {"@list": [atom()]}}), policy({"or": {"@list": [atom()]}})),
    (policy(), {"permission": [{"action": ["use", "modify"]}]}),
    (policy(), {"permission": [{"action": {"@id": "use", "refinement": [atom()]}}]}),
    (policy(), {"permission": [{"action": "use"}], "odrl:permission": [{"action": "use"}]}),
    (policy(), {"permission": [{"action": "use", "odrl:action": "sell"}]}),
    (policy(), {"permission": {"@list": [{"action": "use"}], "@index": "a"}}),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_policy_in_two_spellings_is_the_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert has_same_rules(json.dumps(one).encode(), json.dumps(other).encode())


def test_numbers_that_differ_in_the_last_digit_are_not_the_same() -> None:
    one, other = (
        json.dumps(policy(atom("lteq", right="#"))).replace('"#"', digits) for digits in ("1", "1.00000000000000000001")
    )
    assert not has_same_rules(one.encode(), other.encode())


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_is_sent_has_the_spelling_of_the_protocol(one: dict[str, Any], other: dict[str, Any]) -> None:
    for written in (one, other):
        sent = make_message_offer(json.dumps(written).encode(), offer_id="urn:1", target="urn:2", assigner="urn:3")
        policy_view(MessageOffer, sent)
        assert spell(json.loads(sent)) == json.loads(sent)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_policies_that_mean_something_else_are_not_the_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert not has_same_rules(json.dumps(one).encode(), json.dumps(other).encode())
