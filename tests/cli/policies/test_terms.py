"""Terms as sentences: nothing is left out, whatever form the policy has."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.cli.policies.terms import describe_terms
from tests.cli.conftest import Cli
from tests.cli.management import Management, agreement, asset, negotiation

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


CARD = [
    {"question": name, "label": {"de": f"Frage {name}", "en": f"Question {name}"}, "text": {"de": "Ja.", "en": "Yes."}}
    for name in ("who", "duties")
]
VIEWS = ("catalog urn:city --dataset air", "negotiation show urn:n", "agreement show urn:a", "asset show air")


@pytest.fixture
def shown(management: Management) -> Management:
    """A management API with terms that are too long for a sentence, in whatever is shown."""
    explained = {
        "sentence": {"de": "Nutzen erlaubt: 3 weitere Bedingungen.", "en": "Use allowed: 3 more conditions."},
        "card": CARD,
        "contractual": [],
        "policy_hash": "0" * 64,
        "problem": None,
    }
    policy = {"@id": "urn:offer", "permission": [{"action": "use"}]}
    management.answer("POST", "/v1/policies/explain", {"items": [explained] * 3}, {"items": [explained]})
    management.answer("GET", "/v1/catalog/dataset", {"@id": "air", "hasPolicy": [policy]})
    management.answer("GET", "/v1/negotiations/urn:n", negotiation("OFFERED"))
    management.answer("GET", "/v1/agreements/urn:a", agreement())
    management.answer("GET", "/v1/usage/urn:a", {"agreement_id": "urn:a", "uses": 0, "bytes_moved": 0})
    management.answer("GET", "/v1/assets/air", asset(access=policy))
    return management


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(("lang", "line"), [("en", "  Question {}: Yes.\n"), ("de", "  Frage {}: Ja.\n")])
def test_whoever_reads_the_terms_of_one_thing_reads_all_of_them(
    cli: Cli, shown: Management, view: str, lang: str, line: str
) -> None:
    done = cli(*view.split(), "--lang", lang)
    assert done.code == 0, done.err
    times = 2 if view.startswith("asset") else 1
    assert [done.out.count(line.format(name)) for name in ("who", "duties")] == [times, times]
    assert '"Frage' not in cli(*view.split(), "--json").out


@pytest.mark.parametrize("option", [("--asset", "air"), ("--negotiation", "urn:n"), ("--agreement", "urn:a")])
def test_the_policy_of_an_asset_a_negotiation_or_an_agreement_is_explained(
    cli: Cli, shown: Management, option: tuple[str, str]
) -> None:
    shown.answers["POST", "/v1/policies/explain"].pop(0)
    done = cli("policy", "explain", *option, "--lang", "de")
    assert (done.code, done.out.count("Frage")) == (0, 2)
    (asked,) = shown.bodies("POST", "/v1/policies/explain")
    assert len(asked["policies"]) == 1


@pytest.mark.parametrize(
    "arguments", [(), ("terms.json", "--asset", "air"), ("--asset", "air", "--agreement", "urn:a")]
)
def test_one_policy_is_explained_at_a_time(cli: Cli, shown: Management, arguments: tuple[str, ...]) -> None:
    done = cli("policy", "explain", *arguments)
    assert (done.code, "Name one policy" in done.err) == (2, True)


def test_a_text_of_a_card_cannot_move_the_cursor(cli: Cli, shown: Management) -> None:
    line = CARD[0] | {"text": {"de": "Ja.", "en": "Yes.\x1b[2J\nurn:a"}}
    explained = {"sentence": {"en": ""}, "card": [line], "contractual": [], "policy_hash": "", "problem": None}
    shown.answer("POST", "/v1/policies/explain", {"items": [explained]})
    assert "Yes. [2J urn:a\n" in cli("agreement", "show", "urn:a").out


SCALARS = st.none() | st.booleans() | st.integers() | st.sampled_from(["use", "odrl:use", "count", "lteq", ""])
MEMBERS = ["action", "constraint", "duty", "leftOperand", "operator", "rightOperand", "@id", "@value", "odrl:type"]
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=3),
    max_leaves=12,
)


@given(VALUES)
def test_no_word_of_the_program_stands_in_a_sentence_about_foreign_terms(value: Any) -> None:
    said = describe_terms({"permission": value, "prohibition": [value], "obligation": [{"action": value}]})
    assert not any(word in said for word in ("None", "True", "False", "{'", "['"))


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"action": {"odrl:type": "USE"}}, "may USE."),
        ({"action": {}}, "may …."),
        ({"action": "use", "constraint": [{}]}, "may use if …."),
        ({"action": "use", "constraint": [{"leftOperand": "count"}]}, "may use if count … …."),
    ],
)
def test_a_part_that_is_missing_is_shown_as_left_out(rule: dict[str, Any], said: str) -> None:
    assert describe_terms({"permission": [rule]}) == said
