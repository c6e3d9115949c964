"""Terms as sentences: nothing is left out, whatever form the policy has."""

from typing import Any

import pytest

from connector.cli.policies.terms import describe_terms
from tests.cli.conftest import Cli
from tests.cli.management import Management, asset

PURPOSE = {"leftOperand": "purpose", "operator": "eq", "rightOperand": "navigation"}
UNTIL = {"leftOperand": "dateTime", "operator": "lteq", "rightOperand": {"@value": "2027-01-01", "@type": "xsd:date"}}
PREFIXED = {
    "odrl:leftOperand": {"@id": "odrl:count"},
    "odrl:operator": {"@id": "odrl:lt"},
    "odrl:rightOperand": 5,
    "odrl:unit": "times",
}


@pytest.mark.parametrize(
    ("policy", "sentence"),
    [
        ({}, "permits nothing."),
        ({"permission": [{"action": "use"}]}, "may use."),
        ({"permission": {"action": "use", "constraint": PURPOSE}}, "may use if purpose = navigation."),
        (
            {"permission": [{"action": ["use", "http://www.w3.org/ns/odrl/2/print"], "constraint": [PURPOSE, UNTIL]}]},
            "may use, print if purpose = navigation and dateTime ≤ 2027-01-01.",
        ),
        (
            {"odrl:permission": [{"odrl:action": {"@id": "odrl:use"}, "odrl:constraint": [PREFIXED]}]},
            "may use if count < 5 times.",
        ),
        (
            {"permission": [{"action": "use", "duty": [{"action": "attribute"}]}], "prohibition": [{"action": "sell"}]},
            "may use, and must attribute; must not sell.",
        ),
        (
            {"permission": [{"action": "use", "constraint": [{"or": {"@list": [PURPOSE, UNTIL]}}]}]},
            "may use if (purpose = navigation or dateTime ≤ 2027-01-01).",
        ),
        (
            {"obligation": [{"action": [{"rdf:value": {"@id": "odrl:delete"}, "refinement": [UNTIL]}]}]},
            "must delete (dateTime ≤ 2027-01-01).",
        ),
        (
            {
                "permission": [
                    {"action": "use", "constraint": [PURPOSE | {"operator": "isAnyOf", "rightOperand": [1, 2]}]}
                ]
            },
            "may use if purpose is one of 1, 2.",
        ),
    ],
)
def test_a_policy_is_said_in_one_sentence(policy: dict[str, Any], sentence: str) -> None:
    assert describe_terms(policy) == sentence


@pytest.mark.parametrize("odd", [{"permission": ["x"]}, {"permission": [{"constraint": [3]}]}, {"prohibition": [[]]}])
def test_an_odd_policy_is_no_crash(odd: dict[str, Any]) -> None:
    assert describe_terms(odd)


def test_a_policy_that_is_nested_without_end_is_cut() -> None:
    constraint: dict[str, Any] = PURPOSE
    duty: dict[str, Any] = {"action": "inform"}
    for _ in range(5000):
        constraint, duty = {"and": [constraint]}, {"action": "pay", "duty": [duty]}
    said = describe_terms({"permission": [{"action": "use", "constraint": [constraint], "duty": [duty]}]})
    assert "…" in said
    assert len(said) < 1000


def test_terms_are_said_by_the_connector_and_by_oneself_where_it_cannot(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/assets/air", asset())
    assert "may use." in cli("asset", "show", "air").out
    said = {
        "sentence": {"de": "Nutzen erlaubt.", "en": "Use allowed."},
        "card": [],
        "contractual": [],
        "policy_hash": "",
        "problem": None,
    }
    none = said | {"sentence": {}, "problem": {"de": "?", "en": "?"}}
    management.answer("POST", "/v1/policies/explain", {"items": [said, none, none]})
    assert "Nutzen erlaubt." in cli("asset", "show", "air", "--lang", "de").out
    assert len(management.bodies("POST", "/v1/policies/explain")[-1]["policies"]) == 3
