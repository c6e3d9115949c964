"""The sources of a broker for its operator: the views of one and of all, entries by hand, and the state of all."""

from collections.abc import Sequence

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
from connector.desk.operating.values import OperatorDesk, find_source, set_mark, view_mark
from connector.ports.broker_store import CrawlSource, Listing
from connector.ports.moderation import Act, MarkKind, ModerationChange
from connector.views.conversion import moment, to_view
from connector.views.sources import (
    BrokerStatusView,
    CrawlOrder,
    CrawlsView,
    SourceDetailView,
    SourceOrder,
    SourceView,
    UnreadableView,
)

MOST_REGISTERED = 1000
"""The most sources that are registered by hand."""


async def list_sources(
    desk: OperatorDesk, choice: SourceChoice, after: str | None, limit: int
) -> tuple[tuple[SourceView, ...], str | None]:
    """Return a page of the wanted sources, ordered by identifier, and the next cursor."""
    marks = await desk.record.source_marks()
    chosen = choose_sources(await desk.record.sources(), marks, choice)
    rest = [source for source in chosen if after is None or source.participant > after]
    items = tuple(view_source(source, marks.get(source.participant, frozenset())) for source in rest[:limit])
    return items, items[-1].participant if len(rest) > limit else None


async def require_source(desk: OperatorDesk, name: str) -> CrawlSource:
    """Return the source with an identifier or a short name. Raises ActRefused."""
    source = await find_source(desk, name)
    if source is None:
        raise acts.ActRefused("no-source", acts.UNKNOWN_SOURCE, missing=True)
    return source


async def show_source(desk: OperatorDesk, name: str) -> SourceDetailView:
    """Return a source with its marks, its crawls, and what could not be read. Raises ActRefused."""
    source = await require_source(desk, name)
    marks = await desk.record.marks(source.participant, None)
    succeeded, failed = count_crawls(source)
    began = desk.crawler.find_last_crawl(source.participant)
    return SourceDetailView(
        source=view_source(source, frozenset(mark.kind for mark in marks)),
        marks=tuple(view_mark(mark) for mark in marks),
        interval_seconds=source.interval / 1000,
        crawls_succeeded=succeeded,
        crawls_failed=failed,
        unreadable=tuple(UnreadableView(dataset=one.id, reason=one.reason) for one in source.unreadable),
        crawl_began_at=None if began is None else moment(began),
    )


async def mark_source(desk: OperatorDesk, name: str, kind: MarkKind, by: str, reason: str | None) -> Act | None:
    """Set a mark of a source with a reason, or take it away without one. Raises ActRefused."""
    source = await require_source(desk, name)
    return await _mark(desk, source.participant, kind, by, reason)


async def _mark(desk: OperatorDesk, participant: str, kind: MarkKind, by: str, reason: str | None) -> Act | None:
    change = ModerationChange(participant=participant, kind=kind, wanted=reason is not None, reason=reason or "", by=by)
    return await set_mark(desk, change)


async def register_source(desk: OperatorDesk, order: SourceOrder, by: str) -> Act | None:
    """Register a source by hand, or again after a removal. Raises ActRefused, and ValueError for a wrong order."""
    source = enter_source(order)
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
    done = await _mark(desk, participant, MarkKind.REMOVED, by, None) if removed else None
    if not listed and not configured:
        done = await _mark(desk, participant, MarkKind.REGISTERED, by, source.address) or done
        await desk.crawler.put_source(source)
    return done


async def crawl_now(desk: OperatorDesk, order: CrawlOrder) -> CrawlsView:
    """Ask for crawls of the named sources, and with `failing` of all whose last crawl failed. Raises ActRefused."""
    named = [(await require_source(desk, name)).participant for name in order.participants]
    failing = await _list_failing(desk) if order.failing else []
    at = desk.now()
    outcome = {name: desk.crawler.request_crawl(name) for name in dict.fromkeys([*named, *failing])}
    return CrawlsView(
        at=moment(at),
        asked=tuple(name for name, asked in outcome.items() if asked),
        refused=tuple(name for name, asked in outcome.items() if not asked),
    )


async def _list_failing(desk: OperatorDesk) -> Sequence[str]:
    return [source.participant for source in await desk.record.sources() if source.failures]


async def show_status(desk: OperatorDesk) -> BrokerStatusView:
    """Return the broker on one screen: sources by state, entries, index, last change, crawls."""
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


def view_source(source: CrawlSource, marks: frozenset[MarkKind]) -> SourceView:
    """Return the view of a source with the kinds of its marks."""
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
