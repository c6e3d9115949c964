"""Every page, in both languages and for every role."""

import re

import pytest

from connector.language.catalogue import LANGUAGES
from connector.ports.entities import UserRole
from connector.web.offering.steps import STEPS
from connector.web.pages import PAGES
from tests.support.plane import CITY
from tests.web import getting
from tests.web.office import Office, Reading, path
from tests.web.protection import PERSON

# Paths of the pages that need an identifier.
NEEDED = {
    **getting.OPENED,
    "/eingang/anfrage": path("/eingang/anfrage", "urn:n:1"),
    "/angebote/angebot": path("/angebote/angebot", "urn:d:1"),
    "/angebote/zurueckziehen": path("/angebote/zurueckziehen", "urn:d:1"),
    **{f"/neues-angebot/{step}": path(f"/neues-angebot/{step}", "urn:f:1") for step in (*STEPS, "saetze", "verwerfen")},
    "/vertraege/vertrag": path("/vertraege/vertrag", "urn:a:1"),
    "/nachweise/eintrag": "/nachweise/eintrag?nummer=0",
    "/vertraege/verlauf": path("/vertraege/verlauf", "urn:a:1"),
    "/vertraege/zahlungen": path("/vertraege/zahlungen", "urn:a:1"),
    "/vertraege/beenden": path("/vertraege/beenden", "urn:a:1"),
    "/betrieb/ausschliessen": path("/betrieb/ausschliessen", CITY),
    "/einwilligungen/person": path("/einwilligungen/person", PERSON),
    "/einwilligungen/widerrufen": path("/einwilligungen/widerrufen", PERSON),
}
# Paths that answer with a file or a stream.
FILES = (
    "/laufend",
    "/hochladen",
    "/odrl",
    "/datei",
    "/tabelle",
    "/export",
    "/pruefnachweis",
    "/pdf",
    "/beweis",
    "/mitschnitt",
)
SHOWN = [found for _, found, _, roles in PAGES if roles is not None and not found.endswith(FILES) and "{" not in found]
CHANGE = path("/neues-angebot/freigabe", "urn:f:2")
OPENED = sorted(
    {CHANGE, *(NEEDED.get(found, found) for method, found, *_ in PAGES if method == "GET" and found in SHOWN)}
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("opened", OPENED)
async def test_a_page_is_whole_in_each_language(office: Office, opened: str, language: str) -> None:
    await office.furnish()
    browser = await office.sign_in(*UserRole, language=language)
    answer = await browser.get(opened)
    assert answer.status_code == 200, answer.text
    page = Reading(answer.text)
    assert answer.headers["content-language"] == language
    assert f'<html lang="{language}">' in answer.text
    assert [tag for tag, _ in page.elements].count("h1") == 1
    assert not re.search(r"\{|\}|\bNone\b(?!\.<)|&lt;", answer.text)
    for tag, given in page.elements:
        assert "style" not in given
        assert not [name for name in given if name.startswith("on")]
        assert tag != "style"
        assert tag != "script" or given.get("src", "").startswith("/static/")
        assert tag != "img" or "alt" in given
    labelled = {given.get("for") for tag, given in page.elements if tag == "label"}
    named = {"aria-label", "aria-hidden"}
    kinds = {"input", "textarea", "select"}
    fields = [g for tag, g in page.elements if tag in kinds and g.get("type") != "hidden" and named.isdisjoint(g)]
    assert all(given.get("id") in labelled for given in fields)
