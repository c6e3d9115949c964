"""Access policies as audiences: written in one form, decided for members and for nobody, refused with a reason."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.broker.visibility.audience import (
    LARGEST,
    AudienceRefused,
    decide_member,
    decide_nobody,
    explain_teaser,
    read_audience,
    write_audience,
)
from connector.store.rules import make_teaser
from tests.contract.test_record import NOW, entry

DATASET = "urn:dataset"
END = "2027-02-01T00:00:00Z"
END_MS = 1_801_440_000_000


def rule(*constraints: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {"action": "use", **({"constraint": list(constraints)} if constraints else {}), **members}


def policy(*permissions: dict[str, Any], **members: Any) -> bytes:
    return json.dumps({"@type": "Offer", "@id": "urn:p", "permission": list(permissions), **members}).encode()


ROLE = {"leftOperand": "dk:role", "operator": "eq", "rightOperand": "planner"}
REFINED = {"@id": "urn:a", "refinement": [ROLE]}
UNTIL = {"leftOperand": "dateTime", "operator": "lt", "rightOperand": {"@value": END, "@type": "xsd:dateTime"}}
PURPOSE = {"leftOperand": "purpose", "operator": "eq", "rightOperand": "dpv:ResearchAndDevelopment"}


@given(st.permutations([rule(assignee="urn:a"), rule(ROLE, UNTIL), rule(UNTIL, assignee="urn:b")]), st.data())
def test_policies_that_say_the_same_are_written_alike(rules: list[dict[str, Any]], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["urn:x", "urn:y"]))
    named = [{**one, "@id": f"{name}-{at}", "target": DATASET} for at, one in enumerate(rules)]
    turned = [{**one, "constraint": one["constraint"][::-1]} if "constraint" in one else one for one in named]
    written = read_audience(policy(*rules), DATASET)
    again = policy(*turned, **{"@id": "urn:q", "@type": "Set", "assigner": "urn:me"})
    assert read_audience(again, DATASET) == written == read_audience(written, "urn:other")


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"", "cannot be read as JSON"),
        (b"[]", "not a JSON object"),
        (b'{"@type": "Offer"', "cannot be read as JSON"),
        (policy(), "no rule"),
        (policy({"action": "fly"}), "Unknown action"),
        (policy(rule({"leftOperand": "dk:unknown", "operator": "eq", "rightOperand": "1"})), "Unknown left operand"),
        (policy(rule(target="urn:else")), "another target"),
        (policy(rule(target=DATASET), **{"@type": "Agreement", "assigner": "urn:a", "assignee": "urn:b"}), "agreement"),
        (policy(rule(), prohibition=[rule()], conflict="invalid"), "admits nobody"),
        (policy(rule(), **{"dct:title": "x" * LARGEST}), "larger than 16384 bytes"),
        (b"[" * 5000, "nested too deeply"),
    ],
)
def test_what_cannot_be_decided_is_refused_with_the_reason(document: bytes, reason: str) -> None:
    with pytest.raises(AudienceRefused, match=reason):
        read_audience(document, DATASET)


@pytest.mark.parametrize(
    ("rules", "participant", "claims", "member", "nobody"),
    [
        ([rule()], "urn:a", {}, True, True),
        ([rule(assignee="urn:a")], "urn:a", {}, True, False),
        ([rule(assignee="urn:a")], "urn:b", {}, False, False),
        ([rule(ROLE)], "urn:a", {"role": ("planner",)}, True, False),
        ([rule(ROLE)], "urn:a", {"role": ("clerk",)}, False, False),
        # What nobody has stated yet is settled later, as in a catalogue; nothing will be stated about nobody.
        ([rule(ROLE)], "urn:a", {}, True, False),
        ([rule(PURPOSE)], "urn:a", {}, True, False),
        ([rule(UNTIL)], "urn:a", {}, True, True),
        ([rule(assignee=REFINED)], "urn:a", {"role": ("planner",)}, True, False),
        ([rule(assignee=REFINED)], "urn:a", {"role": ("clerk",)}, False, False),
        ([rule(assignee=REFINED)], "urn:b", {"role": ("planner",)}, False, False),
    ],
)
def test_a_caller_is_admitted_as_a_catalogue_would_show_the_offer(
    rules: list[dict[str, Any]], participant: str, claims: dict[str, tuple[str, ...]], *, member: bool, nobody: bool
) -> None:
    audience = read_audience(policy(*rules), DATASET)
    assert decide_member(audience, participant, claims, NOW).admitted is member
    assert decide_nobody(audience, NOW).admitted is nobody


def test_a_decision_ends_when_its_policy_says() -> None:
    audience = read_audience(policy(rule(UNTIL)), DATASET)
    assert decide_member(audience, "urn:a", {}, NOW).until == decide_nobody(audience, NOW).until == END_MS
    assert not decide_member(audience, "urn:a", {}, END_MS).admitted


def test_an_audience_that_cannot_be_read_any_more_admits_nobody() -> None:
    for audience in (b"", b"{}", b'{"@type":"Offer","permission":[{"action":"fly"}]}'):
        assert not decide_member(audience, "urn:a", {}, NOW).admitted
        assert not decide_nobody(audience, NOW).admitted
        assert write_audience(audience) == {}


def test_a_teaser_says_in_words_who_sees_the_rest() -> None:
    audience = read_audience(policy(rule(assignee="urn:a")), DATASET)
    whole = entry("a", audience=audience, teaser=True, descriptions={"de": "geheim"})
    assert explain_teaser(whole) == whole
    said = explain_teaser(make_teaser(whole)).descriptions
    assert said.keys() == {"de", "en"}
    assert all("urn:a" in text and "geheim" not in text for text in said.values())
