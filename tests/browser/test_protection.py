"""Data protection in a real browser: a person without an account withdraws, by keyboard alone and without script."""

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import Browser, expect

from connector.ports.entities import UserRole
from tests.browser.served import CHROMIUM, ServedOffice, sign_in
from tests.browser.test_every_page import WIDTHS, examine
from tests.support.plane import OWNER
from tests.web.protection import DPV, PERSON, list_own_places

pytestmark = [pytest.mark.web, pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine")]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[ServedOffice]:
    office = ServedOffice(tmp_path)
    office.do(office.office.furnish())
    yield office
    office.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_persons_own_pages_have_nothing_serious_and_fit(browser: Browser, served: ServedOffice, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(locale="de-DE", base_url=served.address, bypass_csp=True)
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 800})
    for opened in served.do(list_own_places(served.office)):
        page.goto(opened)
        assert examine(Axe(), page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width, opened
    context.close()


def test_a_person_withdraws_everything_without_script_and_without_an_account(
    browser: Browser, served: ServedOffice
) -> None:
    context = browser.new_context(locale="de-DE", java_script_enabled=False, base_url=served.address)
    page = context.new_page()
    page.goto(served.do(list_own_places(served.office))[0])
    page.get_by_role("link", name="Alles widerrufen").click()
    page.get_by_role("button", name="Widerrufen").click()
    expect(page.get_by_role("status").first).to_contain_text("Ihr Widerruf gilt ab sofort.")
    entries = served.do(served.office.store.consents_of(OWNER, [PERSON], ""))[PERSON]
    assert f"{DPV}ConsentGiven" not in {entry.state for entry in entries}
    context.close()


def test_the_state_of_the_process_follows_by_itself(browser: Browser, served: ServedOffice) -> None:
    context = browser.new_context(locale="de-DE", base_url=served.address)
    page = context.new_page()
    sign_in(page, served, UserRole.OPERATOR)
    page.get_by_role("link", name="Zustand").first.click()
    expect(page.locator("[data-told]").first).to_contain_text("Alles funktioniert.")
    served.office.desk.warning = "The store is closed: open it again."
    expect(page.locator("main")).to_contain_text("Die Datenbank ist geschlossen", timeout=20_000)
    context.close()
