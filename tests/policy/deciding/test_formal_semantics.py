"""The nine situations of the community draft on formal semantics, written again in our own words and names.

Patches to the published examples, which contradict themselves: the party that asks in the conditions examples is the
one the policy names (published: one letter more); the amount paid is in the currency of the policy (published: two
addresses for the same one); a payment before the request stands in the ledger as fulfilled.
"""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from connector.policy.deciding.decide import explain
from connector.policy.model.decision import Explanation, Verdict
from connector.policy.model.situation import Performance, Phase, Request, World
from connector.policy.model.values import Number, Value
from tests.policy.support import atom, build

PAID = World(performed={"urn:dk:fs:pay": Performance(fulfilled_at=datetime(2025, 7, 23, tzinfo=UTC))})
UNPAID = World()
EURO = "http://dbpedia.org/resource/Euro"
PAY = {
    "@id": "urn:dk:fs:pay",
    "action": [
        {
            "rdf:value": {"@id": "odrl:compensate"},
            "refinement": [
                atom("odrl:payAmount", "eq", {"@value": "5.00", "@type": "xsd:decimal"}, unit=EURO),
            ],
        }
    ],
}
SUNDAYS = {**PAY, "constraint": [atom("dk:dayOfWeek", "eq", {"@value": "Sunday", "@type": "xsd:string"})]}
TUESDAY, SUNDAY = datetime(2025, 7, 29, tzinfo=UTC), datetime(2025, 8, 3, tzinfo=UTC)


def song(duty: dict[str, object]) -> dict[str, object]:
    rule = {"action": "odrl:play", "target": "urn:dk:fs:song", "duty": [duty]}
    rule |= {"assigner": "urn:dk:fs:label", "assignee": "urn:dk:fs:listener"}
    return {"@type": "Agreement", "@id": "urn:dk:fs:song-policy", "permission": [rule]}


def judged(document: dict[str, object], action: str, target: str, at: datetime, world: World) -> Explanation:
    party = "urn:dk:fs:listener"
    return explain(build(document, conflict=None), Request(action, target, party, at), world, Phase.ACCESS)


def states(answer: Explanation) -> tuple[bool, bool]:
    """Activation state and control state of the one permission."""
    return answer.rules[0].active is True, answer.decision.verdict is Verdict.PERMIT


@pytest.mark.parametrize(("year", "expected"), [(2017, (True, True)), (2019, (False, False))])
def test_a_constrained_permission_is_active_while_its_constraint_holds(year: int, expected: tuple[bool, bool]) -> None:
    limit = atom("odrl:dateTime", "lt", {"@value": "2018-01-01", "@type": "xsd:date"})
    rule = {"action": "odrl:distribute", "target": "urn:dk:fs:paper", "constraint": [limit]}
    document = {"@type": "Set", "@id": "urn:dk:fs:a", "permission": [rule]}
    at = datetime(year, 12, 19, 15, tzinfo=UTC)
    assert states(judged(document, "odrl:distribute", "urn:dk:fs:paper", at, UNPAID)) == expected


@pytest.mark.parametrize(("dots", "expected"), [(1000, (True, True)), (1300, (True, False))])
def test_an_unmet_refinement_leaves_the_permission_active_and_denies(dots: int, expected: tuple[bool, bool]) -> None:
    dpi = "http://dbpedia.org/resource/Dots_per_inch"
    sharp = atom("odrl:resolution", "lteq", {"@value": "1200", "@type": "xsd:integer"}, unit=dpi)
    rule = {"action": [{"rdf:value": {"@id": "odrl:print"}, "refinement": [sharp]}], "target": "urn:dk:fs:paper"}
    compiled = build({"@type": "Set", "@id": "urn:dk:fs:b", "permission": [rule]}, conflict=None)
    context: dict[str, tuple[Value, ...]] = {"resolution": (Number(Decimal(dots), dpi),)}
    asked = Request("odrl:print", "urn:dk:fs:paper", "urn:dk:fs:reader", TUESDAY, context)
    assert states(explain(compiled, asked, UNPAID, Phase.ACCESS)) == expected


@pytest.mark.parametrize(("world", "expected"), [(UNPAID, (False, False)), (PAID, (True, True))])
def test_a_conditioned_permission_waits_for_its_duty(world: World, expected: tuple[bool, bool]) -> None:
    answer = judged(song(PAY), "odrl:play", "urn:dk:fs:song", datetime(2025, 7, 25, tzinfo=UTC), world)
    assert states(answer) == expected
    assert answer.rules[0].duties[0].state == ("fulfilled" if world is PAID else "active")


@pytest.mark.parametrize(
    ("at", "world", "expected", "state"),
    [
        (TUESDAY, UNPAID, (False, False), "active"),
        (SUNDAY, UNPAID, (False, False), "active"),
        (SUNDAY, PAID, (True, True), "fulfilled"),
    ],
)
def test_a_duty_with_a_day_of_the_week_is_demanded_on_every_day(
    at: datetime, world: World, expected: tuple[bool, bool], state: str
) -> None:
    """The draft lets the listener play unpaid on a Tuesday; section 2.6.3 of the information model does not."""
    answer = judged(song(SUNDAYS), "odrl:play", "urn:dk:fs:song", at, world)
    assert states(answer) == expected
    assert answer.rules[0].duties[0].state == state
