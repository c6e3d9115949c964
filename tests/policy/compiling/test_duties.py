"""The duty of a permission comes first: no constraint of it that is False now lets anybody off."""

from datetime import UTC, datetime, timedelta

import pytest

from connector.policy.analysis.contains import contains
from connector.policy.analysis.findings import Containment
from connector.policy.analysis.lint import lint
from connector.policy.deciding.decide import explain, is_shown
from connector.policy.model.decision import Verdict
from connector.policy.model.situation import Performance, Phase, Request, World
from connector.policy.words.reasons import reasons
from connector.policy.words.sentence import sentence
from tests.policy.support import MOBILITY, NOON, TARGET, agreement, ask, atom, build, facts, rule, shipped

PERMIT, DENY, DEFERRED = Verdict.PERMIT, Verdict.DENY, Verdict.DEFERRED
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EUR = atom("odrl:payAmount", "eq", "5.00", unit="http://dbpedia.org/resource/Euro")


def instant(moment: datetime) -> dict[str, str]:
    return {"@value": moment.isoformat(), "@type": "xsd:dateTime"}


def span(text: str) -> dict[str, str]:
    return {"@value": text, "@type": "xsd:duration"}


def fee(*constraints: object, refined: tuple[object, ...] = (), **more: object) -> dict[str, object]:
    action = [{"rdf:value": {"@id": "odrl:compensate"}, "refinement": [EUR, *refined]}]
    return {"@id": "urn:fee", "action": action, "constraint": list(constraints), **more}


def paid(at: datetime, **performed: datetime) -> World:
    done = {"urn:fee": Performance(fulfilled_at=at)}
    done |= {f"urn:{name}": Performance(fulfilled_at=when) for name, when in performed.items()}
    return World(performed=done, agreed_at=NOON - 10 * DAY)


UNPAID = World(agreed_at=NOON - 10 * DAY)
LATE = atom("odrl:dateTime", "lteq", {"@value": "2026-05-01", "@type": "xsd:date"})
WEEK = atom("odrl:elapsedTime", "lt", span("P7D"))

LOST = [
    fee(LATE),
    fee(refined=(LATE,)),
    fee(WEEK),
    fee(refined=(WEEK,)),
    fee(atom("odrl:event", "gt", "odrl:policyUsage")),
]


@pytest.mark.parametrize(
    "duty",
    [
        fee(LATE),
        fee(refined=(LATE,)),
        fee(WEEK),
        fee(refined=(WEEK,)),
        fee(atom("odrl:dateTime", "gteq", instant(NOON + DAY))),
        fee(atom("odrl:dateTime", "eq", {"@value": "2026-06-01", "@type": "xsd:date"})),
        fee(atom("odrl:elapsedTime", "gteq", span("P30D"))),
        fee(atom("odrl:event", "lt", "odrl:policyUsage")),
        fee(atom("odrl:event", "gt", "odrl:policyUsage")),
        fee(atom("odrl:event", "eq", "urn:fair")),
        fee(atom("dk:timeOfDay", "lt", "06:00")),
        fee(atom("dk:dayOfWeek", "eq", "Sunday")),
        fee(atom("odrl:count", "gt", "3")),
        fee(atom("dk:paymentState", "eq", "overdue")),
        fee(atom("odrl:recipient", "eq", "urn:city")),
        fee({"or": [LATE, atom("dk:role", "eq", "shop")]}),
        fee({"xone": [LATE, atom("odrl:dateTime", "lt", instant(NOON - DAY))]}),
        {"@id": "urn:fee", "action": "odrl:compensate", "constraint": [EUR]},
    ],
)
def test_an_unpaid_access_is_denied_whatever_the_time_says_of_the_payment(duty: dict[str, object]) -> None:
    counted = facts({"count:urn:fee": 0, "paymentState": "due", "role": "shop", "recipient": MOBILITY, "payAmount": 0})
    world = World(facts=counted | facts({"event": ()}), agreed_at=UNPAID.agreed_at)
    document = agreement(rule(duty=[duty]))
    assert ask(document, world).verdict is DENY
    assert ask(document, World()).verdict is DENY
    told = explain(build(document), Request("odrl:use", TARGET, MOBILITY, NOON), world, Phase.ACCESS)
    assert told.rules[0].active is False
    lost = duty in LOST
    assert [reason.code for reason in told.decision.reasons] == ["duty-lost" if lost else "duty-not-performed"]
    assert ("can no longer be fulfilled" in reasons(told, shipped(), "en")[0]) is lost


