"""A visit of the broker's pages, and what they are answered from: the record and the search index of this process."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

import msgspec
from starlette.requests import Request

from connector.broker import finding, search
from connector.broker.describing.subject import PublicSite
from connector.broker.query import Asked, make_query
from connector.controlplane.judging.library import Library
from connector.net.aside import work_aside
from connector.ports.board import Need
from connector.ports.broker_store import RecordView
from connector.ports.entities import PageBounds, User
from connector.ports.search_index import Facet, SearchIndex
from connector.views.search import HitsView
from connector.web.frame.origin import PagesOrigin
from connector.web.frame.wording import PageWords


class PublicDesk(msgspec.Struct, frozen=True, kw_only=True):
    """The values of the broker's pages.

    `see` returns what a reader without a token sees of the record, `list_needs` a page of the needs that are open.
    `provider` is the name of the broker, `here` the address of its pages, `site` that of its API. `open` is whether
    everybody may read. `admit` counts a request and returns how many seconds its address has to wait, 0 if it need not.
    `wake` looks after an index that cannot answer.
    """

    see: Callable[[], Awaitable[RecordView]]
    index: SearchIndex
    library: Library
    provider: str
    here: PagesOrigin
    site: PublicSite
    open: bool
    list_needs: Callable[[PageBounds], Awaitable[tuple[Sequence[Need], str | None]]]
    now: Callable[[], int]
    admit: Callable[[Request], int] = lambda _: 0
    wake: Callable[[], None] = lambda: None


class PublicVisit(msgspec.Struct, frozen=True, kw_only=True):
    """One request of somebody, with the words of a language."""

    request: Request
    pages: PublicDesk
    words: PageWords

    @property
    def user(self) -> User | None:
        """Nobody: these pages have no users."""
        return None

    @property
    def now(self) -> int:
        """The time, in ms."""
        return self.pages.now()

    @property
    def public(self) -> bool:
        """Yes: these pages are for everybody."""
        return True


async def search_here(desk: PublicDesk, query: Mapping[str, str | Sequence[str]]) -> HitsView:
    """Return the answer of the broker's API to a query, without a request. Raises QueryRefused, Unavailable."""
    texts = {name: value for name, value in query.items() if isinstance(value, str)}
    asked = make_query(
        texts.get("q", ""),
        filters={Facet(name): list(value) for name, value in query.items() if not isinstance(value, str)},
        bbox=texts.get("bbox"),
        near=texts.get("near"),
        since=texts.get("since"),
        until=texts.get("until"),
        sort=texts.get("sort") or "relevance",
        limit=int(texts["limit"]),
        offset=int(texts["offset"]),
        facets=True,
    )
    found = await finding.find(await desk.see(), desk.index, asked, desk.now())
    size = sum(len(hit.entry.document) for hit in found.hits)
    return await work_aside(size, partial(_render, desk, found, asked))


def _render(desk: PublicDesk, found: finding.Results, asked: Asked) -> HitsView:
    explain = partial(desk.index.explain, asked.query.text, corrected=found.corrected)
    answer = search.render_results(found, asked, explain, lang=None, now=desk.now())
    return msgspec.json.decode(msgspec.json.encode(answer), type=HitsView)
