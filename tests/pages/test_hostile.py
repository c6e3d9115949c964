"""Mark-up, long texts, and signs that hide or turn others, in whatever comes from others, are text on every page."""

import pytest

from connector.language.catalogue import LANGUAGES
from connector.ports.entities import UserRole
from connector.web.frame.unseen import SHOWN
from tests.pages.page import Page
from tests.pages.walk import walk
from tests.pages.world import FILLED_IN, LONG, MARK_UP, furnish_hostile
from tests.web.office import Office

SIGNING_OUT = ("/abmelden", "/konto/abmelden")
LARGEST = 300_000
"""Bytes of a page whose every text is as long as a peer can make it."""


@pytest.mark.parametrize("language", LANGUAGES)
async def test_hostile_texts_are_text_on_every_page(office: Office, language: str) -> None:
    await furnish_hostile(office)
    walked = await walk(await office.sign_in(*UserRole, language=language, person=MARK_UP))
    assert walked.list_faults() == []
    assert walked.dead == []
    whole = [page.source for page in walked.pages.values()]
    for met in ("&lt;script&gt;", SHOWN, LONG[:1000]):
        assert sum(met in source for source in whole) > 5, met
    assert not any(FILLED_IN in source for source in whole)
    assert max(map(len, whole)) < LARGEST


@pytest.mark.parametrize("language", LANGUAGES)
async def test_hostile_values_in_a_form_or_an_address_are_answered_with_a_whole_page(
    office: Office, language: str
) -> None:
    await furnish_hostile(office)
    browser = await office.sign_in(*UserRole, language=language)
    walked = await walk(browser)
    for address, form in walked.forms.values():
        if form.path in SIGNING_OUT:
            continue
        answer = await browser.post(form.action, data=dict.fromkeys([*form.fields, *form.texts, "id"], MARK_UP))
        assert answer.status_code in {303, 400, 401, 403, 404, 409, 422}, (address, form)
        assert answer.status_code == 303 or Page(answer.text).list_faults() == [], (address, form)
    for address in walked.pages:
        path, _, query = address.partition("?")
        names = [pair.partition("=")[0] for pair in query.split("&")] if query else ["x"]
        answer = await browser.get(path, params=dict.fromkeys(names, f"\x01\u202e{MARK_UP}"))
        assert answer.status_code in {200, 303, 403, 404, 409, 422}, (path, names)
        assert answer.status_code == 303 or Page(answer.text).list_faults() == [], (path, names)
