"""What a policy may not say: each refusal names the rule that was broken and the nearest supported form."""

import pytest

from connector.policy.model.errors import PolicyError
from connector.policy.model.policy import ODRL
from tests.policy.support import agreement, ask, atom, build, rule


def refused(document: dict[str, object], **options: object) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        build(document, **options)
    assert caught.value.sentence.endswith(".")
    return caught.value


@pytest.mark.parametrize(
    ("constraint", "code", "hint"),
    [
        (atom("odrl:purposes", "eq", "x"), "unknown-operand", ODRL + "purpose"),
        (atom("partner", "eq", "gold"), "unknown-operand", "partner"),
        (atom("odrl:count", "isA", "5"), "unfit-operator", "lteq"),
        (atom("dk:role", "matchesRegex", ".*"), "regular-expression", "isAnyOf"),
        (atom("dk:role", "near", "x"), "unknown-operator", "isAnyOf"),
        (atom("odrl:count", "lteq", ["5", "6"]), "too-many-values", "isAnyOf"),
        (atom("odrl:count", "lteq", []), "missing-value", "rightOperand"),
        (atom("odrl:count", "lteq", "many"), "bad-literal", "many"),
        (atom("odrl:count", "lteq", "5", unit="kg"), "bad-literal", "kg"),
        (atom("odrl:dateTime", "lt", "2027-01-01", unit="s"), "bad-unit", "unit"),
        (atom("odrl:dateTime", "lt", {"@value": "P30D", "@type": "xsd:duration"}), "bad-literal", "P30D"),
        (atom("dk:paymentState", "eq", "sometimes"), "bad-literal", "sometimes"),
        (atom("odrl:purpose", "isA", "https://example.org/ours#Fun"), "unknown-term", "purpose"),
        (atom("odrl:industry", "eq", "retail"), "not-enforceable", "organisational"),
        (atom("dk:logLevel", "eq", "onAllow"), "misplaced-parameter", "duty"),
        (
            {"leftOperand": "odrl:count", "operator": "lteq", "rightOperandReference": "https://peer.example/limit"},
            "remote-reference",
            "never fetched",
        ),
        ({"and": []}, "empty-logical", "and"),
        ({"xone": [atom("odrl:count", "eq", "1")] * 2}, "repeated-constraint", "xone"),
        (
            {"or": [atom("dk:consentStatus", "eq", "dpv:ConsentGiven"), atom("odrl:count", "lt", "5")]},
            "mixed-row-filter",
            "separate",
        ),
    ],
)
def test_a_constraint_that_cannot_be_checked_is_refused(constraint: dict[str, object], code: str, hint: str) -> None:
    error = refused(agreement(rule(constraint)))
    assert error.code == code
    assert hint in error.sentence
    assert error.path.startswith("permission/0/constraint/0")


WORK = atom("odrl:purpose", "eq", "dpv:Marketing")
LAND = "http://www.wikidata.org/entity/Q183"


@pytest.mark.parametrize(
    ("permission", "more", "hint"),
    [
        (rule(atom("odrl:purpose", "neq", "Werbung")), {}, "the nearest is https://w3id.org/dpv#Advertising"),
        (rule(atom("odrl:spatial", "neq", "Deutschland")), {}, "the nearest is DE."),
        (rule(atom("odrl:spatial", "isNoneOf", ["DE", LAND])), {}, LAND),
        (rule({"xone": [WORK, atom("odrl:spatial", "eq", LAND)]}), {}, LAND),
        (rule({"xone": [WORK, {"and": [WORK, atom("odrl:spatial", "isAnyOf", ["FR", LAND])]}]}), {}, LAND),
        (rule(duty=[{"action": "odrl:inform", "constraint": [atom("odrl:spatial", "eq", LAND)]}]), {}, LAND),
        (rule(), {"prohibition": [rule(atom("odrl:spatial", "eq", LAND))]}, LAND),
        (rule(), {"prohibition": [rule({"or": [WORK, atom("odrl:purpose", "eq", "urn:us:ads")]})]}, "urn:us:ads"),
    ],
)
def test_what_a_policy_keeps_out_has_to_have_a_place_in_the_taxonomy(
    permission: dict[str, object], more: dict[str, object], hint: str
) -> None:
    error = refused(agreement(permission) | more)
    assert (error.code, hint in error.sentence) == ("unknown-term", True), error.sentence


