"""Endpoints for the sources of a broker: list, show, register, suspend, remove, crawl."""

from typing import Annotated

from fastapi import Query, Request

from connector.api.frame.auth import require_admin
from connector.api.frame.chapter import ChapterRouter
from connector.api.frame.desk import AfterQuery, LimitQuery, WaitQuery, wait
from connector.api.frame.errors import ApiError
from connector.api.operating.desk import AtOperator, OperatorDesk, do, find_key, find_source, view_mark
from connector.broker import schedule
from connector.broker.operating import acts
from connector.broker.operating.sources import (
    SourceChoice,
    choose_sources,
    count_crawls,
    count_states,
    enter_source,
    find_kind,
)
from connector.ports.broker_store import CrawlSource, Listing, Liveness
from connector.ports.moderation import Act, MarkKind, ModerationChange
from connector.views.common import Page, ReasonOrder
from connector.views.conversion import moment, to_view
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
    UnreadableView,
)

router = ChapterRouter(tags=["sources"])

_TextQuery = Annotated[str, Query(alias="q", max_length=200, description="Words in name, identifier or address.")]
_SinceQuery = Annotated[int, Query(ge=0, le=2**53, description="The `at` of the order, in ms since the Unix epoch.")]
_PARTICIPANT = "{participant:path}"

MOST_REGISTERED = 1000
"""The most sources that are registered by hand."""


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
    marks = await desk.record.source_marks()
    choice = SourceChoice(kind=kind, state=state, mark=mark, text=text, failing=failing)
    chosen = choose_sources(await desk.record.sources(), marks, choice)
    rest = [source for source in chosen if after is None or source.participant > after]
    items = tuple(_view(source, marks.get(source.participant, frozenset())) for source in rest[:limit])
    return Page(items=items, next=items[-1].participant if len(rest) > limit else None)


@router.post("/sources", status_code=201)
async def register_source(desk: AtOperator, request: Request, order: SourceOrder) -> ActedView:
    """Register a source by hand, or again after a removal: a portal, or a participant that the list does not have."""
    require_admin(request)
    return await do(desk, _register(desk, order, find_key(request)))


@router.get(f"/sources/{_PARTICIPANT}/crawl")
async def await_crawl(desk: AtOperator, participant: str, since: _SinceQuery, timeout: WaitQuery = 0) -> CrawlView:  # noqa: ASYNC109 - it limits the wait, not the call
    """Wait until a crawl of a source has ended that began at a time or later."""
    found = await _find(desk, participant)

    async def read() -> CrawlView:
        source = await _find(desk, found.participant)
        began = desk.crawler.find_last_crawl(source.participant)
        marks = (await desk.record.source_marks()).get(source.participant, frozenset())
        return CrawlView(done=began is not None and began >= since, source=_view(source, marks))

    return await wait(desk.crawls, found.participant, timeout, read, lambda view: view.done)


@router.get(f"/sources/{_PARTICIPANT}")
async def show_source(desk: AtOperator, participant: str) -> SourceDetailView:
    """Show a source with its marks, its crawls, and what could not be read."""
    source = await _find(desk, participant)
    marks = await desk.record.marks(source.participant, None)
    succeeded, failed = count_crawls(source)
    began = desk.crawler.find_last_crawl(source.participant)
    return SourceDetailView(
        source=_view(source, frozenset(mark.kind for mark in marks)),
        marks=tuple(view_mark(mark) for mark in marks),
        interval_seconds=source.interval / 1000,
        crawls_succeeded=succeeded,
        crawls_failed=failed,
        unreadable=tuple(UnreadableView(dataset=one.id, reason=one.reason) for one in source.unreadable),
        crawl_began_at=None if began is None else moment(began),
    )


@router.post(f"/sources/{_PARTICIPANT}/suspend")
async def suspend_source(desk: AtOperator, request: Request, participant: str, why: ReasonOrder) -> ActedView:
    """Suspend a source: it is not crawled, and its offers are shown to nobody, until it is resumed."""
    return await do(desk, _mark(desk, participant, MarkKind.SUSPENDED, find_key(request), why.reason))


@router.post(f"/sources/{_PARTICIPANT}/resume")
async def resume_source(desk: AtOperator, request: Request, participant: str) -> ActedView:
    """Resume a suspended source: its offers come back without a crawl."""
    return await do(desk, _mark(desk, participant, MarkKind.SUSPENDED, find_key(request), None))


@router.post(f"/sources/{_PARTICIPANT}/remove")
async def remove_source(desk: AtOperator, request: Request, participant: str, why: ReasonOrder) -> ActedView:
    """Remove a source: its offers become tombstones, which feeds tell, until it is registered again and crawled."""
    require_admin(request)
    return await do(desk, _mark(desk, participant, MarkKind.REMOVED, find_key(request), why.reason))


