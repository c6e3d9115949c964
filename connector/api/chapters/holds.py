"""Endpoint for holds, the processes that wait for a decision; approve, reject and counter answer them."""

from functools import partial

from connector.api.frame.chapter import ChapterRouter
from connector.api.frame.desk import AfterQuery, AtContext, LimitQuery, page, read_page, view_hold
from connector.views.common import Page
from connector.views.holds import HoldView

router = ChapterRouter(tags=["holds"])


@router.get("/holds")
async def list_holds(context: AtContext, limit: LimitQuery = 50, after: AfterQuery = None) -> Page[HoldView]:
    """List the processes that wait for a decision, oldest first."""
    return await read_page(context.store.holds(context.owner, page(limit, after)), partial(view_hold, context))
