"""Pictures of each page in both languages, to be looked at: `python -m tests.browser.pictures`, into build/pictures."""

import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from connector.language.catalogue import LANGUAGES
from connector.ports.entities import UserRole
from tests.browser.served import ServedOffice, ServedSquare, open_browser, sign_in
from tests.web.public.square import PLACES, list_offers
from tests.web.test_pages import OPENED

FOLDER = Path("build/pictures")
WIDTHS = {"wide": 1280, "narrow": 320}


def take() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, open_browser() as browser:
        served = ServedOffice(Path(folder))
        served.do(served.office.furnish())
        for scheme, widths in (("light", WIDTHS), ("dark", {"dark": 1280})):
            context = browser.new_context(color_scheme=scheme, base_url=served.address)
            page = context.new_page()
            page.goto("/anmelden")
            page.screenshot(path=FOLDER / f"anmelden-{scheme}.png", full_page=True)
            sign_in(page, served, *UserRole)
            for language in LANGUAGES:
                page.goto(f"/sprache/{language}")
                for opened in OPENED:
                    for name, width in widths.items():
                        page.set_viewport_size({"width": width, "height": 800})
                        page.goto(opened)
                        place = opened.partition("?")[0].strip("/").replace("/", "-") or "start"
                        page.screenshot(path=FOLDER / f"{place}-{language}-{name}.png", full_page=True)
            context.close()
        served.close()
        _take_public(browser)


def _take_public(browser: Browser) -> None:
    served = ServedSquare(**list_offers())
    served.do(served.square.crawl())
    for scheme, widths in (("light", WIDTHS), ("dark", {"dark": 1280})):
        context = browser.new_context(color_scheme=scheme, base_url=served.address)  # type: ignore[arg-type]
        page = context.new_page()
        for language in LANGUAGES:
            page.goto(f"/sprache/{language}")
            for opened in PLACES:
                for name, width in widths.items():
                    page.set_viewport_size({"width": width, "height": 800})
                    page.goto(opened)
                    place = opened.partition("?")[0].strip("/").replace("/", "-") or "start"
                    page.screenshot(path=FOLDER / f"public-{place}-{language}-{name}.png", full_page=True)
        context.close()
    served.close()


if __name__ == "__main__":
    take()
    print(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER}")
