"""The statistics of searches over the management API."""

from connector.ports.search_days import SearchDay
from tests.api.operating.conftest import OperatorWorld

TODAY = 1_800_000_000_000 // 86_400_000


async def test_searches_are_shown_by_day_with_the_most_frequent_words(world: OperatorWorld) -> None:
    for ago, words in ((31, {"alt": 9}), (1, {"luft": 5, "wald": 9}), (0, {"luft": 7})):
        await world.record.add_search_day(SearchDay(day=TODAY - ago, searches=10, empty=2, words=words))
    found = await world.read("/v1/usage")
    assert [(one["day"], one["searches"], one["empty"]) for one in found["days"]] == [
        ("2027-01-14", 10, 2),
        ("2027-01-15", 10, 2),
    ]
    assert found["words"] == [
        {"word": "luft", "searches": 12, "days": 2},
        {"word": "wald", "searches": 9, "days": 1},
    ]
    assert found["counted"] is True
    assert len((await world.read("/v1/usage", days=1))["days"]) == 1
    await world.read("/v1/usage", days=91, status=422)
