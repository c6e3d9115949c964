"""Endpoint for the statistics of searches."""

from collections import Counter
from datetime import timedelta
from typing import Annotated

from fastapi import Query

from connector.api.frame.chapter import ChapterRouter
from connector.api.frame.desk import DAY_MS
from connector.api.operating.desk import AtOperator
from connector.ports.search_days import DAYS_KEPT
from connector.views.conversion import EPOCH
from connector.views.usage import SearchDayView, SearchUsageView, SearchWordView

router = ChapterRouter(tags=["searches"])

_WORDS = 50
_DaysQuery = Annotated[int, Query(ge=1, le=DAYS_KEPT, description="So many days, today among them.")]


@router.get("/usage")
async def show_usage(desk: AtOperator, days: _DaysQuery = 30) -> SearchUsageView:
    """Show the searches of the last days, and words that many participants searched for. None is about a person."""
    counted = await desk.record.search_days(desk.now() // DAY_MS - days + 1)
    searches, occurrences = Counter[str](), Counter[str]()
    for one in counted:
        searches.update(one.words)
        occurrences.update(one.words.keys())
    return SearchUsageView(
        counted=desk.counts_searches,
        days=tuple(
            SearchDayView(day=(EPOCH + timedelta(days=one.day)).date(), searches=one.searches, empty=one.empty)
            for one in counted
        ),
        words=tuple(
            SearchWordView(word=word, searches=count, days=occurrences[word])
            for word, count in searches.most_common(_WORDS)
        ),
    )