@pytest.mark.parametrize(
    ("duty", "at", "verdict"),
    [
        (fee(LATE), datetime(2026, 5, 1, 23, tzinfo=UTC), PERMIT),
        (fee(LATE), datetime(2026, 5, 2, tzinfo=UTC), DENY),
        (fee(refined=(LATE,)), datetime(2026, 5, 2, tzinfo=UTC), DENY),
        (fee(WEEK), NOON - 4 * DAY, PERMIT),
        (fee(WEEK), NOON - 3 * DAY, DENY),
        (fee(atom("odrl:dateTime", "gteq", instant(NOON + DAY))), NOON - DAY, DENY),
        (fee(atom("odrl:dateTime", "gteq", instant(NOON - HOUR))), NOON - DAY, PERMIT),
        (fee(atom("odrl:dateTime", "eq", {"@value": "2026-05-02", "@type": "xsd:date"})), NOON - 5 * DAY, PERMIT),
        (fee(atom("odrl:dateTime", "eq", {"@value": "2026-05-02", "@type": "xsd:date"})), NOON - HOUR, DENY),
        (fee(atom("odrl:event", "lt", "odrl:policyUsage")), NOON - HOUR, PERMIT),
        (fee(atom("odrl:event", "gt", "odrl:policyUsage")), NOON - HOUR, DENY),
        (fee(atom("dk:dayOfWeek", "eq", "Sunday")), NOON - 3 * DAY, PERMIT),
        (fee(atom("dk:dayOfWeek", "eq", "Sunday")), NOON - HOUR, DENY),
        (fee(atom("odrl:count", "gt", "3")), NOON - HOUR, PERMIT),
    ],
)
def test_a_payment_counts_if_it_was_there_at_an_instant_that_the_duty_allows(
    duty: dict[str, object], at: datetime, verdict: Verdict
) -> None:
    assert ask(agreement(rule(duty=[duty])), paid(at)).verdict is verdict


@pytest.mark.parametrize(("began", "verdict"), [(NOON - 2 * HOUR, DENY), (NOON - HOUR / 2, PERMIT)])
def test_a_duty_before_an_event_counts_if_it_was_performed_before_the_event(began: datetime, verdict: Verdict) -> None:
    world = World(
        facts=facts({"event": "urn:fair"}),
        performed={"urn:fee": Performance(fulfilled_at=NOON - HOUR)},
        since={"event urn:fair": began},
    )
    assert ask(agreement(rule(duty=[fee(atom("odrl:event", "lt", "urn:fair"))])), world).verdict is verdict


def test_only_who_the_party_is_or_what_it_asks_for_exempts_from_a_duty() -> None:
    document = agreement(rule(duty=[fee(atom("dk:role", "eq", "shop"))]))
    assert ask(document, {"role": "school"}).verdict is PERMIT
    assert ask(document, {"role": "shop"}).verdict is DENY
    assert ask(document).verdict is DENY


def test_a_late_payment_counts_only_together_with_the_consequence() -> None:
    late = fee(LATE, consequence=[{"@id": "urn:fine", "action": "odrl:inform"}])
    document = agreement(rule(duty=[late]))
    begins = datetime(2026, 5, 2, tzinfo=UTC)
    assert [task.uid for task in ask(document, UNPAID).duties] == ["urn:fee", "urn:fine"]
    assert ask(document, paid(NOON - HOUR)).verdict is DENY
    assert ask(document, paid(NOON - HOUR, fine=NOON - HOUR)).verdict is PERMIT
    assert ask(document, paid(NOON - HOUR, fine=begins - HOUR)).verdict is DENY
    assert ask(document, paid(begins - HOUR)).verdict is PERMIT


def test_no_contract_is_made_on_a_duty_that_is_lost_already() -> None:
    request = Request("odrl:use", TARGET, MOBILITY, NOON)
    for duty in (fee(LATE), fee(atom("odrl:event", "gt", "odrl:policyUsage"))):
        document = agreement(rule(duty=[duty]))
        assert ask(document, phase=Phase.NEGOTIATION).verdict is DENY
        assert not is_shown(build(document), request, World())
        assert {remark.finding.code for remark in lint(build(document), now=NOON)} & {"duty-too-late", "duty-after-use"}
    open_still = agreement(rule(duty=[fee(atom("odrl:dateTime", "lteq", instant(NOON + DAY)))]))
    assert ask(open_still, phase=Phase.NEGOTIATION).verdict is DEFERRED
    assert not [remark for remark in lint(build(open_still), now=NOON) if remark.level == "error"]
    cured = fee(LATE, consequence=[{"action": "odrl:inform"}])
    assert ask(agreement(rule(duty=[cured])), phase=Phase.NEGOTIATION).verdict is DEFERRED


def test_a_transform_is_applied_whatever_the_time_says_of_it() -> None:
    able = World(transforms=frozenset({"pseudonymise"}))
    hashed = rule(atom("dk:field", "eq", "name"), LATE, action="dk:pseudonymise")
    decision = ask(agreement(rule(duty=[hashed])), able)
    assert [step.name for step in decision.transforms] == ["pseudonymise"]


def test_a_request_that_pays_later_or_at_other_times_is_not_what_was_offered() -> None:
    plain, sundays = (
        build(agreement(rule(duty=[entry]))) for entry in (fee(), fee(atom("dk:dayOfWeek", "eq", "Sunday")))
    )
    soon, late = (
        build(agreement(rule(duty=[fee(atom("odrl:elapsedTime", "lt", span(days)))]))) for days in ("P7D", "P30D")
    )
    assert contains(plain, sundays).verdict is Containment.CONTAINED
    assert contains(sundays, plain).verdict is not Containment.CONTAINED
    assert contains(late, soon).verdict is Containment.CONTAINED
    assert contains(soon, late).verdict is not Containment.CONTAINED
    assert contains(late, build(agreement(rule()))).verdict is not Containment.CONTAINED


def test_the_sentence_says_first_and_until_when() -> None:
    assert "first pay (manner: amount paid: exactly 5 EUR; until 1 May 2026)" in sentence(
        build(agreement(rule(duty=[fee(LATE)]))), "en"
    )
