"""What every record does with the sums of searches."""

from pathlib import Path

import pytest

from connector.ports.search_days import DAYS_KEPT, SearchDay
from tests.contract.records import KINDS, open_kind


@pytest.mark.parametrize("kind", KINDS)
async def test_the_sums_of_a_day_are_added_up_and_old_days_forgotten(kind: str, tmp_path: Path) -> None:
    record = await open_kind(kind, tmp_path)
    await record.add_search_day(SearchDay(day=100, searches=2, empty=1, words={"luft": 5}))
    await record.add_search_day(SearchDay(day=100, searches=3, words={"luft": 1, "wald": 6}))
    whole = SearchDay(day=100, searches=5, empty=1, words={"luft": 6, "wald": 6})
    assert await record.search_days(0) == [whole]
    later = SearchDay(day=100 + DAYS_KEPT - 1, searches=1)
    await record.add_search_day(later)
    assert await record.search_days(0) == [whole, later]
    assert await record.search_days(101) == [later]
    last = SearchDay(day=100 + DAYS_KEPT, searches=1)
    await record.add_search_day(last)
    assert await record.search_days(0) == [later, last]
    await record.close()
