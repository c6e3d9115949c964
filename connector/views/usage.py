"""The searches of a broker in sums by day."""

from datetime import date

import msgspec


class SearchDayView(msgspec.Struct, frozen=True, kw_only=True):
    """The searches of one day in UTC, and how many of them had no result."""

    day: date
    searches: int
    empty: int


class SearchWordView(msgspec.Struct, frozen=True, kw_only=True):
    """A word that at least five participants searched for on one day: its searches, on how many such days."""

    word: str
    searches: int
    days: int


class SearchUsageView(msgspec.Struct, frozen=True, kw_only=True):
    """The searches of the last days, and the most frequent words; `counted` is false if they are not counted."""

    counted: bool
    days: tuple[SearchDayView, ...]
    words: tuple[SearchWordView, ...]
