"""Every form: who may send it, from where, over which version, and what becomes of what was typed."""

from typing import Any

import pytest

from connector.language.catalogue import LANGUAGES
from connector.ports.entities import UserRole
from connector.web.pages import PAGES
from tests.pages.page import Form, Page
from tests.pages.walk import walk
from tests.pages.world import furnish
from tests.web.office import Office

SIGNING_OUT = ("/abmelden", "/konto/abmelden")
TYPED = "Getippt & nicht verloren <b>"
ELSEWHERE = ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\t/evil.example")
NEXT = ("zu", "next", "url", "weiter", "return_to", "redirect")
_OF_PEOPLE = {"sessions", "users", "leaves", "leaf_counts"}


def _take_state(office: Office) -> dict[str, Any]:
    """Return all rows of the store, without those of people who come and go."""
    tables = vars(office.store._tables).items()
    return {name: dict(table) for name, table in tables if isinstance(table, dict) and name not in _OF_PEOPLE}


async def _list_forms(office: Office) -> list[tuple[str, Form]]:
    await furnish(office)
    walked = await walk(await office.sign_in(*UserRole))
    return [entry for entry in walked.forms.values() if entry[1].path not in SIGNING_OUT]


@pytest.mark.parametrize("role", list(UserRole))
async def test_what_a_role_may_not_do_is_refused_and_changes_nothing(office: Office, role: UserRole) -> None:
    await furnish(office)
    browser = await office.sign_in(role)
    before = _take_state(office)
    others = [(method, path) for method, path, _, roles in PAGES if roles is not None and role not in roles]
    for method, path in others:
        answer = await browser.request(method, path, params={"id": "urn:d:1"}, data={"id": "urn:d:1", "stand": "1"})
        assert answer.status_code == 403, (method, path)
        assert Page(answer.text).list_faults() == []
    assert _take_state(office) == before


@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_was_typed_outlives_a_session_and_changes_nothing(office: Office, language: str) -> None:
    forms = await _list_forms(office)
    nobody = office.visitor()
    nobody.cookies.set("dk-lang", language)
    before = _take_state(office)
    for address, form in forms:
        if form.upload:
            continue
        typed = {**form.fields, **dict.fromkeys(form.texts, TYPED)}
        answer = await nobody.post(form.action, data=typed)
        assert answer.status_code == 401, (address, form)
        page = Page(answer.text)
        assert page.list_faults() == []
        (kept,) = [form.fields for form in page.forms() if form.path == "/anmelden"]
        for name, value in typed.items():
            secret = name.startswith(("passwort", "bisher"))
            assert kept.get(f"feld:{name}") == (None if secret else value), (address, name)
    assert _take_state(office) == before


async def test_a_form_over_another_version_changes_nothing_and_says_so(office: Office) -> None:
    forms = [entry for entry in await _list_forms(office) if "stand" in entry[1].fields]
    assert len(forms) > 5
    browser = await office.sign_in(*UserRole)
    before = _take_state(office)
    for address, form in forms:
        stale = {**form.fields, **dict.fromkeys(form.texts, TYPED), "geprueft": "1", "geaendert": "1", "stand": "4711"}
        answer = await browser.post(form.action, data=stale)
        assert answer.status_code == 409, (address, form, answer.status_code)
        assert Page(answer.text).list_faults() == []
        assert _take_state(office) == before, (address, form)


async def test_a_form_as_it_stands_leads_to_a_page(office: Office, tmp_path_factory: pytest.TempPathFactory) -> None:
    for address, form in await _list_forms(office):
        own = type(office)(type(office.desk)(tmp_path_factory.mktemp("own")))
        await furnish(own)
        browser = await own.sign_in(*UserRole)
        answer = await browser.post(form.action, data=form.fields)
        if answer.status_code == 303:
            # The steps of an offer say where they are; every other deed is told.
            done = not answer.headers["location"].startswith("/neues-angebot/")
            answer = await browser.get(answer.headers["location"])
            # Where the form is on a page of another chapter, that page says what is wrong.
            assert answer.status_code in {200, 303, 422}, (address, form)
            assert not done or answer.status_code == 422 or _find_opened(answer.text) == ["status"], (address, form)
        assert answer.status_code in {200, 303, 401, 409, 422}, (address, form, answer.status_code)
        assert answer.status_code == 303 or Page(answer.text).list_faults() == [], (address, form)
        if answer.status_code == 422:
            assert _find_opened(answer.text) == ["alert"], (address, form)
            assert "<title>Fehler: " in answer.text, (address, form)


def _find_opened(text: str) -> list[str]:
    """Return the roles of the places at which a page opens: what a person hears and reaches first."""
    return [one.get("role", "") for one in Page(text).elements if "autofocus" in one.attrib]


async def test_no_parameter_leads_to_another_site(office: Office) -> None:
    await furnish(office)
    browser = await office.sign_in(*UserRole)
    walked = await walk(browser)
    streams = {stream.partition("?")[0] for stream in walked.streams}
    names = {name for _, form in walked.forms.values() for name in form.fields} | set(NEXT)
    for elsewhere in ELSEWHERE:
        for method, path, *_ in PAGES:
            if path in streams or path in SIGNING_OUT:
                continue
            place = path.replace("{language}", "en")
            for visitor in (browser, office.visitor()):
                answer = await visitor.request(method, place, params=dict.fromkeys(names, elsewhere))
                _check_stays(answer.headers.get("location", "/"), (method, path, elsewhere))
            if method == "POST":
                answer = await browser.post(place, data=dict.fromkeys(names, elsewhere))
                _check_stays(answer.headers.get("location", "/"), (method, path, elsewhere))


def _check_stays(location: str, told: object) -> None:
    assert location.startswith("/"), told
    assert not location.startswith(("//", "/\\", "/\t")), told
