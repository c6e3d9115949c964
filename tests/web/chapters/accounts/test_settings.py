"""The own settings."""

import pytest
from msgspec.structs import replace

from connector.ports.changes import AddNotice, PutUser
from connector.ports.entities import UserRole
from connector.views.users import UserNoticeKind
from tests.controlplane.notices.made import make_notice
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


CHOICE = {"takt": "daily", "arten": ["request", "delivery"], "email": "a.kaya@city.example", "webhook": ""}


async def test_a_person_chooses_how_to_be_told_from_now_on(office: Office) -> None:
    browser = await office.sign_in(UserRole.RELEASE)
    await office.store.commit([AddNotice(make_notice(number=0))])
    answer = await browser.post("/konto/nachrichten", data=CHOICE)
    assert "Gespeichert." in (await browser.get(answer.headers["location"])).text
    user = await office.store.user(OWNER, "a.kaya")
    assert user
    assert (user.pace, user.email) == ("daily", "a.kaya@city.example")
    assert set(user.muted) == {"counter-offer", "release", "ending"}
    readers = await office.store.notice_readers(OWNER)
    assert {reader.told for reader in readers} == {await office.store.last_notice(OWNER)} != {0}


async def test_what_does_not_concern_a_person_is_not_asked_and_stays_as_it_was(office: Office) -> None:
    browser = await office.sign_in(UserRole.OPERATOR)
    page = (await browser.get("/konto")).text
    assert page.count('name="arten"') == 1
    user = await office.store.user(OWNER, "a.kaya")
    assert user
    await office.store.commit(
        [PutUser(replace(user, muted=(UserNoticeKind.SEARCH,), version=user.version + 1), user.version)]
    )
    await browser.post("/konto/nachrichten", data=CHOICE)
    user = await office.store.user(OWNER, "a.kaya")
    assert user
    assert set(user.muted) == {"search", "certificate"}


async def test_the_secret_of_a_webhook_is_shown_once_and_new_for_another_address(office: Office) -> None:
    browser = await office.sign_in(UserRole.RELEASE)
    shown = await browser.post("/konto/nachrichten", data=CHOICE | {"webhook": "https://hook.example/a"})
    user = await office.store.user(OWNER, "a.kaya")
    assert user
    assert user.webhook_secret in shown.text
    again = await browser.post("/konto/nachrichten", data=CHOICE | {"webhook": "https://hook.example/a"})
    assert again.status_code == 303
    assert user.webhook_secret not in (await browser.get("/konto")).text
    await browser.post("/konto/nachrichten", data=CHOICE | {"webhook": "https://hook.example/b"})
    changed = await office.store.user(OWNER, "a.kaya")
    assert changed
    assert changed.webhook_secret != user.webhook_secret


@pytest.mark.parametrize(
    "changed",
    [{"email": "Aylin <a@b.example>"}, {"email": "a@b.example\nBcc: c@b.example"}, {"webhook": "http://hook.example"},
     {"webhook": "file:///etc/passwd"}, {"takt": "often"}],
)  # fmt: skip
async def test_an_address_that_is_none_is_refused(office: Office, changed: dict[str, str]) -> None:
    browser = await office.sign_in(UserRole.RELEASE)
    answer = await browser.post("/konto/nachrichten", data=CHOICE | changed)
    assert answer.status_code == 422
    assert "prüfen Sie" in answer.text


async def test_who_comes_with_the_login_keeps_the_address_of_the_login(city_office: LoginOffice) -> None:
    browser = city_office.visitor()
    await city_office.log_in(browser)
    await browser.post("/konto/nachrichten", data=CHOICE | {"email": "other@evil.example"})
    (user,) = await city_office.store.users(OWNER)
    assert user.email == "kaya@city.example"
