"""The broker's API, for participants: search, sources, changes, a nudge. Every caller proves who it is, once a token.

Errors have the one form of the management API: `{"error": {"code": …, "reason": …}}`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, FastAPI, Header, Query, Request, Response
from fastapi.routing import APIRoute

from connector.api.frame import errors
from connector.api.frame.errors import ApiError
from connector.api.frame.models import answer_model
from connector.broker import search
from connector.broker.crawler import Crawler
from connector.ports.changes import Replayed, StoreError
from connector.ports.identity import AuthenticationUnavailable, Caller, Unauthenticated
from connector.ports.record import BrokerStore
from connector.views.common import ErrorView

Authenticate = Callable[[str | None], Awaitable[Caller]]
Use = Callable[[Caller], Awaitable[None]]

PATIENCE_S = 2.0
CHANGES = 100

_DATASET = {"@id": "urn:uuid:7f0c", "@type": "Dataset", "dct:title": [{"@language": "de", "@value": "Baustellen"}]}
_ENTRY: dict[str, Any] = {
    "participant": "https://city.example/participants/tiefbauamt",
    "id": "urn:uuid:7f0c",
    "address": "https://tiefbau.city.example/dsp/2025-1",
    "title": {"de": "Baustellen"},
    "description": {"de": "Baustellen im Straßenraum, täglich neu."},
    "publisher": "Tiefbauamt",
    "keywords": ["verkehr"],
    "themes": ["http://publications.europa.eu/resource/authority/data-theme/TRAN"],
    "formats": ["HttpData-PULL"],
    "offer_id": "urn:uuid:0ffe",
    "terms": {"@id": "urn:uuid:0ffe", "@type": "Offer", "permission": [{"action": "use"}]},
    "offers": 1,
    "liveness": "ONLINE",
    "verified_at": "2026-03-01T08:00:00.000Z",
    "stale": False,
}
_SOURCE = {
    "participant": "https://city.example/participants/tiefbauamt",
    "name": "Tiefbauamt",
    "address": "https://tiefbau.city.example/dsp/2025-1",
    "liveness": "ONLINE",
    "datasets": 12,
    "failures": 0,
    "interval_seconds": 600.0,
    "verified_at": "2026-03-01T08:00:00.000Z",
    "failing_since": None,
    "next_at": "2026-03-01T08:10:00.000Z",
    "error": None,
}
_CHANGE = {
    "seq": 41,
    "participant": "https://city.example/participants/tiefbauamt",
    "id": "urn:uuid:7f0c",
    "changed_at": "2026-03-01T08:00:00.000Z",
    "removed": False,
    "dataset": _DATASET,
}
_FAILURES: dict[int | str, dict[str, Any]] = {code: {"model": answer_model(ErrorView)} for code in (401, 404, 422, 503)}

FilterQuery = Annotated[str | None, Query(max_length=1000)]
LanguageQuery = Annotated[
    str | None, Query(max_length=35, description="Give every text once, in this language if it is.")
]
Authorization = Annotated[str | None, Header(description="A participant's token for this broker.")]

public = APIRouter(tags=["health"])
router = APIRouter(prefix="/v1", tags=["broker"], responses=_FAILURES)


class BrokerDesk(msgspec.Struct, frozen=True, kw_only=True):
    """What the routes work with; `alive` tells whether the crawler runs, `now` gives ms since the Unix epoch."""

    record: BrokerStore
    crawler: Crawler
    authenticate: Authenticate
    use: Use
    now: Callable[[], int]
    alive: Callable[[], bool]


def make_broker_app(
    record: BrokerStore,
    crawler: Crawler,
    authenticate: Authenticate,
    use: Use,
    *,
    now: Callable[[], int],
    alive: Callable[[], bool] = lambda: True,
) -> FastAPI:
    """Build the application.

    `authenticate` verifies an Authorization header (raises Unauthenticated or AuthenticationUnavailable), `use`
    commits the replay key of its token (raises Replayed) before anything is done for the caller.
    """
    app = FastAPI(
        title="Datenkontor broker API",
        description="What the participants of a data space offer, found at its broker.",
        version="1",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation,
    )
    app.state.counter = BrokerDesk(
        record=record, crawler=crawler, authenticate=authenticate, use=use, now=now, alive=alive
    )
    errors.install(app)
    app.include_router(public)
    app.include_router(router)
    return app


def _counter(request: Request) -> BrokerDesk:
    counter: BrokerDesk = request.app.state.counter
    return counter


AtBrokerDesk = Annotated[BrokerDesk, Depends(_counter)]


async def _caller(counter: AtBrokerDesk, authorization: Authorization = None) -> Caller:
    try:
        caller = await counter.authenticate(authorization)
        await counter.use(caller)
    except AuthenticationUnavailable:
        raise ApiError(503, "busy", "Nobody can be let in at present: try again later.") from None
    except Unauthenticated:
        reason = "The request is not authenticated: send a fresh token for this broker."
        raise ApiError(401, "unauthenticated", reason) from None
    except Replayed:
        raise ApiError(401, "replayed", "The token was used before: send a fresh one.") from None
    return caller


Known = Annotated[Caller, Depends(_caller)]


def _shown(example: Any) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {"application/json": {"example": example}}}}


def _json(document: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(document), status, media_type="application/json")


@router.get("/search", responses=_shown({"items": [_ENTRY | {"score": 3.1}], "total": 1, "next": None}))
async def search_offers(
    counter: AtBrokerDesk,
    caller: Known,  # noqa: ARG001 - only who is known may search
    q: Annotated[str, Query(max_length=1000, description="Words that must all occur; case and umlauts fold.")] = "",
    publisher: FilterQuery = None,
    theme: FilterQuery = None,
    keyword: FilterQuery = None,
    lang: LanguageQuery = None,
    limit: Annotated[int, Query(ge=1, le=500, description=f"Results of a page, at most {search.LIMIT}.")] = 20,
    offset: Annotated[int, Query(ge=0, le=search.OFFSET)] = 0,
    stale: Annotated[bool, Query(description="Also what was not verified for a day.")] = False,
) -> Response:
    """Search the offers of the whole data space, best first."""
    asked = search.query(q, publisher=publisher, theme=theme, keyword=keyword, limit=limit, offset=offset, stale=stale)
    hits, total = await counter.record.search(asked)
    return _json(search.results(hits, total, asked, lang=lang, now=counter.now()))


@router.get("/datasets", responses=_shown(_ENTRY | {"dataset": _DATASET}))
async def read_dataset(
    counter: AtBrokerDesk,
    caller: Known,  # noqa: ARG001 - only who is known may read
    participant: Annotated[str, Query(max_length=1000)],
    dataset: Annotated[str, Query(max_length=1000)],
    lang: LanguageQuery = None,
) -> Response:
    """Show one dataset in full, as its provider sent it."""
    entry = await counter.record.entry(participant, dataset)
    if entry is None:
        raise ApiError(404, "no-dataset", "This participant offers no such dataset that the broker knows: search it.")
    source = await counter.record.source(participant)
    return _json(search.render_dataset(entry, source, lang=lang, now=counter.now()))


@router.get("/sources", responses=_shown({"items": [_SOURCE]}))
async def list_sources(
    counter: AtBrokerDesk,
    caller: Known,  # noqa: ARG001 - only who is known may look
) -> Response:
    """List the participants whose catalogues are crawled, and how that is going."""
    sources = sorted(await counter.record.sources(), key=lambda source: source.participant)
    return _json({"items": [search.source(source) for source in sources]})


@router.get("/changes", responses=_shown({"items": [_CHANGE], "next": 41}))
async def list_changes(
    counter: AtBrokerDesk,
    caller: Known,  # noqa: ARG001 - only who is known may follow
    after: Annotated[int, Query(ge=0, le=2**53, description="The `next` of the answer before; 0 from the start.")] = 0,
    limit: Annotated[int, Query(ge=1, le=CHANGES)] = CHANGES,
) -> Response:
    """List what changed after a change number, removals too: each dataset as it is now, in the order of change."""
    entries = await counter.record.changes(after, limit)
    following = entries[-1].seq if entries else after
    return _json({"items": [search.change(entry) for entry in entries], "next": following})


@router.post("/nudge", status_code=202, responses={202: {"content": {"application/json": {"example": {}}}}})
async def nudge(counter: AtBrokerDesk, caller: Known) -> Response:
    """Say that one's own catalogue has changed; it is crawled next. What is in the request does not matter."""
    if not counter.crawler.nudge(caller.participant):
        reason = "Your catalogue is not crawled here: the participant list has no address for you."
        raise ApiError(404, "no-source", reason)
    return _json({}, 202)


@public.get("/health", responses=_shown({"status": "ok"}))
async def health() -> Response:
    """Say that the process answers."""
    return _json({"status": "ok"})


@public.get("/ready", responses=_shown({"ready": True, "checks": {"record": "ok", "crawler": "ok"}}))
async def ready(counter: AtBrokerDesk) -> Response:
    """Say whether the broker can do its work; 503 where it cannot."""
    checks = {"record": "ok", "crawler": "ok"}
    try:
        async with asyncio.timeout(PATIENCE_S):
            await counter.record.source("")
    except (StoreError, TimeoutError):
        checks["record"] = "The record cannot be read."
    if not counter.alive():
        checks["crawler"] = "The crawler does not run."
    well = all(found == "ok" for found in checks.values())
    return _json({"ready": well, "checks": checks}, 200 if well else 503)


def _operation(route: APIRoute) -> str:
    return route.name
