"""Every page that is found, in each language, light and dark, narrow and wide: nothing serious for axe, nothing scrolls
sideways, also at 200 % zoom, nothing is said on the console, nobody
else is asked, and the keyboard reaches everything."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import Browser, BrowserContext, Page

from connector.language.catalogue import LANGUAGES
from connector.ports.entities import UserRole
from tests.browser.served import CHROMIUM, ServedOffice, ServedSquare, sign_in, watch
from tests.pages.square import furnish_square, list_sources
from tests.pages.walk import STARTS, choose_views, walk
from tests.pages.world import furnish
from tests.web.public.square import list_offers

pytestmark = [pytest.mark.web, pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine")]
WIDTHS = (1280, 640, 320)
"""Those of a screen, of the same screen at 200 % zoom, and of a phone or 400 % zoom (WCAG 2.2, 1.4.10)."""
SCHEMES: tuple[Any, ...] = ("light", "dark")
_LARGE_TEXT = "document.documentElement.style.fontSize = '200%'"
_SEVERAL = re.compile('type="(month|date|time)')
_STALE = "[data-follow]:not([data-fresh])"
"""The parts that the server writes anew and that have not come: what is there can go while one is on the way to it."""
_WATCH_FOCUS = """() => {
  const sort = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  const usable = (one) => one.checkVisibility({visibilityProperty: true}) && !one.disabled && one.tabIndex >= 0;
  const alone = (one) => one.type !== "radio" || one.checked
    || !document.querySelector(`input[type=radio][name="${CSS.escape(one.name)}"]:checked`)
    && one === document.querySelector(`input[type=radio][name="${CSS.escape(one.name)}"]`);
  const all = [...document.querySelectorAll(sort)].filter((one) => usable(one) && alone(one));
  window.met = [];
  document.addEventListener("focusin", ({target}) => {
    const look = getComputedStyle(target);
    const seen = look.outlineStyle !== "none" && parseFloat(look.outlineWidth) > 0 || look.boxShadow !== "none";
    window.met.push([all.indexOf(target), seen]);
  });
  return all.map((one) => one.outerHTML.slice(0, 120));
}"""


@dataclass
class Site:
    """Served pages with the addresses that were found, and with which roles a person signs in; none for nobody."""

    served: ServedOffice | ServedSquare
    addresses: list[str]
    roles: tuple[UserRole, ...] = ()

    def open(self, context: BrowserContext, language: str, *roles: UserRole) -> tuple[Page, list[str]]:
        """Return a page in a language, signed in where people sign in, and the list of what must not happen."""
        page, faults = watch(context, self.served)
        if chosen := roles or self.roles:
            sign_in(page, self.served, *chosen, name="-".join(sorted(chosen)))
        page.goto(f"/sprache/{language}")
        return page, faults


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    served = ServedOffice(Path(tmp_path_factory.mktemp("office")))
    served.do(furnish(served.office))
    signed_in = served.do(served.office.sign_in(*UserRole, name="-".join(sorted(UserRole))))
    walked = served.do(walk(signed_in, (*STARTS, "/anmelden")))
    yield Site(served, choose_views(walked), tuple(UserRole))
    served.close()


@pytest.fixture(scope="module")
def broker() -> Iterator[Site]:
    served = ServedSquare(**list_offers())
    served.do(served.square.crawl())
    walked = served.do(walk(served.square.browser(), ("/", "/none")))
    yield Site(served, choose_views(walked))
    served.close()


@pytest.fixture(scope="module")
def operator() -> Iterator[Site]:
    served = ServedSquare(**list_sources())
    served.do(furnish_square(served.square))
    roles = served.square.register.roles
    walked = served.do(walk(served.do(served.square.sign_in(*roles, name="-".join(sorted(roles)))), ("/betrieb",)))
    # What everybody reads is another site.
    views = [view for view in choose_views(walked) if view.startswith(("/betrieb", "/konto"))]
    yield Site(served, views, roles)
    served.close()


@pytest.fixture(scope="module", params=["office", "broker", "operator"])
def site(request: pytest.FixtureRequest) -> Site:
    found: Site = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_can_be_used_by_everybody(browser: Browser, site: Site, language: str, scheme: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    axe, found = Axe(), []
    context = browser.new_context(locale="de-DE", color_scheme=scheme, base_url=site.served.address)
    page, faults = site.open(context, language)
    for opened in site.addresses:
        page.goto(opened)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            found += _measure(page, width)
            if width != 640:
                found += examine(axe, page)
        page.set_viewport_size({"width": 1280, "height": 800})
        page.evaluate(_LARGE_TEXT)
        found += _measure(page, 1280)
    assert found == []
    # The browser itself tells the status of a page that says what is missing.
    assert [fault for fault in faults if "the server responded with a status of 4" not in fault] == []
    context.close()


@pytest.mark.parametrize("role", list(UserRole))
def test_the_first_page_of_each_role_can_be_used_by_everybody(browser: Browser, office: Site, role: UserRole) -> None:
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(locale="de-DE", base_url=office.served.address)
    page, faults = office.open(context, "de", role)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.goto("/")
        assert [*_measure(page, width), *examine(Axe(), page)] == []
    assert faults == []
    context.close()


def test_the_keyboard_reaches_everything_in_order_and_shows_where_it_is(browser: Browser, site: Site) -> None:
    context = browser.new_context(locale="de-DE", base_url=site.served.address)
    page, _ = site.open(context, "de")
    lost = []
    for opened in site.addresses:
        page.goto(opened)
        page.locator(_STALE).first.wait_for(state="detached")
        page.evaluate("document.activeElement.blur()")
        usable = page.evaluate(_WATCH_FOCUS)
        # A month, a date and a time have several places that the tabulator stops at.
        for _ in range(len(usable) + 1 + 4 * sum(bool(_SEVERAL.search(one)) for one in usable)):
            page.keyboard.press("Tab")
        met = [(number, seen) for number, seen in page.evaluate("window.met") if number >= 0]
        order = list(dict.fromkeys(number for number, _ in met))
        lost += [f"{opened}: not reached: {usable[number]}" for number in range(len(usable)) if number not in order]
        lost += [f"{opened}: no sign of the focus: {usable[number]}" for number, seen in met if not seen]
        first = order.index(min(order))
        # A page that says what is missing has the focus there; the tabulator goes round.
        if order[first:] + order[:first] != sorted(order):
            lost.append(f"{opened}: the order is not that of the page: {order}")
    assert lost == []
    context.close()


def _measure(page: Page, width: int) -> list[str]:
    wide = page.evaluate("document.documentElement.scrollWidth")
    return [f"{page.url} is {wide} px wide at {width}"] if wide > width else []


def examine(axe: Any, page: Page) -> list[str]:
    """Return what axe finds serious or critical on a page."""
    return [
        f"{page.url} {rule['id']}: {node['html'][:120]}"
        for rule in axe.run(page).response["violations"]
        if rule["impact"] in {"serious", "critical"}
        for node in rule["nodes"]
    ]
