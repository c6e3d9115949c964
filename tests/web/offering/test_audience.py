"""Who could use data under terms: each member with a verdict, and a reason if it is no."""

from typing import Any

import msgspec
import pytest

from connector.ports.identity import Participant
from connector.web.frame.wording import PageWords
from connector.web.offering.audience import MOST_MEMBERS, find_audience
from tests.support.plane import CITY, OPERANDS
from tests.web.office import Office

DE = PageWords("de", OPERANDS.zone)


def limited(left: str, operator: str, right: str) -> dict[str, Any]:
    constraint = [{"leftOperand": left, "operator": operator, "rightOperand": right}]
    return {"permission": [{"action": "use", "constraint": constraint}]}


async def test_a_purpose_is_taken_to_be_stated_and_said(office: Office) -> None:
    purpose = limited("odrl:purpose", "isA", "https://w3id.org/dpv#CombatClimateChange")
    found = await find_audience(office.values.evaluator, DE, purpose)
    assert [(member.id, member.may) for member in found.members] == [(CITY, True)]
    assert found.stating == ("Klimaschutz",)


async def test_who_may_not_learns_why(office: Office) -> None:
    found = await find_audience(office.values.evaluator, DE, limited("dk:role", "eq", "consumer"))
    (member,) = found.members
    assert not member.may
    assert "Rolle" in member.reasons[0]


async def test_many_members_are_bounded_and_counted(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    many = [Participant(id=f"urn:p:{n}", name=f"Amt {n:02}", address="https://p.example") for n in range(40)]
    monkeypatch.setattr(office.values.evaluator.directory, "participants", lambda: many)
    found = await find_audience(office.values.evaluator, DE, {"permission": [{"action": "use"}]})
    assert (len(found.members), found.count) == (MOST_MEMBERS, 40)
    assert msgspec.json.encode(found)


async def test_terms_that_cannot_be_read_let_nobody_in(office: Office) -> None:
    found = await find_audience(office.values.evaluator, DE, {"permission": [{"action": "fly"}]})
    assert [member.may for member in found.members] == [False]
