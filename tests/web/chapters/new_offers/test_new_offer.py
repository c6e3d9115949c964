"""A new offer, from data to its terms: suggested, kept, resumed, in two windows, and given up."""

import pytest

from connector.ports.entities import UserRole
from connector.views.descriptions import CoveredTime
from connector.web.frame.visit import make_link
from connector.web.offering.answers import write_order
from tests.support.plane import OWNER
from tests.web.office import Office, Reading, path

DESCRIPTION = path("/neues-angebot/beschreibung", "urn:f:1")


async def test_data_below_the_root_is_found_and_described(office: Office) -> None:
    (office.root / "luft.csv").write_text("Ort;pm10\nMarkt;12,5\n", "utf-8")
    browser = await office.sign_in(UserRole.PROVIDER)
    sent = await browser.post("/neues-angebot/daten", data={"art": "datei", "datei.pfad": "luft.csv"})
    assert sent.status_code == 303
    assert 'value="Luft"' in (await browser.get(sent.headers["location"])).text


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("", "Pfad des Ordners fehlt noch"),
        ("none.csv", "fehlt"),
        ("../settings.toml", "Pfad"),
        ("/etc/passwd", "Pfad"),
    ],
)
async def test_a_place_without_data_is_told_in_words_and_stays_typed(office: Office, place: str, told: str) -> None:
    browser = await office.sign_in(UserRole.PROVIDER)
    answer = await browser.post(
        "/neues-angebot/daten", data={"art": "ordner", "ordner.pfad": place, "ordner.muster": "*.csv"}
    )
    assert answer.status_code == 422
    assert told in Reading(answer.text).text
    (form,) = await office.store.offer_forms(OWNER)
    assert (form.answers["ordner.pfad"], form.answers["ordner.muster"]) == (place, "*.csv")


async def test_whatever_is_typed_is_kept_also_if_it_is_wrong(office: Office) -> None:
    await office.fill_in()
    browser = await office.sign_in(UserRole.PROVIDER)
    typed = {"id": "urn:f:1", "stand": "1", "titel": "Luft", "ags": "12 Hauptstraße", "text": "Zwei\r\nZeilen"}
    answer = await browser.post("/neues-angebot/beschreibung", data=typed)
    assert answer.status_code == 422
    page = Reading(answer.text)
    assert "#ags" in page.links()
    (field,) = [given for tag, given in page.elements if given.get("name") == "ags"]
    assert (field["value"], field["aria-invalid"]) == ("12 Hauptstraße", "true")
    assert (await office.form()).answers["text"] == "Zwei\nZeilen"
    assert "12 Hauptstraße" in (await browser.get(DESCRIPTION)).text


@pytest.mark.parametrize(
    ("field", "typed", "label"),
    [
        ("bis", "31.2.2025", "„Zeitraum bis“"),
        ("von", "bald", "„Zeitraum von“"),
        ("ags", "8212", "„Amtlicher Schlüssel“"),
        ("box", "8,28 48,94", "„Ausdehnung in Grad“"),
        ("kontakt_email", "quatsch", "„E-Mail des Kontakts“"),
    ],
)
async def test_what_cannot_be_read_is_told_at_its_field_in_the_words_of_the_page(
    office: Office, field: str, typed: str, label: str
) -> None:
    await office.fill_in()
    browser = await office.sign_in(UserRole.PROVIDER)
    sent = {"id": "urn:f:1", "stand": "1", "titel": "Luft", field: typed}
    answer = await browser.post("/neues-angebot/beschreibung", data=sent)
    assert answer.status_code == 422
    page = Reading(answer.text)
    assert label in page.text
    assert "`" not in page.text
    assert f"#{field}" in page.links()
    assert [given["name"] for _, given in page.elements if given.get("aria-invalid")] == [field]


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        (f"https://pages.example{DESCRIPTION}", DESCRIPTION),
        ("https://elsewhere.example/x", "/x"),
        ("https://elsewhere.example//evil.example", "/"),
        ("http://[", "/"),
        ("", "/"),
    ],
)
async def test_the_other_language_leads_back_to_a_form_that_was_wrong(office: Office, referer: str, back: str) -> None:
    await office.fill_in()
    browser = await office.sign_in(UserRole.PROVIDER)
    sent = {"id": "urn:f:1", "stand": "1", "titel": "Luft", "ags": "1"}
    answer = await browser.post("/neues-angebot/beschreibung", data=sent, headers={"referer": referer})
    assert answer.status_code == 422
    assert make_link("/sprache/en", zu=back) in Reading(answer.text).links()


