"""Statistics of searches without personal data: sums by day, and words that many participants searched for.

A word is counted from the moment at which five different participants have searched for it on one day, so that no
query of one person or of one organisation can be read from it. Who searched is known in memory only, as long as it is
needed to tell five from fewer, and never longer than the day; it is neither stored nor hashed. All callers without a
token count as one.
"""

import asyncio
import logging
import re
from collections import Counter
from collections.abc import Callable

from msgspec.structs import replace

from connector.ports.search_days import SearchDay, SearchDayStore
from connector.ports.store_errors import StoreError

log = logging.getLogger(__name__)

CALLERS = 5
"""So many participants have searched for a word before it is counted."""

_DAY_MS = 86_400_000
_WORD = re.compile(r"[^\W\d_]{3,40}")
# The words of a day of which callers are known, and those that are counted.
_WAITING = 5_000
_WRITE_AFTER_MS = 60_000


def ignore_search(_text: str, _results: int, _caller: str | None) -> None:
    """Count nothing."""


class SearchCounter:
    """Counts searches. `now` returns ms since the Unix epoch; sums are stored once a minute at most, and at the end."""

    def __init__(self, store: SearchDayStore, now: Callable[[], int]) -> None:
        self._store = store
        self._now = now
        # What was counted since the last writing, and of today the words of many and the callers of those of few.
        self._counted = SearchDay(day=now() // _DAY_MS)
        self._fresh: Counter[str] = Counter()
        self._frequent: set[str] = set()
        self._callers: dict[str, set[str]] = {}
        self._written_at = 0
        self._writing: asyncio.Task[None] | None = None

    def note(self, text: str, results: int, caller: str | None) -> None:
        """Count a search: its words, how many results it had, and the participant that searched, if known."""
        now = self._now()
        if self._counted.day != now // _DAY_MS:
            self._begin(now // _DAY_MS)
        counted = self._counted
        self._counted = replace(counted, searches=counted.searches + 1, empty=counted.empty + (results == 0))
        for word in dict.fromkeys(_WORD.findall(text.casefold())):
            self._note_word(word, caller or "")
        if now - self._written_at >= _WRITE_AFTER_MS:
            self._write()

    async def close(self) -> None:
        """Store what was counted."""
        self._write()
        if self._writing is not None:
            await self._writing

    def _begin(self, day: int) -> None:
        """Begin a day: who searched on the last one is forgotten."""
        self._write()
        self._counted = SearchDay(day=day)
        self._frequent.clear()
        self._callers.clear()

    def _note_word(self, word: str, caller: str) -> None:
        if word in self._frequent:
            self._fresh[word] += 1
        elif word in self._callers or len(self._callers) < _WAITING:
            callers = self._callers.setdefault(word, set())
            callers.add(caller)
            if len(callers) >= CALLERS and len(self._frequent) < _WAITING:
                self._frequent.add(word)
                self._fresh[word] += len(self._callers.pop(word))

    def _write(self) -> None:
        if not self._counted.searches:
            return
        self._written_at = self._now()
        made, before = replace(self._counted, words=dict(self._fresh)), self._writing
        self._counted, self._fresh = SearchDay(day=made.day), Counter()
        self._writing = asyncio.create_task(self._add(made, before), name="search days")

    async def _add(self, counted: SearchDay, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await before
        try:
            await self._store.add_search_day(counted)
        except StoreError as fault:
            log.warning("the statistics of searches were not stored: %s", fault)