@pytest.mark.parametrize(
    ("permission", "more"),
    [
        (rule(atom("odrl:purpose", "eq", "urn:us:work")), {}),
        (rule(atom("odrl:purpose", "isAnyOf", ["urn:us:work", "dpv:Marketing"])), {}),
        (rule(), {"prohibition": [rule(atom("odrl:purpose", "neq", "urn:us:work"))]}),
        (rule(atom("dk:role", "neq", "guest")), {"prohibition": [rule(atom("dk:participant", "eq", "urn:firm"))]}),
    ],
)
def test_what_a_policy_asks_for_may_have_a_name_of_its_own(
    permission: dict[str, object], more: dict[str, object]
) -> None:
    """The name is equal to itself alone, so that nobody passes for it; names without a taxonomy need no place."""
    assert build(agreement(permission) | more).void is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"profile": ["https://example.org/other"]}, "unknown-profile"),
        ({"assignee": None}, "agreement-parties"),
        ({"target": None}, "missing-target"),
        ({"permission": [{"constraint": []}]}, "missing-action"),
        ({"permission": [{"action": "odrl:useIt"}]}, "unknown-action"),
        ({"permission": [{"action": "odrl:lend"}]}, "deprecated-action"),
        ({"permission": [rule(uid="urn:r"), rule(uid="urn:r")]}, "repeated-uid"),
        ({"obligation": [{"action": "use", "uid": "urn:d"}, {"action": "dk:log", "uid": "urn:d"}]}, "repeated-uid"),
        ({"prohibition": [rule(remedy=[{"action": "use", "consequence": [{"action": "use"}]}])]}, "remedy-consequence"),
        (
            {"obligation": [rule(consequence=[{"action": "use", "consequence": [{"action": "use"}]}])]},
            "nested-consequence",
        ),
        ({"obligation": [rule(atom("dk:consentStatus", "eq", "dpv:ConsentGiven"))]}, "misplaced-row-filter"),
    ],
)
def test_a_policy_that_breaks_the_information_model_is_refused(change: dict[str, object], code: str) -> None:
    assert refused(agreement(rule()) | change).code == code


def test_an_offer_needs_no_target_and_no_assigner_but_has_one_at_most() -> None:
    offer: dict[str, object] = {"@type": "Offer", "@id": "urn:o", "permission": [rule()]}
    assert build(offer).policy.kind == "Offer"
    assert refused(offer | {"assigner": ["urn:a", "urn:b"]}).code == "offer-assigner"


def test_the_suite_mode_alone_reads_a_missing_action_and_target_as_any() -> None:
    bare: dict[str, object] = {"@type": "Set", "@id": "urn:s", "permission": [{}]}
    assert refused(bare).code == "missing-action"
    assert build(bare, suite_mode=True).permissions[0].covers is None


def test_a_single_constraint_under_a_logical_operand_is_tolerated() -> None:
    assert ask(
        agreement(rule({"and": [atom("dk:securityLevel", "gteq", "2")]})), {"securityLevel": 3}
    ).verdict.value == ("permit")


def test_what_only_the_contract_enforces_needs_the_operators_word_and_is_labelled() -> None:
    document = agreement(rule(atom("odrl:industry", "eq", "retail"), atom("dk:securityLevel", "gteq", "2")))
    accept = frozenset({"provider", "organisational"})
    decision = ask(document, {"securityLevel": 3}, accept=accept)
    assert decision.verdict.value == "permit"
    assert decision.contractual == ("permission/0/constraint/0",)
    assert ask(document, {"securityLevel": 3}, accept=accept, context={"industry": "steel"}).verdict.value == "deny"
    banned = agreement(rule(), prohibition=[rule(atom("odrl:industry", "eq", "retail"))])
    assert ask(banned, accept=accept).verdict.value == "permit"
    assert refused(agreement(rule({"xone": [atom("odrl:industry", "eq", "a")]})), accept=accept).code == (
        "contractual-in-xone"
    )
