"""Consents for who protects personal data: by offer and state, one person, withdrawal, and the link."""

import re

import pytest

from connector.ports.entities import UserRole
from tests.support.plane import OWNER
from tests.web.office import Office, Reading, find, path
from tests.web.protection import DPV, PERSON, RIDES, furnish_protection

PURPOSE = f"{DPV}ImproveTransportMobility"
ROADS = {"id": PERSON, "angebot": RIDES, "zweck": PURPOSE}


async def test_consents_are_listed_by_offer_and_state_without_names(office: Office) -> None:
    await furnish_protection(office)
    browser = await office.sign_in(UserRole.AUDITOR)
    page = await browser.get("/einwilligungen")
    text = Reading(page.text).text
    assert "Gespendete Radfahrten Verkehr und Mobilität verbessern erteilt bis auf Widerruf" in text
    assert "4711" not in text
    assert "/einwilligungen/suchen" not in page.text
    table = Reading((await browser.get("/einwilligungen?stand=ConsentRefused")).text).text
    assert "Marketing verweigert" in table
    assert "erteilt bis" not in table
    assert "Keine Einwilligung passt" in (await browser.get("/einwilligungen?angebot=urn:d:houses")).text


async def test_a_person_is_found_by_the_identifier_and_shown_with_the_history(office: Office) -> None:
    await furnish_protection(office)
    browser = await office.sign_in(UserRole.PRIVACY)
    found = await browser.post("/einwilligungen/suchen", data={"person": "4711"})
    assert found.headers["location"] == path("/einwilligungen/person", PERSON)
    text = Reading((await browser.get(found.headers["location"])).text).text
    assert "Verlauf" in text
    assert "bisher niemand" in text
    nobody = await browser.post("/einwilligungen/suchen", data={"person": "0815"})
    assert (await browser.get(nobody.headers["location"])).status_code == 404
    assert (await browser.get("/einwilligungen/person?id=4711")).status_code == 404
    blank = await browser.post("/einwilligungen/suchen", data={"person": " "})
    assert blank.status_code == 422
    assert re.search(r'id="person"[^>]* aria-describedby="person-hinweis fehler" aria-invalid="true"', blank.text)
    assert "Gespendete Radfahrten" in blank.text


async def test_a_withdrawal_says_what_follows_and_is_recorded(office: Office) -> None:
    await furnish_protection(office)
    browser = await office.sign_in(UserRole.PRIVACY)
    asked = await browser.get("/einwilligungen/widerrufen", params=ROADS)
    assert "Gerade läuft keine Lieferung mit diesen Daten." in asked.text
    done = await browser.post("/einwilligungen/widerrufen", data=ROADS)
    page = await browser.get(done.headers["location"])
    assert "Der Widerruf ist eingetragen." in page.text
    (entry,) = [one for one in (await office.store.consents_of(OWNER, [PERSON], ""))[PERSON] if one.purpose == PURPOSE]
    assert entry.state == f"{DPV}ConsentWithdrawn"
    assert (await browser.post("/einwilligungen/widerrufen", data=ROADS)).status_code == 404


async def test_a_link_is_made_shown_once_made_anew_and_ended(office: Office) -> None:
    await furnish_protection(office)
    browser = await office.sign_in(UserRole.PRIVACY)
    links = []
    for _ in range(2):
        page = await browser.post("/einwilligungen/link", data={"id": PERSON, "tage": "7"})
        links.append(find(page.text, r'value="(https://[^"]+/meine-einwilligungen\?link=[^"]+)"'))
    citizen = office.visitor()
    assert [(await citizen.get(link)).status_code for link in links] == [404, 200]
    assert links[1] not in (await browser.get(path("/einwilligungen/person", PERSON))).text
    ended = await browser.post("/einwilligungen/link-beenden", data={"id": PERSON})
    assert "gilt nicht mehr" in (await browser.get(ended.headers["location"])).text
    assert (await citizen.get(links[1])).status_code == 404
    assert (await browser.post("/einwilligungen/link", data={"id": PERSON, "tage": "x"})).status_code == 422


@pytest.mark.parametrize("role", [UserRole.AUDITOR, UserRole.RELEASE, UserRole.OPERATOR])
async def test_only_data_protection_changes_consents(office: Office, role: UserRole) -> None:
    await furnish_protection(office)
    browser = await office.sign_in(role)
    for deed in ("widerrufen", "link", "link-beenden", "suchen"):
        assert (await browser.post(f"/einwilligungen/{deed}", data={**ROADS, "tage": "7"})).status_code == 403
