"""Endpoints for the sources of a broker: list, show, register, suspend, remove, crawl."""

from typing import Annotated

from fastapi import Query, Request

from connector.api.frame.auth import require_admin
from connector.api.frame.chapter import ChapterRouter
from connector.api.frame.desk import AfterQuery, LimitQuery, WaitQuery, wait
from connector.api.frame.errors import ApiError
from connector.api.operating.desk import AtOperator, answering_refusals, do, find_key
from connector.broker.operating.sources import SourceChoice
from connector.desk.operating import sources
from connector.desk.operating.sources import mark_source, require_source, view_source
from connector.desk.operating.values import OperatorDesk
from connector.ports.broker_store import Liveness
from connector.ports.moderation import Act, MarkKind
from connector.views.common import Page, ReasonOrder
from connector.views.moderation import ActedView
from connector.views.sources import (
    BrokerStatusView,
    CrawlOrder,
    CrawlsView,
    CrawlView,
    SourceDetailView,
    SourceKind,
    SourceOrder,
    SourceView,
)

router = ChapterRouter(tags=["sources"])

_TextQuery = Annotated[str, Query(alias="q", max_length=200, description="Words in name, identifier or address.")]
_SinceQuery = Annotated[int, Query(ge=0, le=2**53, description="The `at` of the order, in ms since the Unix epoch.")]
_PARTICIPANT = "{participant:path}"


@router.get("/sources")
async def list_all_sources(
    desk: AtOperator,
    kind: Annotated[SourceKind | None, Query(description="Only sources of this kind.")] = None,
    state: Annotated[Liveness | None, Query(description="Only sources in this state.")] = None,
    mark: Annotated[MarkKind | None, Query(description="Only sources with this mark.")] = None,
    text: _TextQuery = "",
    failing: Annotated[bool, Query(description="Only sources whose last crawl failed.")] = False,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[SourceView]:
    """List the sources, ordered by identifier."""
    choice = SourceChoice(kind=kind, state=state, mark=mark, text=text, failing=failing)
    items, following = await sources.list_sources(desk, choice, after, limit)
    return Page(items=items, next=following)


@router.post("/sources", status_code=201)
async def register_source(desk: AtOperator, request: Request, order: SourceOrder) -> ActedView:
    """Register a source by hand, or again after a removal: a portal, or a participant that the list does not have."""
    require_admin(request)
    return await do(desk, _register(desk, order, find_key(request)))


@router.get(f"/sources/{_PARTICIPANT}/crawl")
async def await_crawl(desk: AtOperator, participant: str, since: _SinceQuery, timeout: WaitQuery = 0) -> CrawlView:  # noqa: ASYNC109 - it limits the wait, not the call
    """Wait until a crawl of a source has ended that began at a time or later."""
    with answering_refusals():
        found = await require_source(desk, participant)

    async def read() -> CrawlView:
        source = await require_source(desk, found.participant)
        began = desk.crawler.find_last_crawl(source.participant)
        marks = (await desk.record.source_marks()).get(source.participant, frozenset())
        return CrawlView(done=began is not None and began >= since, source=view_source(source, marks))

    return await wait(desk.crawls, found.participant, timeout, read, lambda view: view.done)


@router.get(f"/sources/{_PARTICIPANT}")
async def show_source(desk: AtOperator, participant: str) -> SourceDetailView:
    """Show a source with its marks, its crawls, and what could not be read."""
    with answering_refusals():
        return await sources.show_source(desk, participant)


@router.post(f"/sources/{_PARTICIPANT}/suspend")
async def suspend_source(desk: AtOperator, request: Request, participant: str, why: ReasonOrder) -> ActedView:
    """Suspend a source: it is not crawled, and its offers are shown to nobody, until it is resumed."""
    return await do(desk, mark_source(desk, participant, MarkKind.SUSPENDED, find_key(request), why.reason))


@router.post(f"/sources/{_PARTICIPANT}/resume")
async def resume_source(desk: AtOperator, request: Request, participant: str) -> ActedView:
    """Resume a suspended source: its offers come back without a crawl."""
    return await do(desk, mark_source(desk, participant, MarkKind.SUSPENDED, find_key(request), None))


@router.post(f"/sources/{_PARTICIPANT}/remove")
async def remove_source(desk: AtOperator, request: Request, participant: str, why: ReasonOrder) -> ActedView:
    """Remove a source: its offers become tombstones, which feeds tell, until it is registered again and crawled."""
    require_admin(request)
    return await do(desk, mark_source(desk, participant, MarkKind.REMOVED, find_key(request), why.reason))


@router.post("/crawls", status_code=202)
async def crawl_now(desk: AtOperator, order: CrawlOrder) -> CrawlsView:
    """Crawl sources now: those named, and with `failing` all whose last crawl failed."""
    with answering_refusals():
        return await sources.crawl_now(desk, order)


@router.get("/status")
async def show_status(desk: AtOperator) -> BrokerStatusView:
    """Show the broker on one screen: sources by state, entries, index, last change, crawls."""
    return await sources.show_status(desk)


@router.post("/reindex", status_code=202)
async def rebuild_index(desk: AtOperator) -> BrokerStatusView:
    """Build the search index anew, while the present one answers."""
    desk.projector.request_rebuild()
    return await sources.show_status(desk)


async def _register(desk: OperatorDesk, order: SourceOrder, by: str) -> Act | None:
    try:
        return await sources.register_source(desk, order, by)
    except ValueError as wrong:
        raise ApiError(422, "invalid", str(wrong)) from None
