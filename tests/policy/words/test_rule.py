"""Rules as phrases, with the data and parties that they do not share."""

from typing import Any

from connector.policy.words.rule import (
    Wording,
    list_scope,
    list_shared,
    make_wording,
    write_action,
    write_duty,
    write_prohibition,
)
from tests.policy.support import agreement, atom, build, rule


def described(document: dict[str, Any]) -> tuple[Any, Wording]:
    policy = build(document)
    return policy, make_wording(policy, "en")


def test_data_and_parties_of_all_rules_are_written_once() -> None:
    policy, wording = described(agreement(rule(), rule(action="odrl:print")))
    assert [entry.partition(":")[0] for entry in list_shared(wording)] == ["data", "provider", "user"]
    assert list_scope(policy.permissions[0].rule, wording) == []


def test_a_rule_with_data_of_its_own_names_them() -> None:
    policy, wording = described(agreement(rule(), rule(target="urn:other")))
    assert "target" not in wording.common
    scopes = [list_scope(entry.rule, wording) for entry in policy.permissions]
    assert ["data: “urn:other”"] in scopes


def test_a_collection_and_its_refinement_are_named() -> None:
    team = {"@type": "PartyCollection", "source": "urn:team", "refinement": [atom("dk:role", "eq", "x")]}
    _policy, wording = described(agreement(rule(assignee=team)))
    assert "user: collection “urn:team” (role: “x”)" in list_shared(wording)


def test_a_prohibition_has_its_conditions_and_its_remedies() -> None:
    ban = rule(atom("dk:role", "eq", "x"), action="odrl:distribute", remedy=[{"action": "odrl:delete"}])
    policy, wording = described(agreement(rule(), prohibition=[ban]))
    [entry] = policy.prohibitions
    assert write_prohibition(entry.rule, entry.duties, wording) == "pass on (role: “x”; after a breach: delete)"


def test_a_duty_has_its_deadline_and_its_consequences() -> None:
    month = {"@value": "P1M", "@type": "xsd:duration"}
    erase = {
        "action": "odrl:delete",
        "constraint": [atom("odrl:elapsedTime", "lteq", month)],
        "consequence": [{"action": "odrl:inform"}],
    }
    policy, wording = described(agreement(rule(), obligation=[erase]))
    assert write_duty(policy.obligations[0], wording) == (
        "delete (within 1 month of the agreement; otherwise also: notify)"
    )


def test_a_refined_action_names_its_refinement() -> None:
    refined = {"rdf:value": {"@id": "odrl:print"}, "refinement": [atom("odrl:resolution", "lteq", "300", unit="dpi")]}
    policy, wording = described(agreement(rule(action=refined)))
    [entry] = policy.permissions
    assert write_action(entry.rule, wording) == "print"
    assert list_scope(entry.rule, wording) == ["manner: resolution: at most 300 dpi"]
