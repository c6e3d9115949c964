"""Endpoints for moderation: hide offers, mark tests, list marks and acts, undo."""

from fastapi import Request

from connector.api.frame.chapter import ChapterRouter
from connector.api.frame.desk import AfterQuery, LimitQuery, read_page
from connector.api.operating.desk import AtOperator, OfParticipantQuery, do, find_key
from connector.broker.operating import duplicates
from connector.desk.operating import values
from connector.desk.operating.values import OperatorDesk, find_source, set_mark, view_act, view_mark
from connector.ports.moderation import WHOLE_SOURCE, MarkKind, ModerationChange
from connector.views.common import Page
from connector.views.moderation import ActedView, ActView, DuplicateView, MarkView, ModerationOrder
from connector.views.search import AlikeView

router = ChapterRouter(tags=["moderation"])


@router.post("/moderation/hide")
async def hide(desk: AtOperator, request: Request, order: ModerationOrder) -> ActedView:
    """Hide one offer, or all of a participant; its provider can read the reason."""
    return await _change(desk, request, order, MarkKind.HIDDEN, wanted=True)


@router.post("/moderation/unhide")
async def unhide(desk: AtOperator, request: Request, order: ModerationOrder) -> ActedView:
    """Show again what was hidden."""
    return await _change(desk, request, order, MarkKind.HIDDEN, wanted=False)


@router.post("/moderation/test")
async def mark_test(desk: AtOperator, request: Request, order: ModerationOrder) -> ActedView:
    """Mark an offer or a source as a test: it is in no search, export, feed or count that does not ask for tests."""
    return await _change(desk, request, order, MarkKind.TEST, wanted=True)


@router.post("/moderation/untest")
async def unmark_test(desk: AtOperator, request: Request, order: ModerationOrder) -> ActedView:
    """Take the mark of a test away."""
    return await _change(desk, request, order, MarkKind.TEST, wanted=False)


@router.get("/marks")
async def list_marks(
    desk: AtOperator, participant: OfParticipantQuery = None, limit: LimitQuery = 50, after: AfterQuery = None
) -> Page[MarkView]:
    """List the marks that are set, in the order in which they were set."""
    return await read_page(desk.record.marked(participant, after, limit), view_mark)


@router.get("/acts")
async def list_acts(
    desk: AtOperator, participant: OfParticipantQuery = None, limit: LimitQuery = 50, after: AfterQuery = None
) -> Page[ActView]:
    """List the acts of the operator, the newest first."""
    return await read_page(desk.record.acts(participant, after, limit), view_act)


@router.get("/duplicates")
async def list_duplicates(desk: AtOperator, limit: LimitQuery = 50, after: AfterQuery = None) -> Page[DuplicateView]:
    """List what datasets of several participants state to be: possible duplicates, in the order of their keys."""
    found, following = await duplicates.list_duplicates(desk.record, after, limit)
    return Page(items=tuple(map(_view_duplicates, found)), next=following)


def _view_duplicates(found: duplicates.Duplicates) -> DuplicateView:
    alike = [AlikeView(participant=one.participant, id=one.id, publisher=one.publisher) for one in found.entries]
    kind, value = found.likeness
    return DuplicateView(kind=kind, value=value, agrees=found.agrees, datasets=tuple(alike))


@router.post("/acts/{number}/undo")
async def undo(desk: AtOperator, request: Request, number: int) -> ActedView:
    """Undo an act, unless a later one has changed the same."""
    return await do(desk, values.undo(desk, number, find_key(request)))


async def _change(
    desk: OperatorDesk, request: Request, order: ModerationOrder, kind: MarkKind, *, wanted: bool
) -> ActedView:
    source = await find_source(desk, order.participant)
    change = ModerationChange(
        participant=order.participant if source is None else source.participant,
        dataset=order.dataset or WHOLE_SOURCE,
        kind=kind,
        wanted=wanted,
        reason=order.reason if wanted else "",
        by=find_key(request),
    )
    return await do(desk, set_mark(desk, change))
