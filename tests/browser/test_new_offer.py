"""A file becomes a released offer in a real browser: few inputs, nothing lost, with and without script, by keyboard."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import Browser, Page, Route, expect

from connector.controlplane.usecases import users
from connector.ports.entities import AssetStatus, PageBounds, UserRole
from connector.views.users import UserOrder
from tests.browser.served import CHROMIUM, PATIENCE_MS, ServedOffice, sign_in
from tests.support.data import data_folder
from tests.support.plane import OWNER
from tests.web.office import PASSWORD

pytestmark = [pytest.mark.web, pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine")]
MOST_INPUTS = 12
TREES = "Art;Höhe;Datum\nLinde;12,5;2026-05-01\nAhorn;9;2026-05-03\n".encode()
FILE: Any = {"name": "baum_kataster.csv", "mimeType": "text/csv", "buffer": TREES}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[ServedOffice]:
    office = ServedOffice(tmp_path)
    yield office
    office.close()


class Counted:
    """A person at a page, whose inputs are counted: a text typed, a choice made, a click."""

    def __init__(self, page: Page) -> None:
        self.page, self.inputs = page, 0

    def fill(self, place: str, text: str) -> None:
        self.inputs += 1
        self.page.locator(place).fill(text)

    def click(self, role: Any, name: str) -> None:
        self.inputs += 1
        self.page.get_by_role(role, name=name).click()

    def choose_file(self, file: Any = FILE) -> None:
        self.inputs += 1
        self.page.locator("#datei").set_input_files(file)


CITY_FILES = (
    ("bochum", "playgrounds.csv"),
    ("bochum", "weather_943CC6451BFB_2025-07.csv"),
    ("karlsruhe", "baustellen.geojson"),
    ("stuttgart", "stuttgart-realtime.xml"),
)
"""Playgrounds, weather, roadworks and parking of real cities."""


@pytest.mark.parametrize("script", [True, False])
def test_a_newcomer_releases_a_first_offer_with_few_inputs(
    browser: Browser, served: ServedOffice, script: bool
) -> None:
    title = _release_first(browser, served, FILE, script=script)
    assert title == {"de": "Baum kataster"}


@pytest.mark.parametrize("parts", CITY_FILES, ids=lambda parts: parts[-1])
def test_a_newcomer_releases_a_real_file_of_a_city_with_as_few_inputs(
    browser: Browser, tmp_path: Path, parts: tuple[str, ...]
) -> None:
    file = data_folder(*parts)
    office = ServedOffice(tmp_path, largest=file.stat().st_size)
    assert _release_first(browser, office, file, script=True)["de"]
    office.close()


def _release_first(browser: Browser, served: ServedOffice, file: Any, *, script: bool) -> dict[str, str]:
    """Go from the link of an invitation to a released offer, within the inputs allowed; return its title."""
    order = UserOrder(name="a.kaya", person="Aylin Kaya", roles=(UserRole.PROVIDER,))
    link = served.do(users.add(served.office.register, order, by="test")).link
    context = browser.new_context(locale="de-DE", java_script_enabled=script, base_url=served.address)
    person = Counted(context.new_page())
    person.page.set_default_timeout(PATIENCE_MS)
    person.page.goto(link.replace("https://pages.example", served.address))
    person.fill("#passwort", PASSWORD)
    person.fill("#passwort2", PASSWORD)
    person.click("button", "Passwort setzen und anmelden")
    person.click("link", "Neues Angebot")
    person.choose_file(file)
    if not script:
        person.click("button", "Hochladen und ansehen")
    person.page.wait_for_url("**/neues-angebot/beschreibung*")
    person.click("button", "Weiter zu den Bedingungen")
    person.click("button", "Weiter zur Prüfung")
    person.click("link", "Weiter zur Freigabe")
    person.click("button", "Veröffentlichen")
    expect(person.page.get_by_role("status").first).to_contain_text("Das Angebot ist veröffentlicht.")
    (asset,), _ = served.do(served.office.store.assets(OWNER, PageBounds(), status=AssetStatus.PUBLISHED))
    assert person.inputs <= MOST_INPUTS, person.inputs
    context.close()
    return dict(asset.title)


def test_what_is_typed_survives_a_reload_and_going_back(browser: Browser, served: ServedOffice) -> None:
    context = browser.new_context(locale="de-DE", base_url=served.address)
    page = context.new_page()
    served.do(served.office.fill_in())
    sign_in(page, served, UserRole.PROVIDER)
    page.goto("/neues-angebot/beschreibung?id=urn:f:1")
    with page.expect_response(lambda answer: answer.status == 204):
        page.locator("#titel").fill("Straßenbäume")
        page.locator("#text").focus()
    page.reload()
    expect(page.locator("#titel")).to_have_value("Straßenbäume")
    with page.expect_response(lambda answer: answer.status == 204):
        page.locator("#text").fill("Alle Bäume an Straßen.")
        page.locator("#titel").focus()
    page.goto("/angebote")
    page.go_back()
    expect(page.locator("#text")).to_have_value("Alle Bäume an Straßen.")
    # A second window saves over what the first one shows: neither loses its text.
    second = context.new_page()
    second.goto("/neues-angebot/beschreibung?id=urn:f:1")
    with second.expect_response(lambda answer: answer.status == 204):
        second.locator("#titel").fill("Aus dem zweiten Fenster")
        second.locator("#text").focus()
    page.locator("#titel").fill("Aus dem ersten Fenster")
    page.get_by_role("button", name="Weiter zu den Bedingungen").click()
    expect(page.locator(".summary")).to_contain_text("In einem anderen Fenster")
    expect(page.locator("#titel")).to_have_value("Aus dem ersten Fenster")
    page.get_by_role("button", name="Weiter zu den Bedingungen").click()
    page.wait_for_url("**/neues-angebot/bedingungen*")
    context.close()


def test_a_change_of_a_parameter_shows_its_terms_at_once(browser: Browser, served: ServedOffice) -> None:
    context = browser.new_context(locale="de-DE", base_url=served.address)
    page = context.new_page()
    served.do(served.office.fill_in())
    sign_in(page, served, UserRole.PROVIDER)
    page.goto("/neues-angebot/bedingungen?id=urn:f:1")
    expect(page.locator("#lesen")).to_contain_text("1 Jahr")
    page.locator("[name='purpose.period']").fill("3")
    page.locator("[name='purpose.period.einheit']").select_option("M")
    expect(page.locator("#lesen")).to_contain_text("3 Monate")
    # The parameters of the other templates are not in the way.
    expect(page.locator("[name='downloads.downloads']")).to_be_hidden()
    page.get_by_label("Begrenzte Zahl von Abrufen").check()
    expect(page.locator("[name='downloads.downloads']")).to_be_visible()
    context.close()


def test_a_file_that_is_chosen_before_the_script_is_there_is_sent(browser: Browser, served: ServedOffice) -> None:
    context = browser.new_context(locale="de-DE", base_url=served.address)
    page = context.new_page()
    sign_in(page, served, UserRole.PROVIDER)
    held: list[Route] = []
    page.route("**/offer_forms.js", lambda route: held.append(route), times=1)
    page.goto("/neues-angebot/daten", wait_until="commit")
    page.locator("#datei").set_input_files(FILE)
    while not held:
        page.wait_for_timeout(10)
    held[0].continue_()
    page.wait_for_url("**/neues-angebot/beschreibung*")
    context.close()


def test_a_file_that_is_dropped_is_sent_and_one_that_is_too_large_is_told_at_once(
    browser: Browser, served: ServedOffice
) -> None:
    context = browser.new_context(locale="de-DE", base_url=served.address)
    page = context.new_page()
    sign_in(page, served, UserRole.PROVIDER)
    page.goto("/neues-angebot/daten")
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.method))
    for name, size, told in (("gross.csv", 200_000, "zu groß"), ("leer.csv", 0, "leer")):
        page.locator("form[data-upload]").dispatch_event("drop", {"dataTransfer": _carry(page, name, "x" * size)})
        expect(page.get_by_role("status").first).to_contain_text(told)
    assert "POST" not in sent
    carried = _carry(page, "baum_kataster.csv", TREES.decode())
    page.locator("form[data-upload]").dispatch_event("drop", {"dataTransfer": carried})
    page.wait_for_url("**/neues-angebot/beschreibung*")
    context.close()


def _carry(page: Page, name: str, text: str) -> Any:
    """Return what a mouse carries that drops a file."""
    return page.evaluate_handle(
        """([name, text]) => {
          const carried = new DataTransfer();
          carried.items.add(new File([text], name, { type: "text/csv" }));
          return carried;
        }""",
        [name, text],
    )


def test_an_upload_that_breaks_off_goes_on(browser: Browser, served: ServedOffice) -> None:
    context = browser.new_context(locale="de-DE", base_url=served.address)
    page = context.new_page()
    sign_in(page, served, UserRole.PROVIDER)
    page.goto("/neues-angebot/daten")
    page.route("**/neues-angebot/hochladen?*&ab=*", lambda route: route.abort())
    page.locator("#datei").set_input_files(FILE)
    expect(page.get_by_role("status").first).to_contain_text("Die Verbindung ist abgebrochen.")
    page.unroute("**/neues-angebot/hochladen?*&ab=*")
    page.locator("#datei").set_input_files(FILE)
    page.wait_for_url("**/neues-angebot/beschreibung*")
    context.close()


@pytest.mark.parametrize("script", [True, False])
def test_terms_are_written_sentence_by_sentence(browser: Browser, served: ServedOffice, script: bool) -> None:
    context = browser.new_context(locale="de-DE", java_script_enabled=script, base_url=served.address)
    page = context.new_page()
    served.do(served.office.fill_in())
    sign_in(page, served, UserRole.PROVIDER)
    page.goto("/neues-angebot/bedingungen?id=urn:f:1")
    page.get_by_role("link", name="Satz für Satz bearbeiten").click()
    page.get_by_role("button", name="Bedingung hinzufügen").first.click()
    fresh = page.locator("[id='s-permission.0.constraint.2']")
    fresh.get_by_label("Worauf kommt es an?").select_option(label="Wochentag")
    if not script:
        page.get_by_role("button", name="Zeigen, was das bedeutet").click()
    fresh.get_by_label("Wert").select_option(label="Montag")
    fresh.get_by_role("button", name="Einrücken").click()
    group = page.locator("[id='s-permission.0.constraint.1']")
    group.get_by_label("Wie viel davon muss zutreffen?").select_option(label="genau eines davon")
    page.get_by_role("button", name="Weiter zur Prüfung").click()
    page.wait_for_url("**/neues-angebot/pruefen*")
    form = served.do(served.office.form())
    (permission,) = msgspec.json.decode(form.policy)["permission"]
    days = permission["constraint"][1]["xone"][1]
    assert days["rightOperand"] == "Monday"
    context.close()
