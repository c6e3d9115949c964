"""People and their roles on the pages of the operator."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from connector.controlplane.usecases import users
from connector.ports.entities import UserRole
from connector.web.chapters.accounts.people import PEOPLE, PERSON
from tests.support.plane import OWNER
from tests.web.office import PASSWORD, Office, Reading, find

NEW = {"name": "B.Adler ", "person": " Bela  Adler", "rollen": "release"}


async def open_operator(office: Office) -> httpx.AsyncClient:
    return await office.sign_in(UserRole.OPERATOR, name="chief")


async def version_of(office: Office, name: str) -> str:
    user = await office.store.user(OWNER, name)
    assert user
    return str(user.version)


async def test_a_person_is_added_and_the_link_is_shown_once_and_works(office: Office) -> None:
    browser = await open_operator(office)
    shown = await browser.post(PEOPLE, data=NEW)
    assert shown.status_code == 200
    address = find(shown.text, r'class="card soft code">([^<]+)<').replace("&amp;", "&")
    query = parse_qs(urlsplit(address).query)
    assert query["name"] == ["b.adler"]
    signed_in = await users.choose_password(office.register, "b.adler", query["link"][0], PASSWORD)
    assert (signed_in.user.person, signed_in.user.roles) == ("Bela Adler", (UserRole.RELEASE,))
    listed = (await browser.get(PEOPLE)).text
    assert "Bela Adler" in listed
    assert query["link"][0] not in listed


@pytest.mark.parametrize("changed", [{"name": "Ä b"}, {"person": ""}, {"rollen": ""}, {"rollen": "chief"}])
async def test_what_is_wrong_with_a_new_person_is_told_and_what_was_typed_is_kept(
    office: Office, changed: dict[str, str]
) -> None:
    browser = await open_operator(office)
    answer = await browser.post(PEOPLE, data=NEW | changed)
    assert answer.status_code == 422
    assert "kleinen Buchstaben" in answer.text
    assert 'value="Bela' in answer.text or not (NEW | changed)["person"] or "Adler" in answer.text
    assert await office.store.user(OWNER, "b.adler") is None


async def test_a_name_that_is_taken_is_told(office: Office) -> None:
    browser = await open_operator(office)
    await browser.post(PEOPLE, data=NEW)
    assert "gibt es schon" in (await browser.post(PEOPLE, data=NEW)).text


async def test_roles_hold_at_once_and_the_page_says_so(office: Office) -> None:
    other = await office.sign_in(UserRole.AUDITOR, name="b.adler", person="Bela Adler")
    assert (await other.get(PEOPLE)).status_code == 403
    browser = await open_operator(office)
    form = {"name": "b.adler", "stand": await version_of(office, "b.adler"), "rollen": ["auditor", "operator"]}
    answer = await browser.post(f"{PERSON}/rollen", data=form)
    assert answer.status_code == 303
    assert "gelten sofort" in (await browser.get(answer.headers["location"])).text
    assert (await other.get(PEOPLE)).status_code == 200
    # The page that was opened before shows roles of another version.
    assert (await browser.post(f"{PERSON}/rollen", data=form)).status_code == 409
    form["stand"] = await version_of(office, "b.adler")
    none = await browser.post(f"{PERSON}/rollen", data={**form, "rollen": ""})
    assert (none.status_code, "mindestens eine Rolle" in none.text) == (422, True)


async def test_an_account_is_disabled_and_admitted_again(office: Office) -> None:
    other = await office.sign_in(UserRole.AUDITOR, name="b.adler")
    browser = await open_operator(office)
    form = {"name": "b.adler", "stand": await version_of(office, "b.adler")}
    done = await browser.post(f"{PERSON}/sperren", data=form)
    assert "Das Konto ist gesperrt" in (await browser.get(done.headers["location"])).text
    assert (await other.get("/")).status_code == 303
    form["stand"] = await version_of(office, "b.adler")
    done = await browser.post(f"{PERSON}/oeffnen", data=form)
    assert "Sperre ist aufgehoben" in (await browser.get(done.headers["location"])).text
    await office.sign_in(name="b.adler")


async def test_a_new_link_ends_the_old_password(office: Office) -> None:
    await office.add_user("b.adler", UserRole.AUDITOR)
    browser = await open_operator(office)
    form = {"name": "b.adler", "stand": await version_of(office, "b.adler")}
    assert "/willkommen?name=b.adler" in (await browser.post(f"{PERSON}/link", data=form)).text
    assert await users.sign_in(office.register, "b.adler", PASSWORD) is None


@pytest.mark.parametrize("verb", ["rollen", "sperren", "oeffnen", "link"])
async def test_nobody_changes_the_own_account(office: Office, verb: str) -> None:
    browser = await open_operator(office)
    form = {"name": "chief", "stand": await version_of(office, "chief"), "rollen": "operator"}
    refused = await browser.post(f"{PERSON}/{verb}", data=form)
    assert refused.status_code == 409
    assert "eigenen Rollen" in refused.text
    assert "button danger" not in (await browser.get(f"{PERSON}?name=chief")).text


async def test_only_who_operates_opens_these_pages(office: Office) -> None:
    others = [role for role in UserRole if role is not UserRole.OPERATOR]
    browser = await office.sign_in(*others)
    for path in (PEOPLE, f"{PERSON}?name=a.kaya", "/konto/haus"):
        assert (await browser.get(path)).status_code == 403
    assert "/konto/personen" not in Reading((await browser.get("/konto")).text).links()


async def test_who_operates_alone_gives_every_role(office: Office) -> None:
    browser = await office.sign_in(UserRole.OPERATOR)
    await office.add_user("b.adler", UserRole.RELEASE)
    for place in ("/konto/personen", "/konto/personen/person?name=b.adler"):
        page = (await browser.get(place)).text
        assert [role for role in UserRole if f'id="rolle-{role}"' not in page] == []
