"""The port of the statistics of searches: sums by day, of which none is about a person."""

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

import msgspec

DAYS_KEPT = 90
"""The days of which sums are kept."""

WORDS_KEPT = 100
"""The most frequent words of a day that are kept."""


class SearchDay(msgspec.Struct, frozen=True, kw_only=True):
    """The searches of one day, counted from the Unix epoch in UTC, those without results, and frequent words."""

    day: int
    searches: int = 0
    empty: int = 0
    words: dict[str, int] = {}


def add_searches(one: SearchDay, other: SearchDay) -> SearchDay:
    """Return the sums of one day from two counts of it, with the most frequent words.

    >>> add_searches(SearchDay(day=1, words={"luft": 5}), SearchDay(day=1, words={"luft": 1})).words
    {'luft': 6}
    """
    words = Counter(one.words) + Counter(other.words)
    return SearchDay(
        day=one.day,
        searches=one.searches + other.searches,
        empty=one.empty + other.empty,
        words=dict(words.most_common(WORDS_KEPT)),
    )


class SearchDayStore(Protocol):
    """Keeps the sums of the last 90 days. Implementations: those of `BrokerStore`."""

    async def add_search_day(self, counted: SearchDay) -> None:
        """Add to the sums of a day, and forget those of days that are 90 days older or more."""

    async def search_days(self, since: int) -> Sequence[SearchDay]:
        """Return the sums of the days from a day on, the oldest first."""
