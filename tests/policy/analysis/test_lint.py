"""What is wrong with a policy, what changed between two, and what would turn a denial."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from connector.policy.analysis.difference import difference
from connector.policy.analysis.lint import lint
from connector.policy.analysis.why import PermitPath, ways
from connector.policy.compiling.compile import Compiled
from connector.policy.deciding.decide import decide, explain
from connector.policy.model.decision import Phase, Request, Verdict, World
from connector.policy.model.model import DK, ODRL, Instant, Iri
from tests.policy.analysis.support import before, due, duty, offer, purpose, times, use, within
from tests.policy.support import MOBILITY, NOON, TARGET, agreement, atom, build, facts, rule

PURPOSE, BASIS, ROLE = (
    purpose("dpv:AcademicResearch"),
    atom("dk:legalBasis", "isA", "eu-gdpr:A6-1-e"),
    atom("dk:role", "eq", "urn:r:a"),
)
DELETE = duty("odrl:delete", due("2027-01-31T00:00:00Z"))


def remarks(policy: Compiled, **options: object) -> set[tuple[str, str]]:
    return {(remark.level, remark.finding.code) for remark in lint(policy, **options)}  # type: ignore[arg-type]


def test_a_sound_policy_has_no_remarks() -> None:
    assert remarks(use(PURPOSE, times(5)), now=NOON) == set()


def test_an_offer_that_nobody_can_ever_use_is_an_error() -> None:
    assert ("error", "never-granted") in remarks(use(times(5), atom("odrl:count", "gt", "5")))
    assert ("error", "expired") in remarks(use(before("2026-01-01T00:00:00Z")), now=NOON)
    assert remarks(use(before("2026-01-01T00:00:00Z"))) == set()
    assert remarks(use(prohibition=[{"action": "use"}], conflict="invalid")) == {("error", "void")}


def test_rules_that_cannot_apply_or_add_nothing_are_named() -> None:
    dead = offer(rule(), rule(ROLE, atom("dk:role", "neq", "urn:r:a"), action="odrl:print"))
    assert {remark.finding.rule for remark in lint(dead) if remark.finding.code == "dead-rule"} == {"permission/1"}
    banned = offer(rule(), rule(action="odrl:print"), prohibition=[{"action": "odrl:print"}])
    assert ("warning", "dead-rule") in remarks(banned)
    assert ("warning", "shadowed") in remarks(offer(rule(), rule(PURPOSE, action="odrl:print")))
    assert ("warning", "shadowed") not in remarks(offer(rule(duty=[duty("odrl:compensate")]), rule(PURPOSE)))
    assert ("warning", "shadowed") not in remarks(offer(rule(times(5)), rule(times(3))))


def test_a_conflict_is_an_error_where_nothing_resolves_it() -> None:
    ban = [rule(ROLE, action="odrl:distribute")]
    assert ("error", "conflict") in remarks(use(prohibition=ban, conflict="invalid"))
    assert ("note", "conflict") in remarks(use(prohibition=ban))
    assert ("note", "conflict") not in remarks(offer(rule(action="odrl:print"), prohibition=ban))


@pytest.mark.parametrize(
    ("left_out", "code"),
    [(PURPOSE, "purpose-missing"), (BASIS, "legal-basis-missing"), (ROLE, "recipient-missing")],
)
def test_personal_data_needs_purpose_basis_and_recipient(left_out: object, code: str) -> None:
    asked = [PURPOSE, BASIS, ROLE, within("P30D")]
    assert remarks(use(*asked, obligation=[DELETE]), personal="personal") == set()
    fewer = [entry for entry in asked if entry is not left_out]
    assert remarks(use(*fewer, obligation=[DELETE]), personal="personal") == {("error", code)}
    escape = {"or": [left_out, atom("dk:securityLevel", "gteq", "1")]}
    assert ("error", code) in remarks(use(*fewer, escape, obligation=[DELETE]), personal="personal")


def test_personal_data_is_kept_for_a_time_and_deleted() -> None:
    asked = [PURPOSE, BASIS, ROLE]
    assert remarks(use(*asked, within("P30D", "gt"), obligation=[DELETE]), personal="personal") == {
        ("error", "retention-missing")
    }
    assert remarks(use(*asked, within("P30D")), personal="personal") == {("error", "delete-missing")}


def test_the_basis_fits_a_public_body_and_the_kind_of_data() -> None:
    def with_basis(name: str, personal: str, **options: object) -> set[tuple[str, str]]:
        basis = atom("dk:legalBasis", "eq", f"eu-gdpr:{name}")
        policy = use(PURPOSE, basis, ROLE, within("P30D"), obligation=[DELETE])
        return remarks(policy, personal=personal, **options)

    assert with_basis("A6-1-f", "personal") == {("error", "legitimate-interest")}
    assert with_basis("A6-1-f", "personal", public_body=False) == set()
    assert with_basis("A6-1-a", "personal") == {("warning", "consent-is-weak")}
    assert with_basis("A6-1-e", "special") == {("error", "special-basis-missing")}
    assert with_basis("A9-2-j", "special") == set()


def test_nothing_changed_if_both_say_the_same() -> None:
    found = difference(use(PURPOSE, times(5)), use(times(5), PURPOSE))
    assert found.width == "same"
    assert found.changes == ()


def test_changes_are_told_by_rule_and_operand() -> None:
    old = use(purpose("dpv:ResearchAndDevelopment"), times(5), ROLE, obligation=[DELETE])
    new = use(
        PURPOSE, times(9), before("2027-01-01T00:00:00Z"), obligation=[duty("odrl:delete", due("2026-12-31T00:00:00Z"))]
    )
    found = difference(old, new)
    assert found.width == "changed"
    assert {(change.kind, change.part, change.subject) for change in found.changes} == {
        ("narrowed", "constraint", ODRL + "purpose"),
        ("widened", "constraint", ODRL + "count"),
        ("removed", "constraint", DK + "role"),
        ("added", "constraint", ODRL + "dateTime"),
        ("narrowed", "obligation", ODRL + "delete"),
    }


def test_whole_rules_and_the_strategy_come_and_go() -> None:
    old, new = offer(rule(), rule(action="odrl:transfer")), use(prohibition=[{"action": "odrl:print"}], conflict="perm")
    found = difference(old, new)
    assert {(change.kind, change.part, change.subject) for change in found.changes} == {
        ("changed", "conflict", "perm"),
        ("removed", "permission", ODRL + "transfer"),
        ("added", "prohibition", ODRL + "print"),
    }
    assert difference(use(times(5)), use(times(5), ROLE)).width == "narrowed"
    assert difference(use(times(5), ROLE), use(times(5))).width == "widened"
    assert difference(use(within("P1M")), use(within("P30D"))).width == "unknown"


def denied(policy: Compiled, state: World, at: datetime = NOON, action: str = "use") -> tuple[PermitPath, ...]:
    request = Request(action, TARGET, MOBILITY, at)
    explanation = explain(policy, request, state, Phase.ACCESS)
    assert explanation.decision.verdict is Verdict.DENY
    return ways(policy, explanation, request, state)


def steps(found: tuple[PermitPath, ...]) -> list[set[tuple[str, str]]]:
    return [{(step.code, step.atom) for step in way.steps} for way in found]


def test_the_smallest_change_comes_first_with_a_value_that_would_do() -> None:
    policy = build(agreement(rule(ROLE, {"or": [atom("dk:securityLevel", "gteq", "3"), PURPOSE]})))
    found = denied(policy, World(facts=facts({"securityLevel": 2, "role": ["urn:r:a"]})))
    assert steps(found) == [
        {("fact", "permission/0/constraint/1/or/0")},
        {("fact", "permission/0/constraint/1/or/1")},
    ]
    assert all(way.proven for way in found)
    assert found[0].steps[0].found == facts({"x": 2})["x"]
    assert str(found[0].steps[0].to[0].amount) == str(Decimal(3))  # type: ignore[union-attr]
    both = denied(policy, World())
    assert [len(way.steps) for way in both] == [2, 2]


def test_waiting_helps_until_it_is_too_late() -> None:
    start = atom("odrl:dateTime", "gteq", {"@value": "2026-06-01T00:00:00Z", "@type": "xsd:dateTime"})
    (way,) = denied(build(agreement(rule(start))), World())
    assert way.steps[0].code == "wait"
    assert way.steps[0].to == (Instant(datetime(2026, 6, 1, tzinfo=UTC)),)
    assert denied(build(agreement(rule(before("2026-01-01T00:00:00Z")))), World()) == ()
    agreed = World(agreed_at=NOON - timedelta(days=40))
    assert denied(build(agreement(rule(within("P1M")))), agreed) == ()
    (later,) = denied(build(agreement(rule(within("P2M", "gteq")))), agreed)
    assert later.steps[0].code == "wait"
    assert later.proven
    assert denied(build(agreement(rule(times(3)))), World(facts=facts({"count:permission/0": 3}))) == ()


def test_duties_prohibitions_and_other_actions_are_ways_too() -> None:
    paid = build(agreement(rule(duty=[{**duty("odrl:compensate"), "@id": "urn:duty:pay"}])))
    assert steps(denied(paid, World())) == [{("duty", "urn:duty:pay")}]
    banned = build(agreement(rule(), prohibition=[rule(ROLE)]))
    (lifted,) = denied(banned, World(facts={"role": (Iri("urn:r:a"),)}))
    assert not lifted.steps[0].wanted
    reading = build(agreement(rule(action="odrl:read")))
    assert [step.code for way in denied(reading, World()) for step in way.steps] == ["action"]


def test_a_permitted_request_and_a_void_policy_have_no_way() -> None:
    policy = build(agreement(rule()))
    request = Request("use", TARGET, MOBILITY, NOON)
    assert decide(policy, request, World(), Phase.ACCESS).verdict is Verdict.PERMIT
    assert ways(policy, explain(policy, request, World(), Phase.ACCESS), request, World()) == ()
    void = build(agreement(rule(), prohibition=[{"action": "use"}]), conflict="invalid")
    assert ways(void, explain(void, request, World(), Phase.ACCESS), request, World()) == ()


def test_an_exclusive_choice_is_turned_by_making_one_part_true_and_the_others_false() -> None:
    policy = build(agreement(rule({"xone": [ROLE, atom("dk:securityLevel", "gteq", "3")]})))
    found = denied(policy, World(facts=facts({"role": ["urn:r:a"], "securityLevel": 4})))
    assert steps(found)[0] in [
        {("fact", "permission/0/constraint/0/xone/0")},
        {("fact", "permission/0/constraint/0/xone/1")},
    ]
    assert not found[0].steps[0].wanted


def test_personal_data_for_nobody_in_particular_is_refused_by_the_name_of_the_rule() -> None:
    anyone = offer(rule(purpose("dpv:AcademicResearch"), within("P30D"), **{"@id": "urn:rule"}), assigner="urn:city")
    found = {remark.finding.code: remark for remark in lint(anyone, personal="personal")}
    for code in ("recipient-missing", "delete-missing", "legal-basis-missing"):
        assert (found[code].level, found[code].finding.rule) == ("error", "urn:rule"), code
    assert "purpose-missing" not in found
    assert "retention-missing" not in found


def test_what_cannot_be_told_is_a_note_and_with_personal_data_an_error() -> None:
    choices = [
        {"or": [atom("dk:role", "isAllOf", [f"urn:{n}:{side}" for side in "ab"]), atom("dk:seat", "neq", f"urn:{n}")]}
        for n in range(40)
    ]
    wide = use(*choices)
    assert [(remark.level, remark.finding.code) for remark in lint(wide)] == [("note", "unclear")]
    assert [(remark.level, remark.finding.code) for remark in lint(wide, personal="special")] == [("error", "unclear")]


def test_rules_of_two_versions_belong_together_by_their_names_before_their_order() -> None:
    def version(first: int, second: int, *, swapped: bool) -> Compiled:
        rules = [
            rule(times(first), **{"@id": "urn:a"}),
            rule(times(second), before("2027-01-01T00:00:00Z"), **{"@id": "urn:b"}),
        ]
        return offer(*(reversed(rules) if swapped else rules))

    found = difference(version(5, 50, swapped=False), version(6, 60, swapped=True))
    assert sorted((change.kind, change.rule, change.subject) for change in found.changes) == [
        ("widened", "urn:a", ODRL + "count"),
        ("widened", "urn:b", ODRL + "count"),
    ]
