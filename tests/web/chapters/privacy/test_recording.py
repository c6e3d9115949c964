"""One statement is recorded from a form: what is wrong is told at its field, and no name is kept."""

import pytest

from connector.ports.entities import PageBounds, UserRole
from tests.support.plane import OWNER, SECRET
from tests.web.office import Office, Reading
from tests.web.protection import RIDES, furnish_protection

PLACE = "/einwilligungen/neu"
FORM = {
    "person": "4812", "aussage": "ConsentGiven", "zweck": "https://w3id.org/dpv#ImproveTransportMobility",
    "angebot": RIDES, "bis": "31.12.2027",
}  # fmt: skip


async def test_a_consent_is_recorded_without_a_name(office: Office) -> None:
    await furnish_protection(office)
    browser = await office.sign_in(UserRole.PRIVACY)
    assert f'href="{PLACE}"' in (await browser.get("/einwilligungen")).text
    done = await browser.post(PLACE, data=FORM)
    text = Reading((await browser.get(done.headers["location"])).text).text
    assert "Die Einwilligung ist eingetragen." in text
    assert "31. Dezember 2027" in text
    rows, _ = await office.store.consents(OWNER, PageBounds(), subject=SECRET.person(OWNER, "4812"))
    assert [(row.dataset, row.state.rpartition("#")[2]) for row in rows] == [(RIDES, "ConsentGiven")]
    assert "4812" not in repr(rows)


async def test_a_refusal_has_no_end(office: Office) -> None:
    browser = await office.sign_in(UserRole.PRIVACY)
    await browser.post(PLACE, data={**FORM, "angebot": "", "aussage": "ConsentRefused"})
    (row,), _ = await office.store.consents(OWNER, PageBounds())
    assert (row.dataset, row.state.rpartition("#")[2], row.until) == ("", "ConsentRefused", None)


@pytest.mark.parametrize(
    ("field", "value"),
    [("person", " "), ("person", "x" * 1001), ("aussage", "yes"), ("zweck", ""), ("zweck", "urn:none"),
     ("bis", "bald"), ("bis", "31.12.9999"), ("bis", "1.1.2020")],
)  # fmt: skip
async def test_what_is_wrong_is_told_at_its_field_and_stays_typed(office: Office, field: str, value: str) -> None:
    await furnish_protection(office)
    before, _ = await office.store.consents(OWNER, PageBounds())
    browser = await office.sign_in(UserRole.PRIVACY)
    answer = await browser.post(PLACE, data=FORM | {field: value})
    assert answer.status_code == 422
    page = Reading(answer.text)
    assert [given["id"] for _, given in page.elements if given.get("aria-invalid") == "true"] == [field]
    assert f'href="#{field}"' in answer.text
    if field != "person":
        assert 'value="4812"' in answer.text
    assert (await office.store.consents(OWNER, PageBounds()))[0] == before


async def test_an_offer_that_is_not_there_and_other_roles_are_refused(office: Office) -> None:
    browser = await office.sign_in(UserRole.PRIVACY)
    assert (await browser.post(PLACE, data=FORM | {"angebot": "urn:none"})).status_code == 404
    auditor = await office.sign_in(UserRole.AUDITOR, name="p.pruefung")
    assert (await auditor.post(PLACE, data=FORM)).status_code == 403
    assert PLACE not in (await auditor.get("/einwilligungen")).text
