"""From a search to the rows of the data in a real browser: a provider, a broker and a consumer, a process each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import Browser, Locator, Page, expect

from connector.ports.entities import UserRole
from tests.browser.served import CHROMIUM
from tests.e2e.live import Live, until
from tests.web.office import PASSWORD

pytestmark = [pytest.mark.web, pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine")]
MOST_CLICKS = 6
PATIENCE_MS = 30_000
ROWS = "gemessen,station,wert\n" + "".join(f"2026-11-{day:02d},Marktplatz,{day}\n" for day in range(1, 31))


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    made = Live(tmp_path)
    made.stage.start("broker")
    made.stage.await_ready("broker")
    made.start("city", "firm")
    yield made
    made.close()
    made.stage.stop()


class Clicks:
    """The clicks of a person, counted."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, locator: Locator) -> None:
        self.count += 1
        locator.click()


def _sign_in(live: Live, page: Page) -> None:
    invited = live.firm.users.add("k.fuchs", "Kim Fuchs", [UserRole.CONSUMER])
    page.goto(invited.link)
    page.locator("#passwort").fill(PASSWORD)
    page.locator("#passwort2").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Was ist zu tun?")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_search_leads_to_the_first_byte_in_six_clicks(browser: Browser, live: Live, script: bool) -> None:
    (live.data / "luft.csv").write_text(ROWS, encoding="utf-8")
    live.offer("luft.csv")
    until(lambda: live.firm.search("luft").items)
    context = browser.new_context(locale="de-DE", java_script_enabled=script)
    page, click = context.new_page(), Clicks()
    _sign_in(live, page)
    page.get_by_role("link", name="Suche").click()

    page.get_by_role("searchbox").fill("luft")
    click(page.get_by_role("button", name="Suchen"))
    click(page.get_by_role("link", name="luft.csv"))
    click(page.get_by_role("link", name="Anfrage stellen"))
    page.get_by_label("Wofür brauchen Sie die Daten?").select_option(index=1)
    click(page.get_by_role("button", name="Weiter: Angaben prüfen"))
    click(page.get_by_role("button", name="Anfrage senden"))
    _wait(page, page.get_by_role("button", name="Lieferung starten"), script)
    click(page.get_by_role("button", name="Lieferung starten"))
    _wait(page, page.locator("#stand").get_by_text("Alles ist da."), script)
    assert click.count <= MOST_CLICKS
    # What is only for as long as it goes on, is gone at its end without a reload too.
    expect(page.get_by_text("Stand neu laden")).to_be_hidden()
    expect(page.get_by_text("Eingreifen")).to_be_hidden()

    page.get_by_role("link", name="Öffnen").click()
    expect(page.get_by_text("30 Zeilen", exact=False).first).to_be_visible()
    expect(page.get_by_role("cell", name="2026-11-07")).to_be_visible()
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Herunterladen").click()
    assert downloading.value.path().read_text(encoding="utf-8") == ROWS
    context.close()


def _wait(page: Page, wanted: Locator, script: bool) -> None:
    """Wait for what comes by itself with script, and with a reload without it."""
    if script:
        expect(wanted).to_be_visible(timeout=PATIENCE_MS)
        return

    def look() -> bool:
        if not wanted.is_visible():
            page.get_by_role("link", name="Stand neu laden").click()
        return wanted.is_visible()

    until(look)
