"""Endpoints for needs at the broker: post, list, change, close, answer, and what matches."""

from typing import Annotated, Any

import msgspec
from fastapi import Query

from connector.api.board.frame import AtBoard, BoardDesk, find_need, find_own_need, limit_change
from connector.api.broker import Known, KnownCaller
from connector.api.frame.chapter import ChapterRouter
from connector.api.frame.desk import AfterQuery, LimitQuery, read_listing
from connector.api.frame.errors import ApiError
from connector.api.frame.models import answer_model
from connector.broker.board.fitting import view_match
from connector.broker.board.matching import find_matches
from connector.broker.board.needs import (
    ANSWERS,
    ANSWERS_OF_ONE,
    NEEDS,
    NEEDS_OPEN,
    NeedRefused,
    read_answer,
    read_need,
    view_answers,
    view_need,
)
from connector.broker.board.telling import tell_answer, tell_end, view_notice
from connector.ports.board import Need
from connector.ports.entities import PageBounds
from connector.views.common import LONGEST_IDENTIFIER, ErrorView, Page
from connector.views.needs import (
    AnswerKind,
    AnswerOrder,
    AnswerView,
    NeedCloseOrder,
    NeedMatchView,
    NeedOrder,
    NeedState,
    NeedView,
    NoticeView,
)

_FAILURES: dict[int | str, dict[str, Any]] = {
    code: {"model": answer_model(ErrorView)} for code in (400, 401, 403, 404, 409, 422, 429, 503)
}
_NOTICES = 100

router = ChapterRouter(prefix="/v1", tags=["needs"], responses=_FAILURES)


@router.get("/needs")
async def list_needs(
    desk: AtBoard,
    caller: Known,
    owner: Annotated[str | None, Query(max_length=LONGEST_IDENTIFIER, description="Only needs of this one.")] = None,
    open: Annotated[bool, Query(description="Only needs that are open.")] = True,
    limit: LimitQuery = 20,
    after: AfterQuery = None,
) -> Page[NeedView]:
    """List needs, the newest first."""
    now = desk.now()
    bounds = PageBounds(limit=limit, after=after)
    found, following = await read_listing(desk.board.needs(bounds, owner=owner, open_at=now if open else None))
    return Page(items=tuple(view_need(need, now, known=caller is not None) for need in found), next=following)


@router.post("/needs", status_code=201)
async def post_need(desk: AtBoard, caller: KnownCaller, order: NeedOrder) -> NeedView:
    """Post a need: all participants see it until its term ends."""
    return await _put(desk, order, owner=caller.participant, before=None)


@router.get("/needs/{need_id}")
async def show_need(desk: AtBoard, caller: Known, need_id: str) -> NeedView:
    """Show one need."""
    return view_need(await find_need(desk, need_id), desk.now(), known=caller is not None)


@router.put("/needs/{need_id}")
async def change_need(desk: AtBoard, caller: KnownCaller, need_id: str, order: NeedOrder) -> NeedView:
    """Replace a need by its owner; a term that is not stated stays as it is."""
    before = await find_own_need(desk, need_id, caller)
    return await _put(desk, order, owner=caller.participant, before=before)


async def _put(desk: BoardDesk, order: NeedOrder, *, owner: str, before: Need | None) -> NeedView:
    now = desk.now()
    try:
        need = read_need(order, owner=owner, id=before.id if before else desk.new_id(), now=now, before=before)
    except NeedRefused as refusal:
        raise ApiError(422, "need", str(refusal)) from None
    await limit_change(desk.board.put_need(need, now=now, most_open=NEEDS_OPEN, most=NEEDS))
    desk.teller.wake()
    return view_need(need, now, known=True)


@router.post("/needs/{need_id}/close")
async def close_need(desk: AtBoard, caller: KnownCaller, need_id: str, order: NeedCloseOrder) -> NeedView:
    """Close a need by its owner, with the answer that served it; who answered it is told."""
    need = await find_own_need(desk, need_id, caller)
    answers = await desk.board.answers(need.id)
    if order.served_by is not None and order.served_by not in {answer.id for answer in answers}:
        raise ApiError(422, "no-answer", "Unknown answer to this need: list its answers for their identifiers.")
    now = desk.now()
    closed = msgspec.structs.replace(need, closed_at=now, changed_at=now, served_by=order.served_by)
    await desk.board.close_need(closed, tell_end(closed, answers))
    desk.teller.bell.ring()
    return view_need(closed, now, known=True)


@router.post("/needs/{need_id}/answers", status_code=201)
async def answer_need(desk: AtBoard, caller: KnownCaller, need_id: str, order: AnswerOrder) -> AnswerView:
    """Answer an open need: with an own offer, a draft, or that there is none; its owner is told."""
    need, now = await find_need(desk, need_id), desk.now()
    if need.owner == caller.participant:
        raise ApiError(409, "own-need", "The need is your own: close it with the answer of somebody else.")
    if need.state(now) in {NeedState.CLOSED, NeedState.EXPIRED}:
        raise ApiError(409, "need-closed", "The need is closed or expired: it takes no more answers.")
    try:
        answer = read_answer(order, need=need.id, participant=caller.participant, id=desk.new_id(), now=now)
    except NeedRefused as refusal:
        raise ApiError(422, "answer", str(refusal)) from None
    if answer.kind is AnswerKind.OFFER and await desk.record.entry(caller.participant, answer.dataset) is None:
        raise ApiError(
            422, "no-dataset", "The dataset is not in your catalogue as the broker knows it: publish it first."
        )
    await limit_change(
        desk.board.put_answer(answer, tell_answer(need, answer), most_of_one=ANSWERS_OF_ONE, most=ANSWERS)
    )
    desk.teller.bell.ring()
    return view_answers([answer])[0]


@router.get("/needs/{need_id}/answers")
async def list_answers(desk: AtBoard, caller: KnownCaller, need_id: str) -> tuple[AnswerView, ...]:
    """List the answers to a need, the oldest first: all to its owner, its own to another participant."""
    need = await find_need(desk, need_id)
    answers = await desk.board.answers(need.id)
    return view_answers([one for one in answers if caller.participant in {need.owner, one.participant}])


@router.get("/needs/{need_id}/matches")
async def list_matches(
    desk: AtBoard,
    caller: Known,  # noqa: ARG001 - only who may read
    need_id: str,
) -> tuple[NeedMatchView, ...]:
    """List the offers that match a need now, the best first, each with a score and the reasons."""
    found = await find_matches(desk.record, desk.index, await find_need(desk, need_id), desk.now())
    return tuple(view_match(one.need, one.entry, one.fit) for one in found)


@router.get("/notices")
async def list_notices(
    desk: AtBoard,
    caller: KnownCaller,
    after: Annotated[int, Query(ge=0, le=2**53, description="The number of the last notice that is known.")] = 0,
    limit: Annotated[int, Query(ge=1, le=_NOTICES)] = _NOTICES,
) -> tuple[NoticeView, ...]:
    """List what the caller is told about needs, in the order of the numbers."""
    return tuple(map(view_notice, await desk.board.notices(caller.participant, after, limit)))
