"""What a policy may not say: each refusal names the rule that was broken and the nearest supported form."""

import pytest

from connector.policy.compiling.compile import compile_policy
from connector.policy.compiling.normalise import push_down
from connector.policy.model.decision import PolicyError
from connector.policy.model.model import DK, ODRL
from connector.policy.reading.load import load
from tests.policy.support import agreement, ask, atom, build, rule, shipped


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
            "never followed",
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


def test_a_rule_keeps_its_path_as_its_name_and_parts_of_a_split_rule_share_it() -> None:
    document = agreement(rule(action=["odrl:read", "odrl:print"], target=["urn:a", "urn:b"]), rule(uid="urn:named"))
    compiled = build(document)
    assert [entry.uid for entry in compiled.permissions] == ["permission/0"] * 4 + ["urn:named"]
    assert len(build(agreement(rule(), obligation=[{"action": ["dk:log", "odrl:inform"]}])).obligations) == 2


def test_a_rule_that_splits_into_too_many_is_refused() -> None:
    many = [f"urn:{number}" for number in range(40)]
    assert refused(agreement(rule(target=many, assignee=many))).code == "too-large"


def test_deprecated_actions_are_read_as_their_successors() -> None:
    actions = [
        build(agreement(rule(action=name))).policy.permission[0].action[0].iri
        for name in ("odrl:write", "odrl:pay", "odrl:commercialize", "odrl:export")
    ]
    assert [iri.rsplit("/", 1)[-1] for iri in actions] == ["modify", "compensate", "ns#CommericalUse", "transform"]


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


def test_the_hash_is_that_of_the_meaning_and_every_change_of_meaning_changes_it() -> None:
    def hashed(document: dict[str, object]) -> str:
        return build(document).policy_hash

    base = agreement(rule(atom("odrl:count", "lteq", "5"), atom("dk:role", "isAnyOf", ["b", "a"])))
    same = agreement(
        rule(
            atom(ODRL + "count", "odrl:lteq", {"@value": "5.0", "@type": "xsd:decimal"}),
            atom(DK + "role", "isAnyOf", ["a", "b", "a"]),
        ),
        **{"dct:title": "Another title"},
    )
    assert hashed(base) == hashed(same)
    others = [
        agreement(rule(atom("odrl:count", "lt", "5"), atom("dk:role", "isAnyOf", ["b", "a"]))),
        agreement(rule(atom("odrl:count", "lteq", "6"), atom("dk:role", "isAnyOf", ["b", "a"]))),
        agreement(rule(atom("odrl:count", "lteq", "5"), atom("dk:role", "isAnyOf", ["b"]))),
        base | {"conflict": "perm"},
        base | {"assignee": "urn:other"},
    ]
    assert len({hashed(base), *map(hashed, others)}) == 6


def test_the_hash_tells_apart_what_comes_first_in_a_conflict_also_where_the_policy_does_not_say_it() -> None:
    document = agreement(rule(), prohibition=[rule(action="odrl:distribute")])
    hashes = {build(document, conflict=strategy).policy_hash for strategy in ("perm", "prohibit", "invalid")}
    assert len(hashes) == 3