async def test_days_and_degrees_are_read_as_people_write_them(office: Office) -> None:
    await office.fill_in()
    browser = await office.sign_in(UserRole.PROVIDER)
    sent = {
        "id": "urn:f:1",
        "stand": "1",
        "titel": "Luft",
        "von": "1.5.2025",
        "bis": "12.2025",
        "box": "8,2 48,9 8,5 49",
    }
    assert (await browser.post("/neues-angebot/beschreibung", data=sent)).status_code == 303
    order = write_order(await office.form(), None)
    assert order.period == CoveredTime(start="2025-05-01", end="2025-12")
    assert order.place is not None
    assert order.place.box == (8.2, 48.9, 8.5, 49.0)


async def test_a_form_can_be_left_resumed_and_given_up(office: Office) -> None:
    await office.fill_in()
    browser = await office.sign_in(UserRole.PROVIDER)
    listed = await browser.get("/angebote")
    assert "Angefangen" in listed.text
    assert DESCRIPTION in Reading(listed.text).links()
    assert "Verwerfen" in (await browser.get(path("/neues-angebot/verwerfen", "urn:f:1"))).text
    gone = await browser.post("/neues-angebot/verwerfen", data={"id": "urn:f:1"})
    assert "Verworfen." in (await browser.get(gone.headers["location"])).text
    assert (await browser.get(DESCRIPTION)).status_code == 404


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Straßenverkehr " * 700, None),
        ("Luft\u202e\u2066 evil\u2069\x00\x07", "Luft evil"),
        ("<script>alert(1)</script>{{7*7}}", "<script>alert(1)</script>{{7*7}}"),
    ],
)
async def test_a_title_of_any_kind_is_kept_as_typed_and_is_text(office: Office, typed: str, kept: str | None) -> None:
    await office.fill_in()
    browser = await office.sign_in(UserRole.PROVIDER)
    answer = await browser.post("/neues-angebot/beschreibung", data={"id": "urn:f:1", "stand": "1", "titel": typed})
    page = await browser.get(DESCRIPTION)
    assert "<script>alert" not in page.text
    assert (await office.form()).answers["titel"] == typed[:20_000]
    if kept is None:
        assert answer.status_code == 422
        assert "#titel" in Reading(answer.text).links()
    else:
        assert answer.status_code == 303
        check = await browser.get(path("/neues-angebot/freigabe", "urn:f:1"))
        assert "\u202e" not in check.text


async def test_forms_of_the_rows_are_offered_beside_the_data_as_it_is(office: Office) -> None:
    await office.fill_in()
    browser = await office.sign_in(UserRole.PROVIDER)
    sent = {"id": "urn:f:1", "stand": "1", "titel": "Luft", "formen": ["", "json", "csv"]}
    assert (await browser.post("/neues-angebot/beschreibung", data=sent)).status_code == 303
    assert write_order(await office.form(), None).forms == ("csv", "json")
    page = await browser.get(DESCRIPTION)
    shown = [
        given["value"]
        for _, given in Reading(page.text).elements
        if given.get("name") == "formen" and "checked" in given
    ]
    assert shown == ["csv", "json"]


async def test_a_place_is_tried_before_anything_is_described(office: Office) -> None:
    (office.root / "luft.csv").write_text("Ort;pm10\nMarkt;12,5\n", "utf-8")
    browser = await office.sign_in(UserRole.PROVIDER)
    typed = {"art": "datei", "datei.pfad": "luft.csv", "probieren": "1"}
    tried = await browser.post("/neues-angebot/daten", data=typed)
    assert tried.status_code == 303
    page = await browser.get(tried.headers["location"])
    assert "Es hat geklappt" in page.text
    assert "Das haben wir gefunden" in page.text


async def test_a_fault_is_told_at_its_field_with_all_that_was_typed(office: Office) -> None:
    browser = await office.sign_in(UserRole.PROVIDER)
    typed = {"art": "ogcapi", "ogcapi.url": "https://geo.stadt.example", "ogcapi.collection": "", "ogcapi.size": "50"}
    answer = await browser.post("/neues-angebot/daten", data=typed)
    assert answer.status_code == 422
    assert 'aria-describedby="ogcapi.collection-fehler ogcapi.collection-hinweis" aria-invalid="true"' in answer.text
    assert 'id="ogcapi.collection-fehler">Sammlung fehlt noch.' in answer.text
    assert 'value="https://geo.stadt.example"' in answer.text
    assert 'value="50"' in answer.text
