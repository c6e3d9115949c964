"""Endpoints for needs: they are posted at the broker, which is asked with a token of this participant."""

from typing import Annotated, Any, TypeVar
from urllib.parse import quote

import msgspec
from fastapi import Query

from connector.api.frame.chapter import ChapterRouter
from connector.api.frame.desk import AfterQuery, AtBrokerApi, AtContext, LimitQuery
from connector.api.frame.errors import ApiError
from connector.controlplane.core.errors import PeerFailed
from connector.desk.values import Ask
from connector.views.common import Page
from connector.views.needs import (
    AnswerOrder,
    AnswerView,
    NeedCloseOrder,
    NeedMatchView,
    NeedOrder,
    NeedView,
    NoticeView,
)

router = ChapterRouter(tags=["needs"])

T = TypeVar("T")


@router.get("/needs")
async def list_needs(
    broker: AtBrokerApi,
    context: AtContext,
    mine: Annotated[bool, Query(description="Only needs of this participant.")] = False,
    open: Annotated[bool, Query(description="Only needs that are open.")] = True,
    limit: LimitQuery = 20,
    after: AfterQuery = None,
) -> Page[NeedView]:
    """List the needs at the broker, the newest first."""
    query = {"open": str(open), "limit": str(limit)}
    query |= {"owner": context.participant} if mine else {}
    query |= {"after": after} if after else {}
    return await _ask(broker, Page[NeedView], "GET", "needs", query)


@router.post("/needs", status_code=201)
async def post_need(broker: AtBrokerApi, order: NeedOrder) -> NeedView:
    """Post a need at the broker: all participants see it until its term ends."""
    return await _ask(broker, NeedView, "POST", "needs", body=order)


@router.get("/needs/{need_id}")
async def show_need(broker: AtBrokerApi, need_id: str) -> NeedView:
    """Show one need."""
    return await _ask(broker, NeedView, "GET", _name(need_id))


@router.put("/needs/{need_id}")
async def change_need(broker: AtBrokerApi, need_id: str, order: NeedOrder) -> NeedView:
    """Replace an own need; a term that is not stated stays as it is."""
    return await _ask(broker, NeedView, "PUT", _name(need_id), body=order)


@router.post("/needs/{need_id}/close")
async def close_need(broker: AtBrokerApi, need_id: str, order: NeedCloseOrder) -> NeedView:
    """Close an own need, with the answer that served it; who answered it is told."""
    return await _ask(broker, NeedView, "POST", f"{_name(need_id)}/close", body=order)


@router.get("/needs/{need_id}/answers")
async def list_need_answers(broker: AtBrokerApi, need_id: str) -> tuple[AnswerView, ...]:
    """List the answers to a need, the oldest first: all to an own need, the own ones to another."""
    return await _ask(broker, tuple[AnswerView, ...], "GET", f"{_name(need_id)}/answers")


@router.post("/needs/{need_id}/answers", status_code=201)
async def answer_need(broker: AtBrokerApi, need_id: str, order: AnswerOrder) -> AnswerView:
    """Answer an open need: with an own offer, a draft, or that there is none; its owner is told."""
    return await _ask(broker, AnswerView, "POST", f"{_name(need_id)}/answers", body=order)


@router.get("/needs/{need_id}/matches")
async def list_need_matches(broker: AtBrokerApi, need_id: str) -> tuple[NeedMatchView, ...]:
    """List the offers that match a need now, the best first, each with a score and the reasons."""
    return await _ask(broker, tuple[NeedMatchView, ...], "GET", f"{_name(need_id)}/matches")


@router.get("/notices")
async def list_notices(
    broker: AtBrokerApi,
    after: Annotated[int, Query(ge=0, le=2**53, description="The number of the last notice that is known.")] = 0,
) -> tuple[NoticeView, ...]:
    """List what this participant is told about needs, in the order of the numbers."""
    return await _ask(broker, tuple[NoticeView, ...], "GET", "notices", {"after": str(after)})


def _name(need_id: str) -> str:
    return f"needs/{quote(need_id, safe='')}"


async def _ask(
    broker: Ask | None,
    kind: type[T],
    method: str,
    path: str,
    query: dict[str, Any] | None = None,
    body: msgspec.Struct | None = None,
) -> T:
    """Return the answer of the broker. Raises ApiError without a broker, and UseCaseError if it refuses."""
    if broker is None:
        raise ApiError(409, "no-broker", "Needs are posted at a broker: set broker.api in the settings.")
    answer = await broker(method, path, query, msgspec.json.encode(body) if body is not None else None)
    try:
        return msgspec.json.decode(answer, type=kind)
    except (msgspec.MsgspecError, RecursionError):
        raise PeerFailed(
            "broker", "The answer of the broker cannot be read: check `broker.api` in the settings."
        ) from None
