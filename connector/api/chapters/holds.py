"""Holds: what waits for somebody, oldest first. Negotiations are answered with approve, reject or counter."""

from fastapi import APIRouter

from connector.api.frame.desk import After, AtDesk, HoldAnswer, Limit, Listing, hold_answer, listed, page

router = APIRouter(tags=["holds"])


@router.get("/holds")
async def list_holds(desk: AtDesk, limit: Limit = 50, after: After = None) -> Listing[HoldAnswer]:
    """List what waits for somebody, oldest first."""
    rows, following = await listed(desk.plane.store.holds(desk.plane.owner, page(limit, after)))
    answers = [hold_answer(row) for row in rows]
    return Listing(items=[answer for answer in answers if answer], next=following)
