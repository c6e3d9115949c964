"""What everybody reads at a broker, within the rate of an address, and what is searched there, without a request."""

from collections.abc import Mapping, Sequence
from functools import partial, wraps

import msgspec
from starlette.responses import Response

from connector.broker import finding, search
from connector.broker.query import Asked, make_query
from connector.desk.broker import BrokerOffice, open_view
from connector.net.aside import work_aside
from connector.ports.broker_store import RecordView
from connector.ports.search_index import Facet
from connector.ports.store_errors import StoreError
from connector.views.search import HitsView
from connector.web.frame.visit import PageFunction, Visit, show_error

_RETRY_S = 2


def open_to_readers(function: PageFunction, *, always: bool = False) -> PageFunction:
    """Return a page of a broker that is not open as one for people who have signed in; with `always`, for everybody.

    What nobody in particular reads counts for the rate of its address. Nobody gets more than a share of the broker.
    """

    @wraps(function)
    async def answer(visit: Visit) -> Response:
        if visit.user is None:
            if not (always or visit.broker.open):
                return show_error(visit, 403, visit.words.say("sharing.members-only"))
            if wait := visit.pages.admit(visit.request):
                return _put_off(visit, wait)
        caller, shares = _name_reader(visit), visit.pages.shares
        if shares is None or not caller:
            return await _answer(function, visit)
        if not await shares.enter(caller):
            return _put_off(visit, _RETRY_S)
        try:
            return await _answer(function, visit)
        finally:
            shares.leave(caller)

    return answer


def _name_reader(visit: Visit) -> str:
    """Return under which name the share of a reader is counted: a person who has signed in, else an address."""
    return f"person {visit.user.name}" if visit.user else visit.pages.name_caller(visit.request)


def _put_off(visit: Visit, wait: int) -> Response:
    busy = show_error(visit, 429, visit.words.say("sharing.busy"))
    busy.headers["Retry-After"] = str(wait)
    return busy


async def _answer(function: PageFunction, visit: Visit) -> Response:
    try:
        return await function(visit)
    except StoreError:
        return show_error(visit, 503, visit.words.say("sharing.unavailable"))


async def see(visit: Visit) -> RecordView:
    """Return what the reader of a page sees of the record."""
    return await open_view(visit.broker, visit.user)


async def search_here(visit: Visit, query: Mapping[str, str | Sequence[str]]) -> HitsView:
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
    found = await finding.find(await see(visit), visit.broker.operator.index, asked, visit.now)
    size = sum(len(hit.entry.document) for hit in found.hits)
    return await work_aside(size, partial(_render, visit.broker, visit.now, found, asked))


def _render(desk: BrokerOffice, now: int, found: finding.Results, asked: Asked) -> HitsView:
    explain = partial(desk.operator.index.explain, asked.query.text, corrected=found.corrected)
    answer = search.render_results(found, asked, explain, lang=None, now=now)
    return msgspec.json.decode(msgspec.json.encode(answer), type=HitsView)
