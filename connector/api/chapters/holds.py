"""Endpoint for holds, the processes that wait for a decision; approve, reject and counter answer them."""

from typing import Annotated

from fastapi import Query

from connector.api.frame.chapter import ChapterRouter
from connector.api.frame.desk import AfterQuery, AtContext, LimitQuery, page, read_listing
from connector.desk.holds import view_holds
from connector.views.common import LONGEST_IDENTIFIER, Page
from connector.views.holds import HoldView

router = ChapterRouter(tags=["holds"])


@router.get("/holds")
async def list_holds(
    context: AtContext,
    peer: Annotated[str | None, Query(max_length=LONGEST_IDENTIFIER)] = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[HoldView]:
    """List the processes that wait for a decision, oldest first; those with one participant, if it is given."""
    found, following = await read_listing(context.store.holds(context.owner, page(limit, after), peer=peer))
    return Page(items=tuple(await view_holds(context, found)), next=following)
