"""Holds: what waits for somebody, oldest first. Negotiations are answered with approve, reject or counter."""

from fastapi import APIRouter

from connector.api.frame.desk import (
    AfterQuery,
    AtContext,
    HoldAnswer,
    LimitQuery,
    Listing,
    hold_answer,
    page,
    read_listing,
)

router = APIRouter(tags=["holds"])


@router.get("/holds")
async def list_holds(context: AtContext, limit: LimitQuery = 50, after: AfterQuery = None) -> Listing[HoldAnswer]:
    """List what waits for somebody, oldest first."""
    rows, following = await read_listing(context.store.holds(context.owner, page(limit, after)))
    answers = [hold_answer(row) for row in rows]
    return Listing(items=[answer for answer in answers if answer], next=following)