@router.post("/crawls", status_code=202)
async def crawl_now(desk: AtOperator, order: CrawlOrder) -> CrawlsView:
    """Crawl sources now: those named, and with `failing` all whose last crawl failed."""
    sources = await desk.record.sources()
    named = [(await _find(desk, name)).participant for name in order.participants]
    failing = [source.participant for source in sources if order.failing and source.failures]
    at = desk.now()
    outcome = {name: desk.crawler.request_crawl(name) for name in dict.fromkeys([*named, *failing])}
    return CrawlsView(
        at=moment(at),
        asked=tuple(name for name, asked in outcome.items() if asked),
        refused=tuple(name for name, asked in outcome.items() if not asked),
    )


@router.get("/status")
async def show_status(desk: AtOperator) -> BrokerStatusView:
    """Show the broker on one screen: sources by state, entries, index, last change, crawls."""
    sources = await desk.record.sources()
    marks = [kind for kinds in (await desk.record.source_marks()).values() for kind in kinds]
    whole = desk.record.view(known.number for known in await desk.record.classes() if not known.reduced)
    shown = (await whole.list_entries(Listing(limit=0)))[1]
    tests, withheld = await desk.record.count_held()
    progress = desk.index.progress()
    active, due = desk.crawler.count_active()
    return BrokerStatusView(
        sources=count_states(sources),
        marks={kind.value: marks.count(kind) for kind in MarkKind if kind in marks},
        entries=shown,
        withheld=withheld,
        tests=tests,
        last_change=await desk.record.last_change(),
        index_at=progress.served,
        building_at=progress.built,
        active=active,
        due=due,
    )


@router.post("/reindex", status_code=202)
async def rebuild_index(desk: AtOperator) -> BrokerStatusView:
    """Build the search index anew, while the present one answers."""
    desk.projector.request_rebuild()
    return await show_status(desk)


async def _find(desk: OperatorDesk, name: str) -> CrawlSource:
    source = await find_source(desk, name)
    if source is None:
        raise ApiError(404, "no-source", acts.UNKNOWN_SOURCE)
    return source


async def _mark(desk: OperatorDesk, name: str, kind: MarkKind, by: str, reason: str | None) -> Act | None:
    """Set a mark of a source with a reason, or take it away without one."""
    source = await _find(desk, name)
    return await _set_mark(desk, source.participant, kind, by, reason)


async def _set_mark(desk: OperatorDesk, participant: str, kind: MarkKind, by: str, reason: str | None) -> Act | None:
    change = ModerationChange(participant=participant, kind=kind, wanted=reason is not None, reason=reason or "", by=by)
    return await acts.moderate(desk.record, change, desk.now())


async def _register(desk: OperatorDesk, order: SourceOrder, by: str) -> Act | None:
    try:
        source = enter_source(order)
    except ValueError as wrong:
        raise ApiError(422, "invalid", str(wrong)) from None
    participant, marks = source.participant, await desk.record.source_marks()
    removed = MarkKind.REMOVED in marks.get(participant, ())
    listed = desk.crawler.is_listed(participant)
    configured = desk.crawler.is_configured(participant)
    if listed and not removed:
        reason = "The participant list has this participant with an address: it is crawled already."
        raise acts.ActRefused("listed", reason)
    if configured and not removed:
        reason = "The portal stands in the settings (`broker.portals`): it is read already."
        raise acts.ActRefused("configured", reason)
    registered = [name for name, kinds in marks.items() if MarkKind.REGISTERED in kinds and name != participant]
    if len(registered) >= MOST_REGISTERED:
        reason = f"{MOST_REGISTERED} sources are registered by hand, the most that a broker takes: remove one first."
        raise acts.ActRefused("too-many", reason)
    done = await _set_mark(desk, participant, MarkKind.REMOVED, by, None) if removed else None
    if not listed and not configured:
        done = await _set_mark(desk, participant, MarkKind.REGISTERED, by, source.address) or done
        await desk.crawler.put_source(source)
    return done


def _view(source: CrawlSource, marks: frozenset[MarkKind]) -> SourceView:
    lasting = source.next_at < schedule.NEVER and MarkKind.SUSPENDED not in marks
    return to_view(
        SourceView,
        source,
        kind=find_kind(source),
        configured=source.portal is not None and source.portal.configured,
        state=source.liveness.value,
        marks=tuple(kind.value for kind in MarkKind if kind in marks),
        next_at=moment(source.next_at) if lasting else None,
    )
