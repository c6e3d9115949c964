"""Searches are counted so that nobody's query can be read from the sums."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from connector.broker.operating.usage import CALLERS, SearchCounter
from connector.ports.search_days import DAYS_KEPT, WORDS_KEPT, SearchDay
from connector.ports.store_errors import Unavailable
from connector.store.memory.record import MemoryBrokerStore

DAY = 86_400_000
START = 20_000 * DAY


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        return self.now


async def test_a_word_is_counted_from_the_fifth_participant_on() -> None:
    record, clock = MemoryBrokerStore(), Clock()
    counter = SearchCounter(record, clock)
    for _ in range(50):
        counter.note("erika mustermann", 0, "urn:a")
    for number in range(CALLERS - 1):
        counter.note("Radwege", 3, f"urn:{number}")
    await counter.close()
    (day,) = await record.search_days(0)
    assert (day.searches, day.empty, day.words) == (54, 50, {})
    counter.note("radwege", 3, "urn:z")
    counter.note("RADWEGE luft", 3, "urn:z")
    await counter.close()
    (day,) = await record.search_days(0)
    assert (day.searches, day.words) == (56, {"radwege": CALLERS + 1})


async def test_callers_without_a_token_are_one() -> None:
    record = MemoryBrokerStore()
    counter = SearchCounter(record, Clock())
    for _ in range(20):
        counter.note("Radwege", 3, None)
    await counter.close()
    assert (await record.search_days(0))[0].words == {}


async def test_a_new_day_forgets_who_searched_and_loses_no_count() -> None:
    record, clock = MemoryBrokerStore(), Clock()
    counter = SearchCounter(record, clock)
    for number in range(CALLERS - 1):
        counter.note("Radwege", 3, f"urn:{number}")
    clock.now += DAY
    counter.note("Radwege", 0, "urn:z")
    await counter.close()
    first, second = await record.search_days(0)
    assert (first.searches, first.words, second.searches, second.empty, second.words) == (4, {}, 1, 1, {})
    assert await record.search_days(second.day) == [second]


async def test_sums_are_stored_once_a_minute_and_go_on_after_a_restart() -> None:
    record, clock = MemoryBrokerStore(), Clock()
    counter = SearchCounter(record, clock)
    counter.note("a", 1, "urn:a")
    await asyncio.sleep(0)
    counter.note("b", 1, "urn:a")
    assert (await record.search_days(0))[0].searches == 1
    clock.now += 60_000
    counter.note("c", 1, "urn:a")
    await counter.close()
    again = SearchCounter(record, clock)
    again.note("d", 1, "urn:a")
    await again.close()
    assert (await record.search_days(0))[0].searches == 4


async def test_a_store_that_fails_stops_no_search() -> None:
    class Failing:
        async def add_search_day(self, counted: SearchDay) -> None:
            raise Unavailable("The disk is full.")

        async def search_days(self, since: int) -> list[SearchDay]:
            return []

    counter = SearchCounter(Failing(), Clock())
    counter.note("a", 1, "urn:a")
    await counter.close()


async def test_days_and_words_are_bounded() -> None:
    record = MemoryBrokerStore()
    for day in range(200):
        await record.add_search_day(SearchDay(day=day, searches=1, words={f"w{n}": n for n in range(1, 150)}))
    days = await record.search_days(0)
    assert [days[0].day, days[-1].day] == [200 - DAYS_KEPT, 199]
    assert all(len(day.words) == WORDS_KEPT for day in days)


@settings(max_examples=50, deadline=None, database=None)
@given(st.lists(st.tuples(st.sampled_from(["luft", "wald", "müll", "x1"]), st.integers(0, 7)), max_size=80))
def test_no_stored_word_has_fewer_participants_than_five(searched: list[tuple[str, int]]) -> None:
    async def play() -> set[str]:
        record = MemoryBrokerStore()
        counter = SearchCounter(record, Clock())
        for word, caller in searched:
            counter.note(word, 1, f"urn:{caller}")
        await counter.close()
        return {word for day in await record.search_days(0) for word in day.words}

    callers = {word: {caller for other, caller in searched if other == word} for word, _ in searched}
    expected = {word for word, names in callers.items() if len(names) >= CALLERS and word.isalpha()}
    assert asyncio.run(play()) == expected
