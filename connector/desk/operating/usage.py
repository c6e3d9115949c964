"""The searches of a broker in sums, as its operator reads them."""

from collections import Counter
from datetime import timedelta

from connector.desk.operating.values import OperatorDesk
from connector.views.conversion import EPOCH
from connector.views.usage import SearchDayView, SearchUsageView, SearchWordView

_WORDS, _DAY_MS = 50, 86_400_000


async def count_searches(desk: OperatorDesk, days: int) -> SearchUsageView:
    """Return the searches of the last days, today among them, and words that many participants searched for."""
    counted = await desk.record.search_days(desk.now() // _DAY_MS - days + 1)
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
