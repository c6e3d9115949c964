"""What is typed is kept: in two windows, sent twice, by the script, and nothing else than the fields of the page."""

from connector.ports.entities import UserRole
from tests.pages.page import Page
from tests.support.plane import OWNER
from tests.web.office import Office


async def test_a_second_window_loses_nothing(office: Office) -> None:
    await office.fill_in()
    browser = await office.sign_in(UserRole.PROVIDER)
    await browser.post("/neues-angebot/beschreibung", data={"id": "urn:f:1", "stand": "1", "titel": "Zuerst"})
    late = {"id": "urn:f:1", "stand": "1", "titel": "Danach"}
    answer = await browser.post("/neues-angebot/beschreibung", data=late)
    assert answer.status_code == 409
    assert "In einem anderen Fenster" in answer.text
    assert 'value="Danach"' in answer.text
    assert (await office.form()).answers["titel"] == "Zuerst"
    again = await browser.post("/neues-angebot/beschreibung", data={**late, "stand": "2"})
    assert again.status_code == 303
    assert (await office.form()).answers["titel"] == "Danach"


async def test_the_same_form_sent_twice_is_no_conflict(office: Office) -> None:
    await office.fill_in()
    browser = await office.sign_in(UserRole.PROVIDER)
    for _ in range(2):
        answer = await browser.post(
            "/neues-angebot/beschreibung", data={"id": "urn:f:1", "stand": "1", "titel": "Luft"}
        )
        assert answer.status_code == 303


async def test_the_script_keeps_what_is_typed_and_learns_the_version(office: Office) -> None:
    await office.fill_in()
    browser = await office.sign_in(UserRole.PROVIDER)
    typed = {"id": "urn:f:1", "stand": "1", "titel": "", "speichern": "1"}
    kept = await browser.post("/neues-angebot/beschreibung", data=typed)
    assert (kept.status_code, kept.headers["stand"]) == (204, "2")
    clash = await browser.post("/neues-angebot/beschreibung", data={**typed, "titel": "Anders"})
    assert clash.status_code == 409
    assert (await office.form()).answers["titel"] == ""


async def test_no_field_of_another_page_gets_into_the_form(office: Office) -> None:
    await office.fill_in()
    browser = await office.sign_in(UserRole.PROVIDER)
    await browser.post(
        "/neues-angebot/beschreibung", data={"id": "urn:f:1", "stand": "1", "titel": "Luft", "editors": "x"}
    )
    assert "editors" not in (await office.form()).answers


async def test_the_same_place_sent_again_after_a_fault_is_no_conflict_and_begins_one_form(office: Office) -> None:
    browser = await office.sign_in(UserRole.PROVIDER)
    place = {"art": "datei", "datei.pfad": "missing.csv"}
    for _ in range(2):
        assert (await browser.post("/neues-angebot/daten", data=place)).status_code == 422
    (form,) = await office.store.offer_forms(OWNER)
    seen = {"id": form.id, "stand": str(form.version)}
    for _ in range(2):
        wrong = await browser.post("/neues-angebot/daten", data={**place, **seen, "datei.pfad": "other.csv"})
        assert wrong.status_code == 422
    clash = await browser.post("/neues-angebot/daten", data={**place, **seen, "datei.pfad": "third.csv"})
    assert clash.status_code == 409
    assert "third.csv" in clash.text
    assert Page(clash.text).list_faults() == []
