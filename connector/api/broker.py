"""The API of the broker for participants: search, sources, changes and change notices.

Each caller authenticates with a token, which is valid once.

Errors have the one form of the management API: `{"error": {"code": …, "reason": …}}`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, FastAPI, Header, Query, Request, Response
from fastapi.routing import APIRoute

from connector.api.frame import errors
from connector.api.frame.desk import show_list
from connector.api.frame.errors import ApiError
from connector.api.frame.models import answer_model
from connector.broker import search
from connector.broker.crawler import Crawler
from connector.net.serving.rates import CallerRates
from connector.ports.broker_store import BrokerStore
from connector.ports.changes import Replayed, StoreDamaged, StoreError
from connector.ports.identity import AuthenticationUnavailable, Caller, ListInUse, Unauthenticated
from connector.views.common import LONGEST_IDENTIFIER, ErrorView
from connector.views.health import ReadinessView

Authenticate = Callable[[str | None], Awaitable[Caller]]
Use = Callable[[Caller], Awaitable[None]]

WAITING = "Too many requests: try again later."
PATIENCE_S = 2.0
UNAVAILABLE_S = 60
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
    "only_for": [],
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
_FAILURES: dict[int | str, dict[str, Any]] = {
    code: {"model": answer_model(ErrorView)} for code in (401, 404, 422, 429, 503)
}

FilterQuery = Annotated[str | None, Query(max_length=1000)]
LanguageQuery = Annotated[str | None, Query(max_length=35, description="Only texts in this language, if present.")]
Authorization = Annotated[str | None, Header(description="Token of the participant for this broker.")]

public = APIRouter(tags=["health"])
router = APIRouter(prefix="/v1", tags=["broker"], responses=_FAILURES)


class BrokerDesk(msgspec.Struct, frozen=True, kw_only=True):
    """The values of the routes; `alive` returns whether the crawler runs, `now` the ms since the Unix epoch.

    `list_in_use` returns the version and the end of the participant list, `list_warning` what somebody has to do.
    """

    record: BrokerStore
    crawler: Crawler
    authenticate: Authenticate
    use: Use
    now: Callable[[], int]
    alive: Callable[[], bool]
    rates: CallerRates | None = None
    open: bool = False
    list_in_use: Callable[[], ListInUse | None] = lambda: None
    list_warning: Callable[[], str | None] = lambda: None


def make_broker_app(
    record: BrokerStore,
    crawler: Crawler,
    authenticate: Authenticate,
    use: Use,
    *,
    now: Callable[[], int],
    alive: Callable[[], bool] = lambda: True,
    rates: CallerRates | None = None,
    open: bool = False,
    list_in_use: Callable[[], ListInUse | None] = lambda: None,
    list_warning: Callable[[], str | None] = lambda: None,
) -> FastAPI:
    """Build the application.

    `authenticate` verifies an Authorization header (raises Unauthenticated or AuthenticationUnavailable), `use`
    commits the replay key of its token (raises Replayed) before the request is processed. With `open`, whoever sends no
    token may read, as often as an address may that proves nothing.
    """
    app = FastAPI(
        title="Datenkontor broker API",
        description="Search the offers of all participants of a data space.",
        version="1",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation,
    )
    app.state.desk = BrokerDesk(
        record=record,
        crawler=crawler,
        authenticate=authenticate,
        use=use,
        now=now,
        alive=alive,
        rates=rates,
        open=open,
        list_in_use=list_in_use,
        list_warning=list_warning,
    )
    errors.install(app)
    app.include_router(public)
    app.include_router(router)
    return app


def _desk(request: Request) -> BrokerDesk:
    desk: BrokerDesk = request.app.state.desk
    return desk


AtBroker = Annotated[BrokerDesk, Depends(_desk)]


async def _caller(request: Request, desk: AtBroker, authorization: Authorization = None) -> Caller:
    rates, address = desk.rates, find_address(request, desk)
    if rates is not None and (wait := rates.find_wait(address)):
        raise ApiError(429, "too-many", WAITING, retry_after_s=wait)
    try:
        caller = await desk.authenticate(authorization)
        if rates is not None and (wait := rates.admit_peer(caller.participant)):
            raise ApiError(429, "too-many", WAITING, retry_after_s=wait)
        await desk.use(caller)
    except AuthenticationUnavailable:
        reason = "Authentication is unavailable: try again later."
        raise ApiError(503, "busy", reason, retry_after_s=UNAVAILABLE_S) from None
    except Unauthenticated:
        if rates is not None:
            rates.note_failure(address)
        reason = "The request is not authenticated: send a new token for this broker."
        raise ApiError(401, "unauthenticated", reason) from None
    except Replayed:
        raise ApiError(401, "replayed", "The token was already used: send a new token with each request.") from None
    return caller


def find_address(request: Request, desk: BrokerDesk) -> str:
    """Return the address that a request is counted for, or nothing if none is known."""
    host = request.client.host if request.client else ""
    return host if desk.rates is None else desk.rates.name_caller(host, request.headers)


async def _reader(request: Request, desk: AtBroker, authorization: Authorization = None) -> Caller | None:
    if not desk.open or authorization is not None:
        return await _caller(request, desk, authorization)
    if desk.rates is not None and (wait := desk.rates.admit_unknown(find_address(request, desk))):
        raise ApiError(429, "too-many", WAITING, retry_after_s=wait)
    return None


Known = Annotated[Caller | None, Depends(_reader)]
"""Who may read: a member, or, at an open broker, anybody (None)."""


def _shown(example: Any) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {"application/json": {"example": example}}}}


def _json(document: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(document), status, media_type="application/json")


@router.get("/search", responses=_shown({"items": [_ENTRY | {"score": 3.1}], "total": 1, "next": None}))
async def search_offers(
    desk: AtBroker,
    caller: Known,  # noqa: ARG001 - only a known caller may search
    q: Annotated[
        str,
        Query(max_length=1000, description="Words of the result; case and umlauts do not matter."),
    ] = "",
    publisher: FilterQuery = None,
    theme: FilterQuery = None,
    keyword: FilterQuery = None,
    lang: LanguageQuery = None,
    limit: Annotated[int, Query(ge=1, le=500, description=f"Maximum number of results, at most {search.LIMIT}.")] = 20,
    offset: Annotated[int, Query(ge=0, le=search.OFFSET)] = 0,
    stale: Annotated[bool, Query(description="Include offers that were not verified for a day.")] = False,
) -> Response:
    """Search the offers of all participants, best first."""
    asked = search.make_query(
        q, publisher=publisher, theme=theme, keyword=keyword, limit=limit, offset=offset, stale=stale
    )
    hits, total = await desk.record.search(asked)
    return _json(search.render_results(hits, total, asked, lang=lang, now=desk.now()))


@router.get("/datasets", responses=_shown(_ENTRY | {"dataset": _DATASET}))
async def read_dataset(
    desk: AtBroker,
    caller: Known,  # noqa: ARG001 - only a known caller may read
    participant: Annotated[str, Query(max_length=LONGEST_IDENTIFIER)],
    dataset: Annotated[str, Query(max_length=LONGEST_IDENTIFIER)],
    lang: LanguageQuery = None,
) -> Response:
    """Show one dataset as its provider sent it."""
    entry = await desk.record.entry(participant, dataset)
    if entry is None:
        raise ApiError(404, "no-dataset", "Unknown dataset of this participant: search for its identifier.")
    source = await desk.record.source(participant)
    return _json(search.render_dataset(entry, source, lang=lang, now=desk.now()))


@router.get("/sources", responses=_shown({"items": [_SOURCE]}))
async def list_sources(
    desk: AtBroker,
    caller: Known,  # noqa: ARG001 - only a known caller may list
) -> Response:
    """List the participants whose catalogues are crawled, with the state of the crawl."""
    sources = sorted(await desk.record.sources(), key=lambda source: source.participant)
    return _json({"items": [search.render_source(source) for source in sources]})


@router.get("/changes", responses=_shown({"items": [_CHANGE], "next": 41}))
async def list_changes(
    desk: AtBroker,
    caller: Known,  # noqa: ARG001 - only a known caller may follow
    after: Annotated[int, Query(ge=0, le=2**53, description="The `next` of the previous answer.")] = 0,
    limit: Annotated[int, Query(ge=1, le=CHANGES)] = CHANGES,
) -> Response:
    """List the datasets that changed after a change number, removed ones too, in the order of change."""
    entries = await desk.record.changes(after, limit)
    following = entries[-1].seq if entries else after
    return _json({"items": [search.render_change(entry) for entry in entries], "next": following})


@router.post("/nudge", status_code=202, responses={202: {"content": {"application/json": {"example": {}}}}})
async def nudge(desk: AtBroker, caller: Annotated[Caller, Depends(_caller)]) -> Response:
    """Send a change notice: the catalogue of the caller is crawled next. The body of the request is ignored."""
    if not desk.crawler.nudge(caller.participant):
        reason = "Your catalogue is not crawled: the participant list has no address for you."
        raise ApiError(404, "no-source", reason)
    return _json({}, 202)


@public.get("/health", responses=_shown({"status": "ok"}))
async def health() -> Response:
    """Show that the process answers."""
    return _json({"status": "ok"})


@public.get("/ready", responses=_shown({"ready": True, "checks": {"record": "ok", "crawler": "ok"}}))
async def ready(desk: AtBroker) -> Response:
    """Show whether the broker can work; the status is 503 if it cannot."""
    checks = {"record": "ok", "crawler": "ok"}
    try:
        async with asyncio.timeout(PATIENCE_S):
            await desk.record.source("")
    except StoreDamaged:
        checks["record"] = "The database is damaged: stop the process, and restore a backup."
    except (StoreError, TimeoutError):
        checks["record"] = "The record cannot be read."
    if not desk.alive():
        checks["crawler"] = "The crawler does not run."
    well = all(found == "ok" for found in checks.values())
    warning = desk.list_warning()
    found = ReadinessView(
        ready=well,
        checks=checks,
        warnings={"participant list": warning} if warning else {},
        participant_list=show_list(desk.list_in_use(), desk.now()),
    )
    return _json(msgspec.to_builtins(found), 200 if well else 503)


def _operation(route: APIRoute) -> str:
    return route.name
