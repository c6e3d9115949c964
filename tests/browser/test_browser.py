"""What a browser does beside the ways through the pages: going back, the focus on what is missing, live numbers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import Browser, Route, expect

from connector.ports.entities import UserRole
from tests.browser.hands import Keyboard
from tests.browser.served import CHROMIUM, ServedOffice, sign_in, watch
from tests.web.getting import OPENED as GETTING

pytestmark = [pytest.mark.web, pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine")]
_BEGINS_CUT = """row => {
  const begins = [...row.children].map((place) => place.offsetLeft - row.firstElementChild.offsetLeft);
  const ends = row.scrollLeft + row.clientWidth >= row.scrollWidth - 1;
  return !ends && begins.every((at) => Math.abs(at - row.scrollLeft) > 1);
}"""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[ServedOffice]:
    office = ServedOffice(tmp_path)
    office.do(office.office.furnish())
    yield office
    office.close()


def test_who_goes_back_after_an_answer_learns_that_it_was_given(browser: Browser, served: ServedOffice) -> None:
    context = browser.new_context(locale="de-DE", base_url=served.address)
    page, faults = watch(context, served)
    sign_in(page, served, UserRole.PROVIDER)
    hand = Keyboard(page, "de")
    hand.press("menu-inbox")
    hand.press("request-open")
    hand.write("begruendung", "Nur für Verkehr.")
    hand.press("request-decline")
    expect(page.get_by_role("status").first).to_contain_text("Sie haben abgelehnt.")
    page.go_back()
    expect(page.locator("h1")).to_contain_text("Inzwischen hat sich etwas geändert")
    assert [fault for fault in faults if "409" not in fault] == []
    context.close()


def test_the_focus_is_on_what_is_missing(browser: Browser, served: ServedOffice) -> None:
    context = browser.new_context(locale="de-DE", base_url=served.address)
    page, faults = watch(context, served)
    sign_in(page, served, UserRole.CONSUMER)
    page.goto(GETTING["/suche/angebot"])
    hand = Keyboard(page, "de")
    hand.press("finding.ask")
    hand.press("finding.to-check")
    # Without a purpose the summary has the focus, and its link leads to the field.
    expect(page.get_by_role("alert")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#zweck")).to_be_focused()
    page.keyboard.press("ArrowDown")
    hand.press("finding.to-check")
    hand.press("finding.send")
    expect(page.locator("h1")).to_contain_text("Anfrage: Luftqualität")
    assert [fault for fault in faults if "422" not in fault] == []
    context.close()


def test_the_number_in_the_menu_follows_by_itself(browser: Browser, served: ServedOffice) -> None:
    context = browser.new_context(locale="de-DE", base_url=served.address)
    page, faults = watch(context, served)
    sign_in(page, served, UserRole.PROVIDER)
    page.goto("/konto")
    expect(page.locator("[data-live] .count")).to_have_text("1")
    served.do(served.office.ask("urn:n:2"))
    expect(page.locator("[data-live] .count")).to_have_text("2", timeout=10_000)
    assert faults == []
    context.close()


def test_a_stream_whose_answer_was_an_error_is_opened_again(browser: Browser, served: ServedOffice) -> None:
    """A proxy answers so while the server starts again; the browser by itself does not try once more."""
    context = browser.new_context(locale="de-DE", base_url=served.address)
    page, _ = watch(context, served)
    sign_in(page, served, UserRole.PROVIDER)
    opened: list[str] = []

    def refuse_once(route: Route) -> None:
        opened.append(route.request.url)
        if len(opened) == 1:
            return route.fulfill(status=502, body="away")
        return route.continue_()

    page.route("**/eingang/laufend", refuse_once)
    page.clock.install()
    page.goto("/konto")
    served.do(served.office.ask("urn:n:2"))
    for _ in range(1000):
        page.clock.fast_forward(70_000)
        if len(opened) > 1:
            break
    expect(page.locator("[data-live] .count")).to_have_text("2", timeout=20_000)
    assert len(opened) == 2
    context.close()


def test_no_place_of_a_narrow_menu_is_cut_where_the_row_begins(browser: Browser, served: ServedOffice) -> None:
    """The number of what waits without its word says nothing; only where the row ends, its first place may be cut."""
    context = browser.new_context(locale="de-DE", base_url=served.address, viewport={"width": 320, "height": 800})
    page, faults = watch(context, served)
    sign_in(page, served, *UserRole)
    places = page.locator(".menu a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    cut = []
    for place in places:
        page.goto(place)
        if page.locator(".menu ul").evaluate(_BEGINS_CUT):
            cut.append(place)
    assert len(places) > 5
    assert (cut, faults) == ([], [])
    context.close()
