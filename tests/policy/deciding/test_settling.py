"""Before signing, who the party is decides; what can change later is deferred."""

import pytest

from connector.policy.deciding.settling import can_become
from connector.policy.model.decision import Verdict
from connector.policy.model.situation import Phase, Request, World
from tests.policy.support import MOBILITY, NOON, TARGET, agreement, ask, atom, build, facts, rule, shipped

PERMIT, DENY, DEFERRED = Verdict.PERMIT, Verdict.DENY, Verdict.DEFERRED
PLANNER = atom("dk:role", "eq", "planner")
SEAT = atom("dk:seat", "isPartOf", "DE")
PAID = atom("dk:paymentState", "eq", "settled")
FIVE = atom("odrl:count", "lteq", "5")
SOME = atom("odrl:purpose", "isA", "dpv:PublicBenefit")
PAST = atom("odrl:dateTime", "lt", "2026-01-01")


@pytest.mark.parametrize(
    ("constraint", "verdict"),
    [
        (PLANNER, DENY),
        (atom("dk:role", "neq", "planner"), DENY),
        (SEAT, DENY),
        (atom("odrl:spatial", "eq", "DE"), DENY),
        (atom("dk:securityLevel", "gteq", "2"), DENY),
        (atom("dk:membership", "eq", "urn:club"), DENY),
        (PAST, DENY),
        (PAID, DEFERRED),
        (FIVE, DEFERRED),
        (SOME, DENY),
        (atom("odrl:deliveryChannel", "eq", "HttpData-PULL"), DEFERRED),
        ({"or": [SOME, PAID]}, DEFERRED),
        (atom("odrl:event", "eq", "urn:fair"), DEFERRED),
        (atom("odrl:elapsedTime", "lteq", {"@value": "P1D", "@type": "xsd:duration"}), DEFERRED),
        ({"and": [PLANNER, PAID]}, DENY),
        ({"or": [PLANNER, PAID]}, DEFERRED),
        ({"or": [PLANNER, SEAT]}, DENY),
        ({"or": [PLANNER, PAST]}, DENY),
        ({"xone": [PLANNER, PAID]}, DENY),
        ({"xone": [FIVE, PAID]}, DEFERRED),
        ({"or": [{"and": [PLANNER, PAID]}, {"and": [SEAT, FIVE]}]}, DENY),
    ],
)
def test_a_contract_is_denied_for_want_of_a_claim_or_a_purpose_and_not_for_what_comes_later(
    constraint: dict[str, object], verdict: Verdict
) -> None:
    assert ask(agreement(rule(constraint)), phase=Phase.NEGOTIATION).verdict is verdict
    assert ask(agreement(rule(constraint)), phase=Phase.CATALOGUE).verdict is (DENY if constraint == PAST else DEFERRED)


@pytest.mark.parametrize(
    ("constraints", "verdict"),
    [((PLANNER,), DENY), ((SOME,), DENY), ((PAID,), DEFERRED), ((PLANNER, PAID), DEFERRED), ((PAST,), PERMIT)],
)
def test_a_prohibition_that_may_be_about_the_party_for_ever_prevents_the_contract(
    constraints: tuple[dict[str, object], ...], verdict: Verdict
) -> None:
    document = agreement(rule(), prohibition=[rule(*constraints)], conflict="prohibit")
    assert ask(document, phase=Phase.NEGOTIATION).verdict is verdict


def test_another_permission_that_needs_no_claim_is_enough() -> None:
    document = agreement(rule(PLANNER), rule(FIVE))
    assert ask(document, phase=Phase.NEGOTIATION).verdict is DEFERRED
    told = ask(agreement(rule(PLANNER)), phase=Phase.NEGOTIATION)
    assert [reason.operand for reason in told.reasons] == ["https://w3id.org/datenkontor/policy/1#role"]


def test_exactly_one_of_a_choice_can_still_fail() -> None:
    [check] = build(agreement(rule({"xone": [PAID, FIVE]}))).permissions[0].constraints
    request = Request("odrl:use", TARGET, MOBILITY, NOON)
    world = World(facts=facts({"paymentState": "settled"}))
    assert can_become(check, True, request, world, shipped())
    assert can_become(check, False, request, world, shipped())
