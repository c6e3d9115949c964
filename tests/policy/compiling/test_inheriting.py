"""Rules inherit from parent policies and from the policy that states them."""

import pytest

from connector.policy.compiling.compile import compile_policy
from connector.policy.compiling.inheriting import push_down
from connector.policy.model.errors import PolicyError
from connector.policy.model.policy import DK, ODRL
from connector.policy.reading.load import load
from tests.policy.support import agreement, build, rule, shipped


def test_what_a_policy_says_for_all_rules_reaches_every_rule_unless_the_rule_says_it_itself() -> None:
    document = agreement(
        {"constraint": []},
        {"action": "odrl:print", "target": "urn:own", "assignee": "urn:somebody"},
        action="odrl:read",
        obligation=[{"action": "dk:log"}],
    )
    policy = push_down(load(document))
    one, two = policy.permission
    assert (one.action[0].iri, one.target[0].uid, one.assignee[0].uid) == (
        ODRL + "read",
        "urn:city:asset:counts",
        "did:web:mobility.example",
    )
    assert (two.action[0].iri, two.target[0].uid, two.assignee[0].uid) == (ODRL + "print", "urn:own", "urn:somebody")
    assert policy.obligation[0].action[0].iri == DK + "log"


def test_a_duty_without_parties_has_those_of_its_permission() -> None:
    compiled = build(agreement(rule(assignee="urn:me", duty=[{"action": "odrl:inform"}])))
    assert compiled.permissions[0].duties[0].duty.assignee[0].uid == "urn:me"


def parent(uid: str, *up: str, **more: object) -> dict[str, object]:
    return {"@type": "Set", "@id": uid, "permission": [rule(target="urn:t")], "inheritFrom": list(up), **more}


def test_a_policy_inherits_the_rules_and_properties_of_its_parents_at_any_depth() -> None:
    child = {"@type": "Set", "@id": "urn:child", "inheritFrom": "urn:mother", "permission": [{"action": "use"}]}
    parents = [
        load(parent("urn:mother", "urn:granny", target="urn:hers")),
        load(parent("urn:granny", prohibition=[rule(action="odrl:sell", target="urn:t")])),
    ]
    compiled = compile_policy(load(child), shipped(), parents=parents)
    assert [entry.uid for entry in compiled.permissions] == [
        "permission/0",
        "urn:mother#permission/0",
        "urn:granny#permission/0",
    ]
    assert compiled.permissions[0].target == "urn:hers"
    assert compiled.prohibitions[0].uid == "urn:granny#prohibition/0"


def test_inheritance_in_a_circle_or_from_an_unknown_parent_is_refused() -> None:
    ring = [load(parent("urn:a", "urn:b")), load(parent("urn:b", "urn:a"))]
    with pytest.raises(PolicyError) as caught:
        compile_policy(ring[0], shipped(), parents=ring)
    assert caught.value.code == "inheritance-cycle"
    with pytest.raises(PolicyError) as caught:
        compile_policy(ring[0], shipped())
    assert caught.value.code == "missing-parent"
