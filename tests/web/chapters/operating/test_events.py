"""Events are declared by a person, seen by everybody who declares them, and take effect at once."""

import pytest

from connector.controlplane.usecases import events
from connector.ports.entities import UserRole
from connector.web.frame.unseen import show_unseen
from tests.support.plane import OWNER
from tests.web.office import Office, Reading

PLACE = "/ereignisse"


@pytest.mark.parametrize("role", [UserRole.OPERATOR, UserRole.RELEASE])
async def test_an_event_is_declared_and_ended_once_each(office: Office, role: UserRole) -> None:
    browser = await office.sign_in(role)
    assert "Bisher ist kein Ereignis gemeldet." in (await browser.get(PLACE)).text
    for _ in range(2):
        begun = await browser.post(f"{PLACE}/beginnen", data={"name": "dk:emergency"})
    text = Reading((await browser.get(begun.headers["location"])).text).text
    assert "Der Beginn ist gemeldet." in text
    assert "Notfall" in text
    assert "gemeldet von Aylin Kaya" in text
    (entry,) = await office.store.events(OWNER)
    ended = await browser.post(f"{PLACE}/beenden", data={"name": entry.name})
    assert "Das Ende ist gemeldet." in (await browser.get(ended.headers["location"])).text
    (entry,) = await office.store.events(OWNER)
    assert (entry.begun, entry.by) == (False, "a.kaya")
    assert (await browser.post(f"{PLACE}/beenden", data={"name": "dk:unknown"})).status_code == 404


@pytest.mark.parametrize("name", ["", "   ", "two words", "dk:a\u202eb", "odrl:policyUsage", "x" * 501])
async def test_a_name_that_no_terms_can_have_is_told_at_its_field(office: Office, name: str) -> None:
    browser = await office.sign_in(UserRole.OPERATOR)
    answer = await browser.post(f"{PLACE}/beginnen", data={"name": name})
    assert answer.status_code == 422
    (field,) = [given for _, given in Reading(answer.text).elements if given.get("id") == "name"]
    assert (field["aria-invalid"], field["value"]) == ("true", show_unseen(name.strip()))
    assert 'id="name-fehler"' in answer.text
    assert await office.store.events(OWNER) == []


async def test_very_many_events_are_shown_page_by_page(office: Office) -> None:
    for number in range(60):
        await events.begin(office.values.evaluator, f"urn:event:{number}", by="b.trieb")
    browser = await office.sign_in(UserRole.OPERATOR)
    first = (await browser.get(PLACE)).text
    second = (await browser.get(f"{PLACE}?nach=50")).text
    assert (first.count("<tr>"), second.count("<tr>")) == (51, 11)
    assert f"{PLACE}?nach=50" in first
    assert (await browser.get(f"{PLACE}?nach=x")).status_code == 200
