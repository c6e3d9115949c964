"""What a person reads when the store cannot: its disk is full, or its file is damaged. Nothing typed is lost."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from connector.language.catalogue import LANGUAGES, Language, say
from connector.ports.entities import UserRole
from connector.store.sqlite.store import SqliteStore, open_store
from tests.pages.page import Page
from tests.support.damage import damage_pages
from tests.support.plane import Desk
from tests.web.office import Office, path

TYPED = "Grund & <b>Zweck</b>\nin zwei Zeilen"
DESCRIPTION = "/neues-angebot/beschreibung"


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = await open_store(tmp_path / "store.sqlite")
    yield store
    await store.close()


def _bound(store: SqliteStore, pages: int) -> None:
    """Leave the file of a store so many more pages, as a disk that fills up would."""
    connection = store._writer._connection
    assert connection
    known = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {known + pages}")


def _forbid(store: SqliteStore) -> None:
    """Let a store be read only, as the disk of a machine that is ill."""
    connection = store._writer._connection
    assert connection
    connection.execute("PRAGMA query_only = 1")


async def _furnish(office: Office, language: Language = "de") -> httpx.AsyncClient:
    await office.offer()
    await office.agree()
    return await office.sign_in(*UserRole, language=language)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_on_a_full_disk_a_form_says_so_keeps_what_was_typed_and_is_sent_again(
    tmp_path: Path, kept: SqliteStore, language: Language
) -> None:
    office = Office(Desk(tmp_path, kept))
    browser = await _furnish(office, language)
    await office.fill_in()
    _bound(kept, 0)
    form = await office.form()
    sent = {**form.answers, "id": form.id, "stand": str(form.version), "text": TYPED * 250}
    answer = await browser.post(DESCRIPTION, data=sent)
    assert answer.status_code == 503
    page = Page(answer.text)
    assert page.list_faults() == []
    assert say(language, "pages.error-store-full") in page.text
    (again,) = [form for form in page.forms() if form.path == DESCRIPTION]
    assert again.fields == sent
    # What only reads goes on.
    assert (await browser.get(path("/angebote/angebot", "urn:d:1"))).status_code == 200
    _bound(kept, 1_000_000)
    done = await browser.post(again.action, data=again.fields)
    assert (done.status_code, done.headers["location"].partition("?")[0]) == (303, "/neues-angebot/bedingungen")
    assert (await office.form()).answers["text"] == sent["text"]


async def test_on_a_full_disk_a_password_is_not_on_the_page(tmp_path: Path, kept: SqliteStore) -> None:
    office = Office(Desk(tmp_path, kept))
    browser = await _furnish(office)
    _bound(kept, 0)
    secret = "acht kleine Kiesel"
    sent = {"bisher": "sieben bunte Kiesel", "passwort": secret, "passwort2": secret}
    answer = await browser.post("/konto/passwort", data=sent)
    assert secret not in answer.text
    assert "sieben bunte Kiesel" not in answer.text


async def test_who_signs_out_is_signed_out_also_if_the_store_is_read_only(tmp_path: Path, kept: SqliteStore) -> None:
    browser = await _furnish(Office(Desk(tmp_path, kept)))
    _forbid(kept)
    # Other browsers stay signed in, and nobody is told otherwise.
    assert (await browser.post("/konto/abmelden", data={})).status_code == 503
    answer = await browser.post("/abmelden", data={})
    assert (answer.status_code, answer.headers["location"]) == (303, "/anmelden")
    assert (await browser.get("/konto")).headers["location"].startswith("/anmelden")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_damaged_database_is_told_on_every_page_and_is_no_fault_of_the_page(
    tmp_path: Path, language: Language
) -> None:
    file = tmp_path / "store.sqlite"
    store = await open_store(file)
    browser = await _furnish(Office(Desk(tmp_path, store)), language)
    await store.close()
    store = await open_store(file)
    office = Office(Desk(tmp_path, store))
    damage_pages(file)
    again = office.visitor()
    again.cookies = browser.cookies
    for place in ("/", "/angebote", "/vertraege", "/nutzung", "/konto", "/eingang"):
        answer = await again.get(place)
        assert answer.status_code == 503, place
        page = Page(answer.text)
        assert page.list_faults() == []
        assert say(language, "pages.error-store-damaged") in page.text
    # What needs no store is there.
    assert (await again.get("/hilfe")).status_code in {200, 503}
    await store.close()
