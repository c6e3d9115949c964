"""The searches of the last days: days that are over are left out."""

from connector.desk.operating.usage import count_searches
from connector.ports.search_days import SearchDay
from tests.web.public.square import Square, list_offers


async def test_only_the_wanted_days_count() -> None:
    square = Square(**list_offers())
    today = square.space.now // 86_400_000
    for back, searches in ((0, 3), (6, 4), (7, 5)):
        await square.record.add_search_day(SearchDay(day=today - back, searches=searches, words={"luft": searches}))
    week = await count_searches(square.operator, 7)
    assert [day.searches for day in week.days] == [4, 3]
    assert [(one.word, one.searches, one.days) for one in week.words] == [("luft", 7, 2)]
