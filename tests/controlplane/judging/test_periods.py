"""The time of an agreement, by its policy and the clock alone."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from connector.controlplane.judging.periods import find_period
from connector.ports.entities import Agreement
from connector.protocol.dsp.common import Role
from tests.support.plane import ADDRESS, CITY, ME, NOW, OWNER, Desk

AGREED = NOW - 10 * 86_400_000


@pytest.fixture
def desk(tmp_path: Any) -> Desk:
    return Desk(tmp_path)


def agreed(*constraints: tuple[str, str, object]) -> Agreement:
    atoms = [{"leftOperand": left, "operator": op, "rightOperand": right} for left, op, right in constraints]
    document = {
        "@type": "Agreement",
        "@id": "urn:a:1",
        "assigner": CITY,
        "assignee": ME,
        "target": "urn:d:1",
        "permission": [{"action": "use", **({"constraint": atoms} if atoms else {})}],
    }
    return Agreement(
        owner=OWNER,
        id="urn:a:1",
        role=Role.CONSUMER,
        counterparty=CITY,
        address=ADDRESS,
        dataset="urn:d:1",
        negotiation_id="urn:n:1",
        document=msgspec.json.encode(document),
        evidence=b'{"claims": {}}',
        agreed_at=AGREED,
        finalized_at=AGREED,
    )


def at(moment: str) -> dict[str, str]:
    return {"@value": moment, "@type": "http://www.w3.org/2001/XMLSchema#dateTime"}


@pytest.mark.parametrize(
    ("constraints", "over", "end"),
    [
        ([], False, None),
        ([("odrl:dateTime", "lt", at("2025-11-20T00:00:00Z"))], True, datetime(2025, 11, 20, tzinfo=UTC)),
        ([("odrl:dateTime", "lt", at("2031-01-01T00:00:00Z"))], False, datetime(2031, 1, 1, tzinfo=UTC)),
        ([("odrl:dateTime", "gteq", at("2031-01-01T00:00:00Z"))], False, None),
        ([("odrl:count", "lteq", "0")], False, None),
        ([("dk:participant", "eq", "urn:somebody:else")], False, None),
    ],
    ids=["open", "over", "running", "not begun", "no count", "other party"],
)
def test_only_the_clock_ends_an_agreement(
    desk: Desk, constraints: list[tuple[str, str, object]], over: bool, end: datetime | None
) -> None:
    assert find_period(desk.rooms.evaluator, agreed(*constraints))[:2] == (over, end)


def test_a_period_from_the_agreement_ends_when_it_has_elapsed(desk: Desk) -> None:
    for days, over in ((5, True), (30, False)):
        span = {"@value": f"P{days}D", "@type": "http://www.w3.org/2001/XMLSchema#duration"}
        found = find_period(desk.rooms.evaluator, agreed(("odrl:elapsedTime", "lt", span)))
        assert (found.over, found.end is not None) == (over, True)


def test_what_is_granted_again_and_again_is_not_over(desk: Desk) -> None:
    found = find_period(desk.rooms.evaluator, agreed(("dk:dayOfWeek", "eq", "monday")))
    assert not found.over


def test_the_deadline_of_a_duty_is_not_the_end_of_the_agreement(desk: Desk) -> None:
    document = msgspec.json.decode(agreed().document)
    deadline = {"leftOperand": "odrl:dateTime", "operator": "lt", "rightOperand": at("2025-11-20T00:00:00Z")}
    document["permission"][0]["duty"] = [{"action": "inform", "constraint": [deadline]}]
    performed_in_time = msgspec.structs.replace(agreed(), document=msgspec.json.encode(document))
    assert find_period(desk.rooms.evaluator, performed_in_time) == (False, None, True)


@pytest.mark.parametrize("operand", ["odrl:purpose", "dk:role"])
def test_a_consumer_learns_the_end_of_an_agreement_whatever_its_own_claims_are(desk: Desk, operand: str) -> None:
    """The evidence of its agreement is about the provider."""
    value = "dpv:AcademicResearch" if operand == "odrl:purpose" else "planner"
    for days, over in ((5, True), (30, False)):
        span = {"@value": f"P{days}D", "@type": "http://www.w3.org/2001/XMLSchema#duration"}
        terms = (("odrl:elapsedTime", "lt", span), (operand, "isA" if "purpose" in operand else "eq", value))
        for claims in ({}, {operand.partition(":")[2]: ["dpv:Marketing"]}):
            entry = msgspec.structs.replace(agreed(*terms), evidence=msgspec.json.encode({"claims": claims}))
            found = find_period(desk.rooms.evaluator, entry)
            assert (found.over, found.end is not None) == (over, True)
