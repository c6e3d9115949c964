"""The pages of a broker, over a record and an index in memory."""

import asyncio
import shutil
import tempfile
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from starlette.requests import Request

from connector.broker.describing.subject import PublicSite
from connector.broker.operating.assessing import Assessor
from connector.broker.operating.usage import SearchCounter
from connector.broker.visibility.callers import Visibility
from connector.controlplane.core.watch import ProcessWatch
from connector.controlplane.judging.library import Library, operands
from connector.desk.broker import BrokerOffice
from connector.desk.operating.members import MembersOffice
from connector.desk.operating.values import OperatorDesk
from connector.ports.board import Answer, Need
from connector.ports.entities import PageBounds
from connector.ports.identity import ListInUse
from connector.store.index.index import TantivyIndex
from connector.store.index.track import Track
from connector.store.memory.record import MemoryBrokerStore
from connector.views.needs import BudgetKind
from connector.web.frame.application import PagesHouse
from connector.web.frame.logins import PagesLogin
from connector.web.public.site import make_broker_pages
from tests.authority.folders import NOW_MS, found
from tests.broker.crawling import crawler_of
from tests.broker.searching import Searching
from tests.broker.world import BROKER, CITY, Catalogue, Space, titled
from tests.support.people import make_register
from tests.web.office import Reading
from tests.web.visited import Visited

ADDRESS, API = "https://daten.example", "https://broker.example"
SITE = PublicSite(base=API, participant=BROKER, name="Datenraum")
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


class PostedNeeds:
    """`ports.board.Board`, as far as pages read it."""

    def __init__(self) -> None:
        self.posted = [make_need()]
        self.answered: list[Answer] = []

    async def needs(
        self, bounds: PageBounds, *, owner: str | None = None, open_at: int | None = None
    ) -> tuple[Sequence[Need], str | None]:
        if bounds.after not in {None, "1"}:
            raise ValueError(bounds.after)
        return self.posted[: bounds.limit], "1" if len(self.posted) > bounds.limit else None

    async def need(self, id: str) -> Need | None:
        return next((need for need in self.posted if need.id == id), None)

    async def answers(self, need: str) -> Sequence[Answer]:
        return [answer for answer in self.answered if answer.need == need]


class Square(Visited):
    """A broker with its pages; `crawl` reads the catalogues, and what the operator does is followed at once."""

    def __init__(self, address: str = ADDRESS, **catalogues: Catalogue) -> None:
        self.space = Space(**catalogues)
        self.record = MemoryBrokerStore()
        self.searching = Searching(self.record, TantivyIndex(None, None, Track(None)))
        self.watch = ProcessWatch()
        self.crawler = crawler_of(self.space, self.record, ended=self.watch.notify)
        self.address = address
        self.open, self.wait = True, 0
        self.board = PostedNeeds()
        self.counter = SearchCounter(self.record, self._tell_time)
        self.list_in_use: ListInUse | None = None
        self.problem: str | None = None
        self.statements: dict[str, str] = {}
        self.organisation: PagesLogin | None = None
        self.register = make_register(self._tell_time, address, self.watch)
        folder = Path(tempfile.mkdtemp())
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self.told: list[str] = []
        self.office = MembersOffice(
            # Its keys have a time of their own: the authority does not know the clock of the catalogues.
            authority=found(folder),
            tell=self.told.extend,
            now=lambda: NOW_MS,
        )
        self.operator = OperatorDesk(
            users=self.register,
            record=self.record,
            index=self.searching.index,
            projector=self.searching.projector,
            crawler=self.crawler,
            crawls=self.watch,
            assessor=Assessor(self.record, SITE, self._tell_time),
            changed=self._follow,
            now=self._tell_time,
            members=self.office,
        )
        self._following: set[asyncio.Task[None]] = set()
        self.app = self.build()

    async def crawl(self) -> None:
        await self.crawler.take_turn()
        await self.crawler.wait_settled()
        await self.searching.follow()

    def build(self, **changed: Any) -> Any:
        """The pages, with other values of their desk."""
        desk: dict[str, Any] = {
            "operator": self.operator,
            "visibility": Visibility(self.record, self._tell_time),
            "directory": self.space,
            "library": Library(operands(), executors={}),
            "board": self.board,
            "site": SITE,
            "open": self.open,
            "note_search": self.counter.note,
            "list_in_use": lambda: self.list_in_use,
            "find_problem": lambda: self.problem,
        }
        house = PagesHouse(
            address=self.address,
            provider="Datenraum Musterstadt",
            statements=self.statements,
            organisation=self.organisation,
        )
        return make_broker_pages(BrokerOffice(**(desk | changed)), house, admit=self._admit)

    def browser(self, language: str = "de", **changed: Any) -> httpx.AsyncClient:
        """A browser of somebody without an account."""
        transport = httpx.ASGITransport(self.build(**changed), raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=self.address, cookies={"dk-lang": language})

    def _tell_time(self) -> int:
        return self.space.now

    def _admit(self, _request: Request) -> int:
        return self.wait

    def _follow(self) -> None:
        task = asyncio.create_task(self.searching.follow())
        self._following.add(task)
        task.add_done_callback(self._following.discard)


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
