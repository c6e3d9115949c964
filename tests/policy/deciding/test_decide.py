"""Decisions: conflicts, phases, duties, transforms, row filters, and that nothing is granted by accident."""

from datetime import timedelta

import pytest

from connector.policy.deciding.decide import explain
from connector.policy.model.decision import Verdict
from connector.policy.model.situation import Performance, Phase, Request, World
from connector.policy.reading.load import load
from connector.policy.vocabulary.registry import Profile
from connector.policy.vocabulary.registry import build as build_registry
from tests.policy.support import LENIENT, MOBILITY, NOON, TARGET, agreement, ask, atom, build, facts, rule, shipped

PERMIT, DEFERRED, DENY = Verdict.PERMIT, Verdict.DEFERRED, Verdict.DENY


BEFORE, AFTER = NOON - timedelta(hours=1), NOON + timedelta(hours=1)


LEVEL = atom("dk:securityLevel", "gteq", "2")


def codes(decision: object) -> list[str]:
    return [reason.code for reason in decision.reasons]  # type: ignore[attr-defined]  # a Decision


@pytest.mark.parametrize(
    ("condition", "phases"),
    [(LEVEL, [Phase.CATALOGUE]), (atom("dk:paymentState", "eq", "settled"), [Phase.CATALOGUE, Phase.NEGOTIATION])],
)
def test_unknown_denies_at_access_and_is_deferred_before(condition: dict[str, object], phases: list[Phase]) -> None:
    document = agreement(rule(condition))
    assert codes(ask(document)) == ["constraint-unknown"]
    for phase in phases:
        decision = ask(document, phase=phase)
        assert decision.verdict is DEFERRED
        assert len(decision.deferred) == 1
        assert ask(document, {"securityLevel": 3, "paymentState": "settled"}, phase=phase).verdict is PERMIT
        assert ask(document, {"securityLevel": 1, "paymentState": "due"}, phase=phase).verdict is DENY


def test_a_prohibition_blocks_unless_it_is_false_at_access_and_only_if_true_before() -> None:
    document = agreement(rule(), prohibition=[rule(LEVEL)])
    assert ask(document, {"securityLevel": 1}).verdict is PERMIT
    assert ask(document, {"securityLevel": 3}).verdict is DENY
    assert ask(document).verdict is DENY
    before = ask(document, phase=Phase.CATALOGUE)
    assert before.verdict is DEFERRED
    assert [reason.rule for reason in before.deferred] == ["prohibition/0"]
    assert ask(document, {"securityLevel": 3}, phase=Phase.CATALOGUE).verdict is DENY


@pytest.mark.parametrize(("strategy", "verdict"), [("perm", PERMIT), ("prohibit", DENY), ("invalid", DENY)])
def test_a_conflict_is_decided_by_the_strategy_of_the_policy(strategy: str, verdict: Verdict) -> None:
    document = agreement(rule(), prohibition=[rule(LEVEL)], conflict=strategy)
    decision = ask(document, {"securityLevel": 3})
    assert decision.verdict is verdict
    assert codes(decision) == {"perm": ["permitted"], "prohibit": ["prohibited"], "invalid": ["conflict"]}[strategy]
    assert ask(document, {"securityLevel": 1}).verdict is PERMIT


def test_without_a_strategy_a_certain_conflict_voids_the_policy_for_every_request() -> None:
    document = agreement(rule(), prohibition=[{"action": "odrl:distribute"}])
    assert build(document, conflict=None).void is not None
    assert codes(ask(document, conflict=None)) == ["conflict"]
    assert ask(document).verdict is PERMIT
    assert ask(document, action="odrl:distribute").verdict is DENY


def test_our_profile_means_that_prohibitions_win_and_other_parties_or_targets_do_not_conflict() -> None:
    ban = {"action": "odrl:distribute"}
    profiled = agreement(rule(), prohibition=[ban], profile="https://w3id.org/datenkontor/policy/1")
    assert ask(profiled, conflict=None).verdict is PERMIT
    for apart in ({"target": "urn:other"}, {"assignee": "urn:other"}, {"action": "odrl:sell"}):
        assert build(agreement(rule(), prohibition=[ban | apart]), conflict=None).void is None


def test_different_strategies_after_inheritance_void_a_policy_whose_rules_conflict() -> None:

    parent = load({"@type": "Set", "@id": "urn:p", "conflict": "perm", "prohibition": [rule(LEVEL, target=TARGET)]})
    child = agreement(rule(), conflict="prohibit", inheritFrom="urn:p")
    assert build(child, parents=[parent]).void is not None
    assert build(child | {"conflict": "perm"}, parents=[parent]).void is None


def test_a_replaced_policy_grants_nothing() -> None:
    assert codes(ask(agreement(rule(), **{"dct:isReplacedBy": "urn:new"}))) == ["void"]


def test_an_offer_is_shown_and_negotiated_but_never_a_grant() -> None:
    offer = {"@type": "Offer", "@id": "urn:o", "permission": [rule()]}
    assert ask(offer, phase=Phase.CATALOGUE).verdict is PERMIT
    assert ask(offer, phase=Phase.NEGOTIATION).verdict is PERMIT
    assert codes(ask(offer)) == ["offer-is-no-grant"]


