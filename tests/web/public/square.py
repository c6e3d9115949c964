"""The pages of a broker that everybody opens, over a record and an index in memory."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from urllib.parse import quote

import httpx
from starlette.requests import Request

from connector.broker.describing.subject import PublicSite
from connector.broker.visibility.callers import Visibility
from connector.controlplane.judging.library import Library, operands
from connector.ports.board import Need
from connector.ports.entities import PageBounds
from connector.store.index.index import TantivyIndex
from connector.store.index.track import Track
from connector.store.memory.record import MemoryBrokerStore
from connector.views.needs import BudgetKind
from connector.web.frame.origin import read_origin
from connector.web.public.reading import PublicDesk
from connector.web.public.site import make_public_app
from tests.broker.crawling import crawler_of
from tests.broker.searching import Searching
from tests.broker.world import BROKER, CITY, Catalogue, Space, titled
from tests.web.office import Reading

ADDRESS, API = "https://daten.example", "https://broker.example"
ROADS = f"teilnehmer={quote(CITY + 'tiefbauamt', safe='')}&id=roads"
PLACES = ["/", "/suche?q=bau", f"/suche/angebot?{ROADS}", "/organisationen", "/bedarf", "/hilfe", "/barrierefreiheit"]
MISSING = ["/suche/angebot", "/suche/angebot?teilnehmer=x&id=y", "/organisationen/organisation", "/x"]
ORGANISATION = f"/organisationen/organisation?id={quote(CITY + 'tiefbauamt', safe='')}"
PLACES.append(ORGANISATION)


def make_need(**changed: Any) -> Need:
    """A need as its owner posted it, with a contact."""
    plain: dict[str, Any] = {
        "id": "urn:need:1",
        "owner": CITY + "tiefbauamt",
        "question": "Wie viele Fahrräder fahren über die Brücke?",
        "purpose": "https://w3id.org/dpv#PublicBenefit",
        "fields": ("Zählstelle",),
        "place": "Musterstadt",
        "opens": 0,
        "closes": 2_000_000_000_000,
        "budget": BudgetKind.AMOUNT,
        "amount": "250.00",
        "currency": "EUR",
        "contact": "rad@stadt.example",
        "created_at": 0,
        "changed_at": 0,
    }
    return Need(**(plain | changed))


class Square:
    """A broker with its pages; `crawl` reads the catalogues."""

    def __init__(self, address: str = ADDRESS, **catalogues: Catalogue) -> None:
        self.space = Space(**catalogues)
        self.record = MemoryBrokerStore()
        self.searching = Searching(self.record, TantivyIndex(None, None, Track(None)))
        self.crawler = crawler_of(self.space, self.record)
        self.address, self.woken = address, 0
        self.open, self.wait = True, 0
        self.needs = [make_need()]

    async def crawl(self) -> None:
        await self.crawler.take_turn()
        await self.crawler.wait_settled()
        await self.searching.follow()

    def app(self, **changed: Any) -> Any:
        desk: dict[str, Any] = {
            "see": partial(Visibility(self.record, lambda: self.space.now).open_view, None),
            "index": self.searching.index,
            "library": Library(operands(), executors={}),
            "provider": "Datenraum Musterstadt",
            "here": read_origin(self.address),
            "site": PublicSite(base=API, participant=BROKER, name="Datenraum"),
            "open": self.open,
            "list_needs": self._list_needs,
            "now": lambda: self.space.now,
            "admit": self._admit,
            "wake": self._wake,
        }
        return make_public_app(PublicDesk(**(desk | changed)))

    def browser(self, language: str = "de", **changed: Any) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.app(**changed), raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=self.address, cookies={"dk-lang": language})

    async def _list_needs(self, bounds: PageBounds) -> tuple[Sequence[Need], str | None]:
        if bounds.after not in {None, "1"}:
            raise ValueError(bounds.after)
        return self.needs[: bounds.limit], "1" if len(self.needs) > bounds.limit else None

    def _admit(self, _request: Request) -> int:
        return self.wait

    def _wake(self) -> None:
        self.woken += 1


def list_offers(**changed: Any) -> dict[str, Catalogue]:
    theme = "http://publications.europa.eu/resource/authority/data-theme/TRAN"
    return {
        "tiefbauamt": Catalogue(
            titled("roads", "Straßenbaustellen", **({"dcat:theme": theme, "dct:publisher": "Stadt"} | changed)),
            titled("trees", "Bäume an Wegen"),
        ),
        "umweltamt": Catalogue(titled("air", "Luftqualität")),
    }


async def read(square: Square, place: str, language: str = "de") -> tuple[httpx.Response, Reading]:
    async with square.browser(language) as browser:
        answer = await browser.get(place)
        return answer, Reading(answer.text)
