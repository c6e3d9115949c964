"""A denial comes with the smallest changes that turn it into a permit."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from connector.policy.analysis.why import PermitPath, find_ways
from connector.policy.compiling.compiled import Compiled
from connector.policy.deciding.decide import decide, explain
from connector.policy.model.decision import Verdict
from connector.policy.model.situation import Phase, Request, World
from connector.policy.model.values import Instant, Iri
from tests.policy.analysis.support import before, duty, purpose, times, within
from tests.policy.support import MOBILITY, NOON, TARGET, agreement, atom, build, facts, rule

PURPOSE, BASIS, ROLE = (
    purpose("dpv:AcademicResearch"),
    atom("dk:legalBasis", "isA", "eu-gdpr:A6-1-e"),
    atom("dk:role", "eq", "urn:r:a"),
)


def denied(policy: Compiled, state: World, at: datetime = NOON, action: str = "use") -> tuple[PermitPath, ...]:
    request = Request(action, TARGET, MOBILITY, at)
    explanation = explain(policy, request, state, Phase.ACCESS)
    assert explanation.decision.verdict is Verdict.DENY
    return find_ways(policy, explanation, request, state)


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
    assert find_ways(policy, explain(policy, request, World(), Phase.ACCESS), request, World()) == ()
    void = build(agreement(rule(), prohibition=[{"action": "use"}]), conflict="invalid")
    assert find_ways(void, explain(void, request, World(), Phase.ACCESS), request, World()) == ()


def test_an_exclusive_choice_is_turned_by_making_one_part_true_and_the_others_false() -> None:
    policy = build(agreement(rule({"xone": [ROLE, atom("dk:securityLevel", "gteq", "3")]})))
    found = denied(policy, World(facts=facts({"role": ["urn:r:a"], "securityLevel": 4})))
    assert steps(found)[0] in [
        {("fact", "permission/0/constraint/0/xone/0")},
        {("fact", "permission/0/constraint/0/xone/1")},
    ]
    assert not found[0].steps[0].wanted
