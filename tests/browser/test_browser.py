"""The pages in a real browser: by keyboard alone, without script, without a violation, without a foreign request."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import Browser, BrowserContext, Page, expect

from connector.language.catalogue import LANGUAGES
from connector.ports.entities import UserRole
from tests.browser.served import CHROMIUM, Served, ServedOffice, ServedSquare, sign_in
from tests.support.plane import OWNER
from tests.web.getting import OPENED as GETTING
from tests.web.public.square import PLACES, list_offers
from tests.web.test_pages import OPENED

pytestmark = [pytest.mark.web, pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine")]
WIDTHS = (320, 1280)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[ServedOffice]:
    office = ServedOffice(tmp_path)
    office.do(office.office.furnish())
    yield office
    office.close()


def _watch(context: BrowserContext, served: Served) -> tuple[Page, list[str]]:
    """Return a page, and what must not happen on it: messages of the console, and requests to others."""
    faults: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith(served.address) else faults.append(asked.url))
    return page, faults


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_violates_its_policy_asks_others_or_scrolls_sideways(
    browser: Browser, served: ServedOffice, language: str, scheme: str
) -> None:
    context = browser.new_context(color_scheme=scheme, base_url=served.address)  # type: ignore[arg-type]
    page, faults = _watch(context, served)
    sign_in(page, served, *UserRole)
    page.goto(f"/sprache/{language}")
    for opened in OPENED:
        page.goto(opened)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (opened, wide)
    assert faults == []
    context.close()


def test_a_request_is_declined_by_keyboard_alone(browser: Browser, served: ServedOffice) -> None:
    context = browser.new_context(base_url=served.address)
    page, faults = _watch(context, served)
    sign_in(page, served, UserRole.PROVIDER)

    reach = partial(_reach, page)
    reach("Eingang")
    page.keyboard.press("Enter")
    page.wait_for_url("**/eingang")
    reach("Ansehen und entscheiden")
    page.keyboard.press("Enter")
    page.wait_for_url("**/eingang/anfrage*")
    reach("begruendung")
    page.keyboard.type("Nur für Verkehr.")
    reach("Ablehnen")
    page.keyboard.press("Enter")
    page.wait_for_url("**/eingang?fertig=abgelehnt")
    expect(page.get_by_role("status")).to_contain_text("Sie haben abgelehnt.")
    # The form is gone; who goes back learns that the request is answered.
    page.go_back()
    expect(page.locator("h1")).to_contain_text("Inzwischen hat sich etwas geändert")
    assert [fault for fault in faults if "409" not in fault] == []
    context.close()


def _reach(page: Page, name: str) -> None:
    """Move the focus with the keyboard until it is on what has this text or identifier."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.id || document.activeElement.innerText")
        if name in str(focused):
            return
    raise AssertionError(f"the keyboard does not reach {name}")


def test_a_contract_is_asked_for_by_keyboard_alone(browser: Browser, served: ServedOffice) -> None:
    context = browser.new_context(base_url=served.address)
    page, faults = _watch(context, served)
    sign_in(page, served, UserRole.CONSUMER)
    page.goto(GETTING["/suche/angebot"])
    reach = partial(_reach, page)
    reach("Anfrage stellen")
    page.keyboard.press("Enter")
    page.wait_for_url("**/suche/anfrage?*")
    reach("Weiter")
    page.keyboard.press("Enter")
    # Without a purpose the summary has the focus, and its link leads to the field.
    expect(page.get_by_role("alert")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#zweck")).to_be_focused()
    page.keyboard.press("ArrowDown")
    reach("Weiter")
    page.keyboard.press("Enter")
    page.wait_for_url("**/suche/anfrage/pruefen?*zweck=http*")
    reach("Anfrage senden")
    page.keyboard.press("Enter")
    page.wait_for_url("**/anfragen/anfrage?*")
    expect(page.locator("h1")).to_contain_text("Anfrage: Luftqualität")
    assert [fault for fault in faults if "422" not in fault] == []
    context.close()


def test_the_same_end_is_reached_without_script(browser: Browser, served: ServedOffice) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=served.address)
    page = context.new_page()
    sign_in(page, served, UserRole.RELEASE)
    page.get_by_role("link", name="Ansehen und entscheiden").click()
    page.get_by_role("button", name="Zustimmen").click()
    page.wait_for_url("**/eingang?fertig=zugestimmt")
    process = served.do(served.office.store.negotiation(OWNER, "urn:n:1"))
    assert process.pending.message == "ContractAgreementMessage"
    context.close()


def test_the_number_in_the_menu_follows_by_itself(browser: Browser, served: ServedOffice) -> None:
    context = browser.new_context(base_url=served.address)
    page, faults = _watch(context, served)
    sign_in(page, served, UserRole.PROVIDER)
    page.goto("/konto")
    expect(page.locator("[data-live] .count")).to_have_text("1")
    served.do(served.office.ask("urn:n:2"))
    expect(page.locator("[data-live] .count")).to_have_text("2", timeout=10_000)
    assert faults == []
    context.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_serious(browser: Browser, served: ServedOffice, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found = []
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme, base_url=served.address, bypass_csp=True)  # type: ignore[arg-type]
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 800})
        page.goto("/anmelden")
        found += _examine(Axe(), page)
        sign_in(page, served, *UserRole)
        for opened in OPENED:
            page.goto(opened)
            found += _examine(Axe(), page)
        context.close()
    assert found == []


@pytest.mark.parametrize("width", WIDTHS)
def test_the_pages_for_everybody_violate_nothing_and_have_nothing_serious(browser: Browser, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    square = ServedSquare(**list_offers())
    square.do(square.square.crawl())
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme, base_url=square.address, bypass_csp=True)  # type: ignore[arg-type]
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 800})
        for opened in PLACES:
            page.goto(opened)
            assert _examine(Axe(), page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width, opened
        context.close()
    context = browser.new_context(base_url=square.address)
    page, faults = _watch(context, square)
    for opened in PLACES:
        page.goto(opened)
    assert faults == []
    context.close()
    square.close()


def _examine(axe: object, page: Page) -> list[str]:
    results = axe.run(page)  # type: ignore[attr-defined]
    return [
        f"{page.url} {rule['id']}: {node['html'][:120]}"
        for rule in results.response["violations"]
        if rule["impact"] in {"serious", "critical"}
        for node in rule["nodes"]
    ]
