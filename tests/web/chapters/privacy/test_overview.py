"""Data protection: what is offered and waits, and the veto that keeps an offer from its release."""

import re

import pytest

from connector.ports.entities import UserRole
from tests.support.plane import OWNER
from tests.web.office import Office, Reading, path
from tests.web.protection import furnish_protection

DRAFT = "urn:d:houses"


async def test_the_first_page_has_personal_offers_with_basis_purposes_and_recipients(office: Office) -> None:
    await furnish_protection(office)
    await office.offer("urn:d:none")
    page = await (await office.sign_in(UserRole.PRIVACY)).get("/datenschutz")
    text = Reading(page.text).text
    assert "Eine Pflicht ist überfällig." in text
    assert "Vor der Freigabe" in text
    assert "Gespendete Radfahrten veröffentlicht" in text
    assert "Verkehr und Mobilität verbessern 1" in text
    assert "Baustellen" not in text


async def test_a_veto_with_a_reason_stops_the_release_until_it_is_taken_back(office: Office) -> None:
    await furnish_protection(office)
    shield = await office.sign_in(UserRole.PRIVACY, name="p.schutz", person="Pia Schutz")
    release = await office.sign_in(UserRole.RELEASE, name="r.frei")
    offer = path("/angebote/angebot", DRAFT)
    assert "Einspruch einlegen" in (await shield.get(offer)).text
    assert "Einspruch einlegen" not in (await release.get(offer)).text
    form = {"id": DRAFT, "stand": "1", "begruendung": "Die Hausnummern sind nicht nötig."}
    done = await shield.post("/datenschutz/einspruch", data=form)
    assert "Ihr Einspruch ist eingelegt" in (await shield.get(done.headers["location"])).text
    page = (await release.get(offer)).text
    assert "Die Hausnummern sind nicht nötig." in page
    assert "Pia Schutz" in page
    assert "/angebote/veroeffentlichen" not in page
    refused = await release.post("/angebote/veroeffentlichen", data={"id": DRAFT, "stand": "2", "geprueft": "1"})
    assert (refused.status_code, "Die Hausnummern" in refused.text) == (409, True)
    assert "Einspruch" in (await shield.get("/datenschutz")).text
    lifted = await shield.post("/datenschutz/einspruch-zuruecknehmen", data={"id": DRAFT, "stand": "2"})
    assert "zurückgenommen" in (await shield.get(lifted.headers["location"])).text
    assert "/angebote/veroeffentlichen" in (await release.get(offer)).text


@pytest.mark.parametrize("role", [UserRole.RELEASE, UserRole.AUDITOR, UserRole.PROVIDER, UserRole.OPERATOR])
async def test_only_data_protection_objects(office: Office, role: UserRole) -> None:
    await furnish_protection(office)
    browser = await office.sign_in(role)
    form = {"id": DRAFT, "stand": "1", "begruendung": "Weil."}
    for deed in ("einspruch", "einspruch-zuruecknehmen"):
        assert (await browser.post(f"/datenschutz/{deed}", data=form)).status_code == 403
    asset = await office.store.asset(OWNER, DRAFT)
    assert asset
    assert asset.veto is None


async def test_a_veto_needs_a_reason_and_the_version_that_was_seen(office: Office) -> None:
    await furnish_protection(office)
    browser = await office.sign_in(UserRole.PRIVACY)
    form = {"id": DRAFT, "stand": "1", "begruendung": " "}
    answer = await browser.post("/datenschutz/einspruch", data=form)
    page = await browser.get(answer.headers["location"])
    assert page.status_code == 422
    assert re.search(r'id="begruendung"[^>]* aria-invalid="true" aria-describedby="fehler"', page.text)
    assert "einspruch" in page.text
    form = {"id": DRAFT, "stand": "7", "begruendung": "Weil."}
    assert (await browser.post("/datenschutz/einspruch", data=form)).status_code == 409