def test_a_refinement_that_is_not_met_denies_but_leaves_the_permission_active() -> None:
    printing = {"rdf:value": {"@id": "odrl:print"}, "refinement": [atom("odrl:fileFormat", "eq", "pdf")]}
    compiled = build(agreement(rule(action=printing)))
    for spelled, applies in (("pdf", True), ("csv", False)):
        asked = Request("odrl:print", TARGET, MOBILITY, NOON, facts({"fileFormat": spelled}))
        answer = explain(compiled, asked, World(), Phase.ACCESS)
        assert answer.rules[0].active is True
        assert answer.rules[0].applies is applies
        assert (answer.decision.verdict is PERMIT) is applies


PAY = {"@id": "urn:pay", "action": "odrl:compensate"}


@pytest.mark.parametrize(
    ("record", "first", "lenient"),
    [
        (None, DENY, PERMIT),
        (Performance(fulfilled_at=BEFORE), PERMIT, PERMIT),
        (Performance(fulfilled_at=NOON), DENY, PERMIT),
        (Performance(fulfilled_at=AFTER), DENY, PERMIT),
        (Performance(violated_at=BEFORE), DENY, DENY),
        (Performance(violated_at=BEFORE - timedelta(hours=1), fulfilled_at=BEFORE), PERMIT, PERMIT),
    ],
)
def test_the_duty_of_a_permission_comes_first(record: Performance | None, first: Verdict, lenient: Verdict) -> None:
    document = agreement(rule(duty=[PAY]))
    world = World(performed={} if record is None else {"urn:pay": record})
    decision = ask(document, world)
    assert decision.verdict is first
    assert (codes(decision) == ["duty-not-performed"]) is (first is DENY)
    assert ask(document, world, duty_mode=LENIENT).verdict is lenient


def test_an_open_duty_is_deferred_before_access_and_listed_as_what_has_to_be_done() -> None:
    decision = ask(agreement(rule(duty=[PAY])), phase=Phase.NEGOTIATION)
    assert decision.verdict is DEFERRED
    assert [(task.uid, task.role, task.state) for task in decision.duties] == [("urn:pay", "duty", "active")]


def test_after_a_violation_the_duty_and_all_its_consequences_have_to_be_performed() -> None:
    document = agreement(rule(duty=[PAY | {"consequence": [{"action": "odrl:inform", "@id": "urn:tell"}]}]))
    violated = {"urn:pay": Performance(violated_at=BEFORE, fulfilled_at=BEFORE + timedelta(minutes=1))}
    told = {"urn:tell": Performance(fulfilled_at=BEFORE + timedelta(minutes=2))}
    assert ask(document, World(performed=violated)).verdict is DENY
    assert [task.uid for task in ask(document, World(performed=violated)).duties] == ["urn:pay", "urn:tell"]
    assert ask(document, World(performed=violated | told)).verdict is PERMIT
    early = {"urn:tell": Performance(fulfilled_at=BEFORE - timedelta(minutes=2))}
    assert ask(document, World(performed=violated | early)).verdict is DENY


def test_profiles_that_settle_conflicts_differently_leave_the_standards_strategy() -> None:
    ours = shipped()
    profiles = (Profile("urn:p:1", "prohibit"), Profile("urn:p:2", "perm"))
    rows = tuple({operand.iri: operand for operand in ours.operands.values()}.values())
    registry = build_registry(rows, tuple(ours.entries.values()), profiles, tuple(ours.taxonomies.values()))
    document = agreement(rule(), prohibition=[rule(action="odrl:distribute")])
    strategies = {
        names: build({**document, "profile": list(names)}, registry=registry)
        for names in (("urn:p:1",), ("urn:p:2",), ("urn:p:1", "urn:p:2"))
    }
    assert [compiled.conflict for compiled in strategies.values()] == ["prohibit", "perm", "invalid"]
    assert [compiled.void is not None for compiled in strategies.values()] == [False, False, True]


def test_an_explanation_shows_every_constraint_with_the_values_it_saw() -> None:
    document = agreement(rule({"or": [LEVEL, atom("dk:role", "eq", "planner")]}), prohibition=[{"action": "odrl:sell"}])
    world = World(facts=facts({"securityLevel": 1, "role": ["driver"]}))
    answer = explain(build(document), Request("use", TARGET, MOBILITY, NOON), world, Phase.ACCESS)
    permission, prohibition = answer.rules
    (tree,) = permission.constraints
    assert [child.verdict for child in tree.children] == [False, False]
    assert [child.found for child in tree.children] == [world.facts["securityLevel"], world.facts["role"]]
    assert (prohibition.kind, prohibition.applies, prohibition.action_matches) == ("prohibition", False, False)
    assert answer.decision.policy_hash == build(document).policy_hash


def test_each_reason_reads_as_a_sentence() -> None:
    decision = ask(agreement(rule({"and": [LEVEL, atom("odrl:count", "lteq", "2")]})), {"securityLevel": 1})
    assert str(decision.reasons[0]) == (
        "A constraint is not met by rule permission/0: "
        "https://w3id.org/datenkontor/policy/1#securityLevel gteq 2, found 1."
    )
    assert str(ask(agreement(rule()), action="odrl:sell").reasons[0]).endswith("action, target and party.")
