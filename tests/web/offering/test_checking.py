"""The check finds what a release would refuse, in words, with the field in which it is mended."""

import pytest

from connector.ports.entities import PageBounds, UserRole
from tests.support.plane import OWNER
from tests.web.office import Office, Reading, path

CHECK = path("/neues-angebot/pruefen", "urn:f:1")
FORM = {"id": "urn:f:1", "stand": "1"}
WHOLE = {"titel": "Luft", "vorlage": "purpose", "klasse": "internal"}


@pytest.mark.parametrize(
    ("changed", "told", "link"),
    [
        ({"source": None}, "wo die Daten liegen", "/neues-angebot/daten?id=urn%3Af%3A1"),
        ({"answers": {**WHOLE, "klasse": "open"}}, "Lizenz", "/neues-angebot/beschreibung?id=urn%3Af%3A1#lizenz"),
        ({"answers": {**WHOLE, "titel": ""}}, "Titel", "/neues-angebot/beschreibung?id=urn%3Af%3A1#titel"),
        (
            {"answers": {**WHOLE, "vorlage": "paid"}},
            "Preis in Euro",
            "/neues-angebot/bedingungen?id=urn%3Af%3A1#paid.price",
        ),
        (
            {"source": {"kind": "file", "path": "gone.csv"}, "answers": WHOLE},
            "fehlt",
            "/neues-angebot/daten?id=urn%3Af%3A1",
        ),
    ],
)
async def test_the_check_names_what_is_missing_and_where_it_is_mended(
    office: Office, changed: dict[str, object], told: str, link: str
) -> None:
    await office.fill_in(**changed)
    browser = await office.sign_in(UserRole.PROVIDER)
    page = Reading((await browser.get(CHECK)).text)
    assert told in page.text
    assert link in page.links()
    assert "Weiter zur Freigabe" not in page.text
    refused = await browser.post("/neues-angebot/freigabe", data=FORM)
    assert "/pruefen" in refused.headers["location"]
    assert not (await office.store.assets(OWNER, PageBounds()))[0]


@pytest.mark.parametrize(("chosen", "field"), [("personal", "person"), ("internal", "klasse")])
async def test_terms_that_ask_for_consent_lead_to_the_field_of_the_person(
    office: Office, chosen: str, field: str
) -> None:
    terms = {"vorlage": "personal-data", "personal-data.recipients": "urn:a", "personal-data.fields": "E-Mail"}
    await office.fill_in(answers={**WHOLE, **terms, "klasse": chosen})
    browser = await office.sign_in(UserRole.PROVIDER)
    page = Reading((await browser.get(CHECK)).text)
    assert "das Feld, das die Person nennt" in page.text
    assert f"/neues-angebot/beschreibung?id=urn%3Af%3A1#{field}" in page.links()
    assert "Beschreiben Sie die Datensätze genauer" not in page.text


async def test_fields_that_may_be_about_persons_are_asked_about(office: Office) -> None:
    await office.fill_in(answers=WHOLE)
    browser = await office.sign_in(UserRole.PROVIDER)
    assert "könnten Personen betreffen: E-Mail" in (await browser.get(CHECK)).text
