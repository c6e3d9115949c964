"""Endpoints for needs: they are posted at the broker, which is asked with a token of this participant."""

from typing import Annotated
from urllib.parse import quote

from fastapi import Query

from connector.api.frame.chapter import ChapterRouter
from connector.api.frame.desk import AfterQuery, AtBrokerApi, AtContext, LimitQuery
from connector.desk.board import ask_broker
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
    return await ask_broker(broker, Page[NeedView], "GET", "needs", query)


@router.post("/needs", status_code=201)
async def post_need(broker: AtBrokerApi, order: NeedOrder) -> NeedView:
    """Post a need at the broker: all participants see it until its term ends."""
    return await ask_broker(broker, NeedView, "POST", "needs", body=order)


@router.get("/needs/{need_id}")
async def show_need(broker: AtBrokerApi, need_id: str) -> NeedView:
    """Show one need."""
    return await ask_broker(broker, NeedView, "GET", _name(need_id))


@router.put("/needs/{need_id}")
async def change_need(broker: AtBrokerApi, need_id: str, order: NeedOrder) -> NeedView:
    """Replace an own need; a term that is not stated stays as it is."""
    return await ask_broker(broker, NeedView, "PUT", _name(need_id), body=order)


@router.post("/needs/{need_id}/close")
async def close_need(broker: AtBrokerApi, need_id: str, order: NeedCloseOrder) -> NeedView:
    """Close an own need, with the answer that served it; who answered it is told."""
    return await ask_broker(broker, NeedView, "POST", f"{_name(need_id)}/close", body=order)


@router.get("/needs/{need_id}/answers")
async def list_need_answers(broker: AtBrokerApi, need_id: str) -> tuple[AnswerView, ...]:
    """List the answers to a need, the oldest first: all to an own need, the own ones to another."""
    return await ask_broker(broker, tuple[AnswerView, ...], "GET", f"{_name(need_id)}/answers")


@router.post("/needs/{need_id}/answers", status_code=201)
async def answer_need(broker: AtBrokerApi, need_id: str, order: AnswerOrder) -> AnswerView:
    """Answer an open need: with an own offer, a draft, or that there is none; its owner is told."""
    return await ask_broker(broker, AnswerView, "POST", f"{_name(need_id)}/answers", body=order)


@router.get("/needs/{need_id}/matches")
async def list_need_matches(broker: AtBrokerApi, need_id: str) -> tuple[NeedMatchView, ...]:
    """List the offers that match a need now, the best first, each with a score and the reasons."""
    return await ask_broker(broker, tuple[NeedMatchView, ...], "GET", f"{_name(need_id)}/matches")


@router.get("/notices")
async def list_notices(
    broker: AtBrokerApi,
    after: Annotated[int, Query(ge=0, le=2**53, description="The number of the last notice that is known.")] = 0,
) -> tuple[NoticeView, ...]:
    """List what this participant is told about needs, in the order of the numbers."""
    return await ask_broker(broker, tuple[NoticeView, ...], "GET", "notices", {"after": str(after)})


def _name(need_id: str) -> str:
    return f"needs/{quote(need_id, safe='')}"
