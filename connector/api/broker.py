"""The API of the broker for participants: search, sources, changes and change notices.

Each caller authenticates with a token, which is valid once.

Errors have the one form of the management API: `{"error": {"code": …, "reason": …}}`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, FastAPI, Header, Query, Request, Response
from fastapi.middleware.cors import CORSMiddleware

from connector.api.frame import errors
from connector.api.frame.desk import show_list
from connector.api.frame.errors import ApiError
from connector.api.frame.heads import Heads
from connector.api.frame.models import answer_model
from connector.api.frame.search_parameters import SearchParameters, describe_parameters, read_parameters
from connector.api.frame.shares import ShareGate, take_share
from connector.api.frame.turns import Turns
from connector.broker import finding, search
from connector.broker.crawler import Crawler
from connector.broker.projector import Projector
from connector.broker.query import Asked, QueryRefused, make_query
from connector.broker.visibility.callers import Visibility
from connector.net.aside import work_aside
from connector.net.serving.rates import CallerRates
from connector.net.slots import CallerShares
from connector.ports.broker_store import BrokerStore, RecordView
from connector.ports.identity import AuthenticationUnavailable, Caller, ListInUse, Unauthenticated
from connector.ports.search_index import Facet, SearchIndex, SearchUnavailable
from connector.ports.store_errors import Replayed, StoreDamaged, StoreError, Unavailable
from connector.views.common import LONGEST_IDENTIFIER, ErrorView
from connector.views.health import ReadinessView

log = logging.getLogger(__name__)

Authenticate = Callable[[str | None], Awaitable[Caller]]
Use = Callable[[Caller], Awaitable[None]]
NoteSearch = Callable[[str, int, str | None], None]

WAITING = "Too many requests: try again later."
PATIENCE_S = 2.0
UNAVAILABLE_S = 60
RETRY_S = 2
CHANGES = 100
# An address has 8 KiB; a position of all classes that a record may have is shorter than this.
LONGEST_POSITION = 7600

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
    "teaser": False,
    "via": None,
    "liveness": "ONLINE",
    "verified_at": "2026-03-01T08:00:00.000Z",
    "stale": False,
}
_RESULT = _ENTRY | {
    "score": 3.1,
    "terms_in_words": {"de": "Nutzen erlaubt."},
    "matches": [{"field": "title", "language": "de", "text": "Baustellen", "marks": [[0, 10]]}],
    "licences": ["http://dcat-ap.de/def/licenses/dl-by-de/2.0"],
    "languages": ["de"],
    "data_formats": ["GEOJSON"],
    "frequency": "DAILY",
    "access_rights": "PUBLIC",
    "data_class": "open",
    "places": ["Musterstadt"],
    "boxes": [[7.0, 51.0, 7.5, 51.6]],
    "begins": "2026-01-01T00:00:00.000Z",
    "ends": None,
    "issued": None,
    "modified": "2026-03-01T08:00:00.000Z",
    "prices": ["free"],
    "also_at": [],
    "also_offered": [],
    "contradicted": [],
    "test": False,
    "self_description": None,
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

PositionQuery = Annotated[
    str | None, Query(max_length=LONGEST_POSITION, description="The `next` of the previous answer.")
]
LanguageQuery = Annotated[str | None, Query(max_length=35, description="Only texts in this language, if present.")]
TestsQuery = Annotated[bool, Query(description="Include offers that the operator has marked as tests.")]
Authorization = Annotated[str | None, Header(description="Token of the participant for this broker.")]

public = APIRouter(tags=["health"])
router = APIRouter(prefix="/v1", tags=["broker"], responses=_FAILURES)


class BrokerDesk(msgspec.Struct, frozen=True, kw_only=True):
    """The values of the routes; `alive` returns whether the crawler runs, `now` the ms since the Unix epoch.

    `list_in_use` returns the version and the end of the participant list, `list_warnings` what somebody has to do.
    """

    record: BrokerStore
    visibility: Visibility
    index: SearchIndex
    projector: Projector
    crawler: Crawler
    authenticate: Authenticate
    use: Use
    now: Callable[[], int]
    alive: Callable[[], bool]
    participant: str
    rates: CallerRates | None = None
    open: bool = False
    list_in_use: Callable[[], ListInUse | None] = lambda: None
    list_warnings: Callable[[], Mapping[str, str]] = dict
    note_search: NoteSearch = lambda *_: None


def make_broker_app(
    record: BrokerStore,
    index: SearchIndex,
    projector: Projector,
    crawler: Crawler,
    authenticate: Authenticate,
    use: Use,
    *,
    visibility: Visibility,
    participant: str,
    now: Callable[[], int],
    alive: Callable[[], bool] = lambda: True,
    rates: CallerRates | None = None,
    shares: CallerShares | None = None,
    open: bool = False,
    list_in_use: Callable[[], ListInUse | None] = lambda: None,
    list_warnings: Callable[[], Mapping[str, str]] = dict,
    note_search: NoteSearch = lambda *_: None,
) -> FastAPI:
    """Build the application.

    `authenticate` verifies an Authorization header (raises Unauthenticated or AuthenticationUnavailable), `use`
    commits the replay key of its token (raises Replayed) before the request is processed. `visibility` opens what a
    caller sees of the record. `participant` is the broker: its own token alone lets the search index be built anew.
    With `open`, whoever sends no token may read, as often as an address may that proves nothing. `shares` are those of
    all callers. `note_search` is told the words of each search, the number of its results, and its caller, if known.
    """
    app = FastAPI(
        title="Datenkontor broker API",
        description="Search the offers of all participants of a data space.",
        version="1",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.desk = BrokerDesk(
        record=record,
        visibility=visibility,
        index=index,
        projector=projector,
        crawler=crawler,
        participant=participant,
        authenticate=authenticate,
        use=use,
        now=now,
        alive=alive,
        rates=rates,
        open=open,
        list_in_use=list_in_use,
        list_warnings=list_warnings,
        note_search=note_search,
    )
    errors.install(app)
    app.add_middleware(Heads)
    app.add_middleware(ShareGate, shares=shares or CallerShares())
    app.add_middleware(Turns, first=("/health", "/ready"))
    if open:
        # What everybody reads, the scripts of every site read too; none of them can send a token.
        app.add_middleware(
            CORSMiddleware,
            allow_origins=("*",),
            allow_methods=("GET", "HEAD", "POST"),
            allow_headers=("Accept", "Content-Type", "If-None-Match"),
            expose_headers=("ETag", "Link", "Retry-After"),
            max_age=86_400,
        )
    app.include_router(public)
    app.include_router(router)
    return app


async def _desk(request: Request) -> BrokerDesk:
    desk: BrokerDesk = request.app.state.desk
    return desk


AtBroker = Annotated[BrokerDesk, Depends(_desk)]


async def _prove(request: Request, desk: BrokerDesk) -> Caller:
    """Return the participant that a token proves; the token is used then. Raises ApiError."""
    rates, address, said = desk.rates, find_address(request, desk), ""
    if rates is not None and (wait := rates.find_wait(address)):
        raise ApiError(429, "too-many", WAITING, retry_after_s=wait)
    try:
        caller = await desk.authenticate(request.headers.get("authorization"))
        said = caller.participant
        if rates is not None and (wait := rates.admit_peer(caller.participant)):
            raise ApiError(429, "too-many", WAITING, retry_after_s=wait)
        await desk.use(caller)
    except AuthenticationUnavailable as fault:
        log.warning("authentication is unavailable: %s", fault.reason, extra={"caller": fault.caller})
        reason = "Authentication is unavailable: try again later."
        raise ApiError(503, "busy", reason, retry_after_s=UNAVAILABLE_S) from None
    except (Unauthenticated, Replayed) as fault:
        if rates is not None:
            rates.note_failure(address)
        said = fault.caller if isinstance(fault, Unauthenticated) else said
        log.info("request to the broker not authenticated: %s", fault, extra={"caller": said})
        reason = "The request is not authenticated: send a new token for this broker."
        raise ApiError(401, "unauthenticated", reason) from None
    return caller


def find_address(request: Request, desk: BrokerDesk) -> str:
    """Return the address that a request is counted for, or nothing if none is known."""
    host = request.client.host if request.client else ""
    return host if desk.rates is None else desk.rates.name_caller(host, request.headers)


class _Proof:
    """Who calls: a participant that proves it, or with `readers` everybody who may read. A token is used once."""

    def __init__(self, *, readers: bool) -> None:
        self._readers = readers

    async def __call__(
        self,
        request: Request,
        authorization: Authorization = None,  # noqa: ARG002 - the OpenAPI document names it
    ) -> Caller | None:
        """Return the caller; None for a reader of an open broker without a token. Raises ApiError."""
        return await self.check_caller(request)

    async def check_caller(self, request: Request) -> Caller | None:
        """Return the caller, who is found once for a request. Raises ApiError."""
        found: dict[_Proof, Caller | None] = request.scope.setdefault("datenkontor.callers", {})
        if self not in found:
            desk: BrokerDesk = request.app.state.desk
            caller = found[self] = await self._find(request, desk)
            if not await take_share(request, caller.participant if caller else find_address(request, desk)):
                raise ApiError(429, "too-many", WAITING, retry_after_s=RETRY_S)
        return found[self]

    async def _find(self, request: Request, desk: BrokerDesk) -> Caller | None:
        if not self._readers or not desk.open or "authorization" in request.headers:
            return await _prove(request, desk)
        if desk.rates is not None and (wait := desk.rates.admit_unknown(find_address(request, desk))):
            raise ApiError(429, "too-many", WAITING, retry_after_s=wait)
        return None


_caller, _reader = _Proof(readers=False), _Proof(readers=True)

KnownCaller = Annotated[Caller, Depends(_caller)]
"""A participant that has proved who it is, also at an open broker."""

Known = Annotated[Caller | None, Depends(_reader)]
"""Who may read: a member, or, at an open broker, anybody (None)."""


async def _see(desk: AtBroker, caller: Known) -> RecordView:
    return await desk.visibility.open_view(caller)


async def _see_with_tests(desk: AtBroker, caller: Known, tests: TestsQuery = False) -> RecordView:
    return await desk.visibility.open_view(caller, tests=tests)


Seen = Annotated[RecordView, Depends(_see)]
"""What the caller sees of the record: all that a route may answer from."""

SeenWithTests = Annotated[RecordView, Depends(_see_with_tests)]
"""What the caller sees, with what is marked as a test if it asks for tests."""


def read_search(given: SearchParameters) -> Asked:
    """Return the search that parameters ask for. Raises ApiError."""
    try:
        return make_query(
            given.q,
            filters={facet: getattr(given, facet) for facet in Facet},
            bbox=given.bbox,
            near=given.near,
            since=given.since,
            until=given.until,
            like=(given.like_of or "", given.like) if given.like else None,
            sort=given.sort,
            limit=given.limit,
            offset=given.offset,
            stale=given.stale,
            tests=given.tests,
            facets=given.facets,
        )
    except QueryRefused as refusal:
        raise _refuse(refusal) from None


async def _read_asked(given: Annotated[SearchParameters, Depends(read_parameters)]) -> Asked:
    # The dependencies here are coroutines: FastAPI runs a plain function on a thread, which costs more than it does.
    return read_search(given)


def _refuse(refusal: QueryRefused) -> ApiError:
    return ApiError(422, "query", str(refusal))


def _shown(example: Any) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {"application/json": {"example": example}}}}


def _json(document: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(document), status, media_type="application/json")


@router.get(
    "/search",
    responses=_shown({"items": [_RESULT], "total": 1, "next": None, "corrected": False, "apart": []}),
    openapi_extra={"parameters": describe_parameters()},
)
async def search_offers(
    desk: AtBroker,
    caller: Known,
    asked: Annotated[Asked, Depends(_read_asked)],
    lang: LanguageQuery = None,
) -> Response:
    """Search the offers of all participants, best first."""
    view = await desk.visibility.open_view(caller, tests=asked.query.tests)
    try:
        found = await finding.find(view, desk.index, asked, desk.now())
    except QueryRefused as refusal:
        raise _refuse(refusal) from None
    except Unavailable as fault:
        raise _find_unavailable(desk, fault) from None
    if asked.query.offset == 0:
        desk.note_search(asked.query.text, found.total, caller.participant if caller else None)
    size = sum(len(hit.entry.document) for hit in found.hits)
    return _json(await work_aside(size, partial(_render, desk, found, asked, lang)))


def _find_unavailable(desk: BrokerDesk, fault: Unavailable) -> Exception:
    """Return the answer if the index cannot; one that was found damaged is built anew."""
    desk.projector.wake()
    if isinstance(fault, SearchUnavailable):
        return ApiError(503, "search", str(fault), retry_after_s=RETRY_S)
    return fault


def _render(desk: BrokerDesk, found: finding.Results, asked: Asked, lang: str | None) -> dict[str, Any]:
    explain = partial(desk.index.explain, asked.query.text, corrected=found.corrected, apart=found.apart)
    return search.render_results(found, asked, explain, lang=lang, now=desk.now())


@router.get("/suggest", responses=_shown({"items": [{"text": "Baustellen", "count": 12}]}))
async def suggest(
    desk: AtBroker,
    view: Seen,
    q: Annotated[str, Query(max_length=200, description="The beginning of a word, keyword or title.")],
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> Response:
    """Suggest words, keywords and titles that begin with a text of at least two letters, the most frequent first."""
    try:
        found = await finding.suggest(view, desk.index, q, desk.now(), limit)
    except Unavailable as fault:
        raise _find_unavailable(desk, fault) from None
    return _json(search.render_suggestions(found))


@router.post("/reindex", status_code=202, responses={202: {"content": {"application/json": {"example": {}}}}})
async def reindex(desk: AtBroker, caller: KnownCaller) -> Response:
    """Build the search index anew, while the present one answers. Only the broker itself may ask for it."""
    if caller.participant != desk.participant:
        raise ApiError(403, "not-allowed", "Only the operator of the broker may build its search index anew.")
    desk.projector.request_rebuild()
    return _json({}, 202)


@router.get("/datasets", responses=_shown(_ENTRY | {"dataset": _DATASET}))
async def read_dataset(
    desk: AtBroker,
    view: SeenWithTests,
    participant: Annotated[str, Query(max_length=LONGEST_IDENTIFIER)],
    dataset: Annotated[str, Query(max_length=LONGEST_IDENTIFIER)],
    lang: LanguageQuery = None,
) -> Response:
    """Show one dataset as its provider sent it."""
    entry = await view.entry(participant, dataset)
    if entry is None:
        raise ApiError(404, "no-dataset", "Unknown dataset of this participant: search for its identifier.")
    source = await view.source(participant)
    return _json(search.render_dataset(entry, source, lang=lang, now=desk.now()))


@router.get("/sources", responses=_shown({"items": [_SOURCE]}))
async def list_sources(
    view: Seen,
) -> Response:
    """List the participants whose catalogues are crawled, with the state of the crawl."""
    sources = sorted(await view.sources(), key=lambda source: source.participant)
    return _json({"items": [search.render_source(source) for source in sources]})


@router.get("/changes", responses=_shown({"items": [_CHANGE], "next": "41"}))
async def list_changes(
    view: SeenWithTests,
    after: PositionQuery = None,
    limit: Annotated[int, Query(ge=1, le=CHANGES)] = CHANGES,
) -> Response:
    """List the datasets that changed after a position, removed ones too, in the order of change."""
    try:
        entries, following = await view.changes(after, limit)
    except ValueError as fault:
        raise ApiError(400, "position", str(fault)) from None
    return _json({"items": [search.render_change(entry) for entry in entries], "next": following})


@router.post("/nudge", status_code=202, responses={202: {"content": {"application/json": {"example": {}}}}})
async def nudge(desk: AtBroker, caller: KnownCaller) -> Response:
    """Send a change notice: the catalogue of the caller is crawled next. The body of the request is ignored."""
    if not desk.crawler.nudge(caller.participant):
        reason = "Your catalogue is not crawled: the participant list has no address for you."
        raise ApiError(404, "no-source", reason)
    return _json({}, 202)


@public.get("/health", responses=_shown({"status": "ok"}))
async def health() -> Response:
    """Show that the process answers."""
    return _json({"status": "ok"})


@public.get("/ready", responses=_shown({"ready": True, "checks": {"record": "ok", "crawler": "ok", "search": "ok"}}))
async def ready(desk: AtBroker) -> Response:
    """Show whether the broker can work; the status is 503 if it cannot."""
    checks = {"record": "ok", "crawler": "ok", "search": "ok"}
    try:
        async with asyncio.timeout(PATIENCE_S):
            await desk.record.source("")
    except StoreDamaged:
        checks["record"] = "The database is damaged: stop the process, and restore a backup."
    except (StoreError, TimeoutError):
        checks["record"] = "The record cannot be read."
    if not desk.alive():
        checks["crawler"] = "The crawler does not run."
    if not desk.index.progress().answers:
        checks["search"] = "The search index is being built."
    well = all(found == "ok" for found in checks.values())
    found = ReadinessView(
        ready=well,
        checks=checks,
        warnings=dict(desk.list_warnings()),
        participant_list=show_list(desk.list_in_use(), desk.now()),
    )
    return _json(msgspec.to_builtins(found), 200 if well else 503)
