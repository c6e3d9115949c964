"""Decisions: conflicts, phases, duties, transforms, row filters, and that nothing is granted by accident."""

from datetime import UTC, datetime, timedelta

import pytest

from connector.policy.deciding.decide import explain
from connector.policy.deciding.rows import row_test
from connector.policy.model.decision import Performance, Phase, Request, Verdict, World
from connector.policy.model.model import DK, ODRL
from connector.policy.reading.load import load
from connector.policy.vocabulary.registry import Profile
from connector.policy.vocabulary.registry import build as build_registry
from tests.policy.support import LENIENT, MOBILITY, NOON, TARGET, agreement, ask, atom, build, facts, rule, shipped

PERMIT, DEFERRED, DENY = Verdict.PERMIT, Verdict.DEFERRED, Verdict.DENY
BEFORE, AFTER = NOON - timedelta(hours=1), NOON + timedelta(hours=1)
LEVEL = atom("dk:securityLevel", "gteq", "2")


def codes(decision: object) -> list[str]:
    return [reason.code for reason in decision.reasons]  # type: ignore[attr-defined]  # a Decision


def test_a_permission_covers_what_is_included_in_its_action_and_nothing_else() -> None:
    document = agreement(rule())
    assert ask(document, action="odrl:play").verdict is PERMIT
    assert ask(document, action=ODRL + "display").verdict is PERMIT
    assert ask(document, action="write").verdict is PERMIT
    for denied in ("odrl:sell", "odrl:transfer", "odrl:lend", "urn:unheard"):
        assert ask(document, action=denied).verdict is DENY


def test_target_and_party_have_to_match_or_belong_at_any_depth() -> None:
    document = agreement(rule(target="urn:shelf", assignee="urn:team"))
    part_of = {TARGET: frozenset({"urn:box"}), "urn:box": frozenset({"urn:shelf"}), MOBILITY: frozenset({"urn:team"})}
    assert ask(document, World(part_of=part_of)).verdict is PERMIT
    assert codes(ask(document, World(part_of=part_of), target="urn:other")) == ["no-rule-matches"]
    assert ask(document, World(part_of=part_of), assignee="urn:stranger").verdict is DENY
    ring = {TARGET: frozenset({"urn:a"}), "urn:a": frozenset({"urn:b"}), "urn:b": frozenset({"urn:a"})}
    assert ask(document, World(part_of=ring | {MOBILITY: frozenset({"urn:team"})})).verdict is DENY


def test_unknown_denies_at_access_and_is_deferred_before() -> None:
    document = agreement(rule(LEVEL))
    assert codes(ask(document)) == ["constraint-unknown"]
    for phase in (Phase.CATALOGUE, Phase.NEGOTIATION):
        decision = ask(document, phase=phase)
        assert decision.verdict is DEFERRED
        assert [reason.operand for reason in decision.deferred] == [DK + "securityLevel"]
        assert ask(document, {"securityLevel": 3}, phase=phase).verdict is PERMIT
        assert ask(document, {"securityLevel": 1}, phase=phase).verdict is DENY


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


@pytest.mark.parametrize(
    ("operand", "table"),
    [
        ("and", {"TT": True, "TF": False, "TU": None, "FU": False, "UU": None, "FF": False}),
        ("or", {"TT": True, "TF": True, "TU": True, "FU": None, "UU": None, "FF": False}),
        ("xone", {"TT": False, "TF": True, "TU": None, "FU": None, "UU": None, "FF": False}),
    ],
)
def test_logical_operands_have_three_values(operand: str, table: dict[str, bool | None]) -> None:
    given = {"T": 3, "F": 1}
    parts = [LEVEL, atom("dk:groupSize", "gteq", "2")]
    compiled = build(agreement(rule({operand: parts})))
    for pair, expected in table.items():
        for order in (pair, pair[::-1]):
            known = {
                name: given[letter]
                for name, letter in zip(("securityLevel", "groupSize"), order, strict=True)
                if letter != "U"
            }
            answer = explain(compiled, Request("use", TARGET, MOBILITY, NOON), World(facts=facts(known)), Phase.ACCESS)
            assert answer.rules[0].constraints[0].verdict is expected, (operand, order)


