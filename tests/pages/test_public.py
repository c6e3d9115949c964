"""The pages for everybody are whole too, whatever the catalogues of the participants say."""

import itertools

import pytest

from connector.language.catalogue import LANGUAGES
from connector.web.public.site import PUBLIC_PAGES
from tests.pages.codes import list_codes
from tests.pages.page import Page
from tests.pages.walk import walk
from tests.pages.world import HOSTILE, MARK_UP, poison
from tests.web.public.square import Square, list_offers

STARTS = ("/", "/robots.txt", "/sitemap.xml", "/none")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("hostile", [False, True], ids=["as they are", "hostile"])
async def test_all_that_everybody_reaches_is_whole(language: str, hostile: bool) -> None:
    catalogues = list_offers(**({"dct:publisher": {"foaf:name": MARK_UP}, "dcat:keyword": ["a b"]} if hostile else {}))
    if hostile:
        for catalogue in catalogues.values():
            catalogue.offers = [poison(offer, itertools.cycle(HOSTILE)) for offer in catalogue.offers]
    square = Square(**catalogues)
    await square.crawl()
    async with square.browser(language) as browser:
        walked = await walk(browser, STARTS)
        asked = await browser.get("/suche", params={"q": MARK_UP, "thema": MARK_UP, "von": MARK_UP})
        assert Page(asked.text).list_faults() == []
    assert walked.list_faults() == []
    assert walked.dead == []
    assert hostile or not {address for address, page in walked.pages.items() if list_codes(page)}
    unreached = {path for path, _ in PUBLIC_PAGES if "{" not in path} - {path for _, path in walked.named}
    assert unreached == set()
    assert not hostile or sum("&lt;script&gt;" in page.source for page in walked.pages.values()) > 2
