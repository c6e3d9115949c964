"""The own settings."""

import pytest

from connector.ports.entities import UserRole
from tests.support.plane import OWNER
from tests.web.chapters.accounts.conftest import LoginOffice
from tests.web.office import Office


async def test_a_language_is_remembered_for_the_person_in_every_browser(office: Office) -> None:
    browser = await office.sign_in(UserRole.AUDITOR)
    assert "Einstellungen" in (await browser.get("/konto")).text
    browser.cookies.delete("dk-lang")
    await browser.post("/konto/sprache", data={"sprache": "en"})
    assert "Settings" in (await browser.get("/konto")).text
    other = office.visitor()
    await other.post("/anmelden", data={"name": "a.kaya", "passwort": "sieben bunte Kiesel"})
    assert "Settings" in (await other.get("/konto")).text
    assert (await office.store.user(OWNER, "a.kaya")).language == "en"  # type: ignore[union-attr]  # has signed in


@pytest.mark.parametrize("language", ["", "xx", "de\nen"])
async def test_a_language_that_is_none_is_refused(office: Office, language: str) -> None:
    browser = await office.sign_in(UserRole.AUDITOR)
    assert (await browser.post("/konto/sprache", data={"sprache": language})).status_code == 422


async def test_who_comes_with_the_login_has_no_password_to_change(city_office: LoginOffice) -> None:
    browser = city_office.visitor()
    await city_office.log_in(browser)
    page = (await browser.get("/konto")).text
    assert "Stadt-Login" in page
    assert 'type="password"' not in page