def test_a_sequence_holds_if_its_parts_became_true_one_after_the_other() -> None:
    document = agreement(rule({"andSequence": [LEVEL, atom("dk:groupSize", "gteq", "2")]}))
    known = facts({"securityLevel": 3, "groupSize": 3})
    in_order = World(facts=known, since={"securityLevel": BEFORE, "groupSize": NOON})
    swapped = World(facts=known, since={"securityLevel": NOON, "groupSize": BEFORE})
    assert ask(document, in_order).verdict is PERMIT
    assert codes(ask(document, swapped)) == ["constraint-false"]
    assert codes(ask(document, World(facts=known))) == ["constraint-unknown"]
    assert codes(ask(document, {"securityLevel": 1})) == ["constraint-false"]


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


def test_an_obligation_is_a_task_with_a_deadline_and_violated_once_it_has_passed() -> None:
    by_date = rule(atom("odrl:dateTime", "lteq", "2026-05-31"), action="odrl:delete", uid="urn:delete")
    document = agreement(rule(), obligation=[by_date])
    (task,) = ask(document).duties
    assert (task.state, task.deadline) == ("active", datetime(2026, 6, 1, tzinfo=UTC))
    late = ask(document, at=datetime(2026, 6, 1, tzinfo=UTC))
    assert (late.verdict, late.duties[0].state) == (PERMIT, "violated")
    done = World(performed={"urn:delete": Performance(fulfilled_at=BEFORE)})
    assert ask(document, done).duties == ()


def test_a_deadline_after_the_agreement_and_the_consequence_of_missing_it() -> None:
    within = atom("odrl:elapsedTime", "lt", "P30D")
    fine = {"action": "odrl:compensate", "@id": "urn:fine"}
    document = agreement(rule(), obligation=[rule(within, action="odrl:delete", uid="urn:delete", consequence=[fine])])
    world = World(agreed_at=NOON - timedelta(days=29))
    (task,) = ask(document, world).duties
    assert task.deadline == NOON + timedelta(days=1)
    assert [task.uid for task in ask(document, world, at=NOON + timedelta(days=2)).duties] == ["urn:delete", "urn:fine"]


def test_an_obligation_that_depends_on_an_event_is_due_while_the_event_goes_on() -> None:
    document = agreement(rule(), obligation=[rule(atom("odrl:event", "eq", "dk:breach"), action="odrl:inform")])
    assert ask(document, {"event": []}).duties == ()
    assert len(ask(document, {"event": [DK + "breach"]}).duties) == 1


def test_a_violated_prohibition_calls_for_its_remedies_until_they_are_performed() -> None:
    ban = rule(action="odrl:distribute", uid="urn:ban", remedy=[{"action": "odrl:delete", "@id": "urn:remedy"}])
    document = agreement(rule(), prohibition=[ban])
    violated = {"urn:ban": Performance(violated_at=BEFORE)}
    assert ask(document).duties == ()
    assert [task.uid for task in ask(document, World(performed=violated)).duties] == ["urn:remedy"]
    done = violated | {"urn:remedy": Performance(fulfilled_at=BEFORE + timedelta(minutes=1))}
    assert ask(document, World(performed=done)).duties == ()


HASH = rule(atom("dk:field", "isAnyOf", ["name", "email"]), action="dk:pseudonymise")
GROUP = rule(atom("dk:smallestGroup", "eq", "10"), action="dk:suppress")


def test_transforms_are_performed_on_the_way_in_a_fixed_order_with_their_parameters() -> None:
    document = agreement(rule(duty=[GROUP]), obligation=[HASH])
    able = World(transforms=frozenset({"suppress", "pseudonymise"}))
    decision = ask(document, able)
    assert decision.verdict is PERMIT
    assert [transform.name for transform in decision.transforms] == ["pseudonymise", "suppress"]
    assert [len(transform.parameters) for transform in decision.transforms] == [1, 1]
    assert decision.duties == ()


