"""A department and a company at work in a real browser, on pages of real processes: from a source to its rows."""

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from playwright.sync_api import Browser, Page, expect

from connector.ports.entities import UserRole
from tests.browser.hands import Mouse
from tests.browser.served import PATIENCE_MS, open_browser
from tests.e2e.live import Live, environment

PASSWORD = "sieben bunte Kiesel"


@dataclass
class Partners:
    """The department that offers, and the company that gets."""

    live: Live
    city: Page
    firm: Page

    def offer(self, place: str, typed: Mapping[str, str], title: str) -> str:
        """Offer what lies at a place with the mouse, after a trial; return the identifier of the dataset."""
        page, hand = self.city, Mouse(self.city, "de")
        page.goto("/neues-angebot/daten")
        hand.unfold("offering.place-title")
        hand.pick("art", place)
        for name, text in typed.items():
            self._type(page, hand, f"{place}.{name}", text)
        hand.press("places.try")
        expect(page.locator("main")).to_contain_text("Es hat geklappt")
        hand.press("offering.on-describe")
        hand.write("titel", title)
        hand.pick("klasse", "open")
        page.locator("#lizenz").select_option(index=1)
        for key in ("on-terms", "on-check", "on-release"):
            hand.press(f"offering.{key}")
        hand.press("offer-publish")
        page.wait_for_url("**/angebote/angebot?*")
        return page.url.partition("id=")[2].partition("&")[0]

    def order(self, dataset: str, *, target: Mapping[str, str] | None = None, stays: bool = False) -> Page:
        """Ask for a dataset and start its delivery with the mouse; return the page of the delivery."""
        page, hand = self.firm, Mouse(self.firm, "de")
        page.goto(f"/suche/angebot?teilnehmer={quote(self.live.city_id, safe='')}&id={dataset}")
        hand.press("finding.ask")
        hand.press("finding.to-check")
        hand.press("finding.send")
        page.get_by_role("link", name=re.compile("Zum Vertrag")).first.click(timeout=PATIENCE_MS)
        page.wait_for_url("**/vertraege/vertrag?*")
        hand.press("choosing.link")
        if stays:
            hand.tick("offen")
        if target:
            hand.unfold("places.target")
            for name, text in target.items():
                if name == "ziel":
                    hand.pick("ziel", text)
                else:
                    self._type(page, hand, name, text)
        hand.press("receiving.order", place="form[action='/lieferungen/beginnen']")
        page.wait_for_url("**/lieferungen/lieferung?*")
        return page

    def read_rows(self, page: Page, cell: str) -> None:
        """Open the rows of a delivery as soon as it is complete, and see one."""
        page.get_by_role("link", name=re.compile("Ansehen|Öffnen")).first.click(timeout=PATIENCE_MS)
        page.wait_for_url("**/lieferungen/inhalt?*")
        expect(page.get_by_text(cell).first).to_be_visible()

    def _type(self, page: Page, hand: Mouse, id: str, text: str) -> None:
        field = page.locator(f"[id='{id}']")
        if field.count() and not field.is_visible():
            # What is not needed is folded away: open what is around it.
            field.evaluate("one => { for (let at = one; at; at = at.parentElement) at.open = true }")
        kind = page.evaluate("id => (document.getElementById(id) || {tagName: 'RADIO'}).tagName", id)
        if kind == "SELECT":
            field.select_option(text)
        elif kind == "RADIO":
            choice = page.locator(f"[id='{id}-{text}']")
            choice.evaluate("one => { for (let at = one; at; at = at.parentElement) at.open = true }")
            choice.check()
        else:
            hand.write(id, text)


@contextmanager
def open_partners(base: Path, secrets: Mapping[str, tuple[str, str]]) -> Iterator[Partners]:
    """Start both, with the secrets of the operator: by name the server, and the value."""
    listed = ", ".join(
        f'{{name = "{name}", hosts = ["{server}"], secret_variable = "PARTNERS_{name.upper()}"}}'
        for name, (server, _) in secrets.items()
    )
    values = {f"PARTNERS_{name.upper()}": value for name, (_, value) in secrets.items()}
    settings = {
        "DATENKONTOR_SECRETS": f"[{listed}]",
        "DATENKONTOR_NET__HOSTS": '["127.0.0.1:*"]',
        "DATENKONTOR_NET__PLAIN_HTTP": '["127.0.0.1:*"]',
        "DATENKONTOR_LIMITS__RETRY_MOST_SECONDS": "0.5",
    }
    with ExitStack() as stack:
        stack.enter_context(environment(**values, **settings))
        live = Live(base)
        live.start("city", "firm")
        stack.callback(live.close)
        browser = stack.enter_context(open_browser())
        city = _enter(browser, live, "city", UserRole.PROVIDER, UserRole.RELEASE)
        firm = _enter(browser, live, "firm", UserRole.CONSUMER)
        yield Partners(live, city, firm)


def _enter(browser: Browser, live: Live, word: str, *roles: UserRole) -> Page:
    """Sign a new person in with the link that the operator gets."""
    link = live.clients[word].users.add(f"person.{word}", "Aylin Kaya", list(roles)).link
    address = urlsplit(link)
    page = browser.new_context(base_url=f"{address.scheme}://{address.netloc}", locale="de-DE").new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto("/sprache/de")
    page.goto(link)
    page.locator("#passwort").fill(PASSWORD)
    page.locator("#passwort2").fill(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    return page
