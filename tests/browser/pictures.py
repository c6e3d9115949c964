"""Pictures of each page that is found, in both languages, into build/pictures: `python -m tests.browser.pictures`.

With addresses as arguments, such as `/betrieb /konto`, only of the pages whose addresses begin so.
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from playwright.sync_api import Browser, Page

from connector.language.catalogue import LANGUAGES
from connector.ports.entities import UserRole
from tests.browser.served import Served, ServedOffice, ServedSquare, open_browser, sign_in
from tests.pages.square import furnish_square, list_sources
from tests.pages.walk import choose_views, walk
from tests.pages.world import furnish
from tests.web.protection import list_own_places

FOLDER = Path("build/pictures")
WIDTHS = {"wide": 1280, "narrow": 320}


def take(*wanted: str) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, open_browser() as browser:
        office, square = ServedOffice(Path(folder)), ServedSquare(**list_sources())
        office.do(furnish(office.office))
        square.do(furnish_square(square.square))
        roles = square.square.register.roles
        operator = square.do(square.square.sign_in(*roles, person="Emre Berg"))
        found = choose_views(square.do(walk(operator, ("/betrieb",))))
        operated = [view for view in found if view.startswith(("/betrieb", "/konto"))]
        signed_in = office.do(office.office.sign_in(*UserRole))
        views = choose_views(office.do(walk(signed_in)))
        public = choose_views(square.do(walk(square.square.browser(), ("/",))))
        operated, views, public = (
            [view for view in seen if view.startswith(wanted or "/")] for seen in (operated, views, public)
        )
        for scheme, widths in (("light", WIDTHS), ("dark", {"dark": 1280})):
            own = [] if wanted else office.do(list_own_places(office.office))
            page = _open(browser, office, scheme)
            page.goto("/anmelden")
            page.screenshot(path=FOLDER / f"anmelden-{scheme}.png", full_page=True)
            sign_in(page, office, *UserRole)
            _take_all(page, [*views, *own], widths, "")
            page.context.close()
            page = _open(browser, square, scheme)
            _take_all(page, public, widths, "public-")
            sign_in(page, square, *roles)
            _take_all(page, operated, widths, "operator-")
            page.context.close()
        office.close()
        square.close()


def _open(browser: Browser, served: Served, scheme: str) -> Page:
    return browser.new_context(locale="de-DE", color_scheme=scheme, base_url=served.address).new_page()  # type: ignore[arg-type]


def _take_all(page: Page, places: Iterable[str], widths: Mapping[str, int], begin: str) -> None:
    for language in LANGUAGES:
        page.goto(f"/sprache/{language}")
        taken = Counter[str]()
        for opened in places:
            place = opened.partition("?")[0].strip("/").replace("/", "-") or "start"
            taken[place] += 1
            place += f"-{taken[place]}" if taken[place] > 1 else ""
            for name, width in widths.items():
                page.set_viewport_size({"width": width, "height": 800})
                page.goto(opened)
                page.screenshot(path=FOLDER / f"{begin}{place}-{language}-{name}.png", full_page=True)


if __name__ == "__main__":
    take(*sys.argv[1:])
    print(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER}")