@pytest.mark.parametrize("phase", [Phase.NEGOTIATION, Phase.ACCESS])
def test_a_transform_or_row_filter_that_the_data_plane_cannot_apply_denies(phase: Phase) -> None:
    consent = agreement(rule(atom("dk:consentStatus", "eq", "dpv:ConsentGiven")))
    assert codes(ask(agreement(rule(), obligation=[HASH]), phase=phase)) == ["transform-unavailable"]
    assert codes(ask(consent, phase=phase)) == ["row-filter-unavailable"]
    assert ask(consent, phase=Phase.CATALOGUE).verdict is PERMIT


def test_conditions_on_single_records_become_a_row_filter() -> None:
    consent = atom("dk:consentStatus", "isAnyOf", ["dpv:ConsentGiven", "dpv:RenewedConsentGiven"])
    foreign = rule({"and": [LEVEL, atom("dk:recordRegion", "isPartOf", "FR")]})
    decision = ask(
        agreement(rule(LEVEL, consent), prohibition=[foreign]), World(facts({"securityLevel": 3}), row_filters=True)
    )
    assert decision.verdict is PERMIT
    assert decision.row_filter is not None
    leaves = row_test(decision.row_filter, shipped())
    given, refused = "dpv:ConsentGiven", "dpv:ConsentRefused"
    assert leaves(facts({"consentStatus": given, "recordRegion": "DE"}))
    assert not leaves(facts({"consentStatus": refused, "recordRegion": "DE"}))
    assert not leaves(facts({"consentStatus": given, "recordRegion": "FR"}))
    assert not leaves(facts({"consentStatus": given}))
    assert not leaves(facts({"recordRegion": "DE"}))


def test_valid_until_is_the_next_edge_of_any_constraint_on_time() -> None:
    window = [atom("odrl:dateTime", "gteq", "2026-06-01"), atom("odrl:dateTime", "lt", "2026-07-01T08:00:00Z")]
    ban = rule(atom("odrl:dateTime", "gteq", "2026-06-15"))
    document = agreement(rule(*window), prohibition=[ban])
    moments = ["2026-05-04T12:00", "2026-06-01T00:00", "2026-06-20T00:00", "2026-08-01T00:00"]
    until = [ask(document, at=datetime.fromisoformat(moment).replace(tzinfo=UTC)).valid_until for moment in moments]
    assert until == [
        datetime(2026, 6, 1, tzinfo=UTC),
        datetime(2026, 6, 15, tzinfo=UTC),
        datetime(2026, 7, 1, 8, tzinfo=UTC),
        None,
    ]


def test_periods_that_overlap_or_touch_bound_a_decision_where_their_union_ends() -> None:
    spring = {"and": [atom("odrl:dateTime", "gteq", "2026-03-01"), atom("odrl:dateTime", "lt", "2026-06-01")]}
    summer = {"and": [atom("odrl:dateTime", "gteq", "2026-06-01"), atom("odrl:dateTime", "lteq", "2026-08-31")]}
    assert ask(agreement(rule({"or": [spring, summer]}))).valid_until == datetime(2026, 9, 1, tzinfo=UTC)
    either = {"xone": [atom("odrl:dateTime", "lt", "2026-07-01"), atom("odrl:dateTime", "lt", "2026-06-01")]}
    never = {"and": [atom("odrl:dateTime", "lt", "2026-06-01"), atom("odrl:dateTime", "gteq", "2026-07-01")]}
    assert ask(agreement(rule(either))).valid_until == datetime(2026, 6, 1, tzinfo=UTC)
    assert ask(agreement(rule(never))).valid_until is None


def test_a_duty_that_is_due_from_a_day_on_bounds_the_grant_before_it() -> None:
    fee = {"@id": "urn:fee", "action": "odrl:compensate", "constraint": [atom("odrl:dateTime", "gteq", "2026-06-01")]}
    granted = ask(agreement(rule(duty=[fee])))
    assert granted.verdict is Verdict.PERMIT
    assert granted.valid_until == datetime(2026, 6, 1, tzinfo=UTC)
    assert ask(agreement(rule(duty=[fee])), at=datetime(2026, 6, 1, tzinfo=UTC)).verdict is Verdict.DENY


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
