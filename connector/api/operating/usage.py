"""Endpoint for the statistics of searches."""

from typing import Annotated

from fastapi import Query

from connector.api.frame.chapter import ChapterRouter
from connector.api.operating.desk import AtOperator
from connector.desk.operating.usage import count_searches
from connector.ports.search_days import DAYS_KEPT
from connector.views.usage import SearchUsageView

router = ChapterRouter(tags=["searches"])

_DaysQuery = Annotated[int, Query(ge=1, le=DAYS_KEPT, description="So many days, today among them.")]


@router.get("/usage")
async def show_usage(desk: AtOperator, days: _DaysQuery = 30) -> SearchUsageView:
    """Show the searches of the last days, and words that many participants searched for. None is about a person."""
    return await count_searches(desk, days)
