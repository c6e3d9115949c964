import pytest

from connector.net.limits import ConcurrencyLimit, TokenBuckets


def test_a_burst_is_let_through_and_then_the_rate_counts():
    buckets = TokenBuckets(per_second=10, burst=3)
    assert [buckets.take("a", 1000) for _ in range(3)] == [0, 0, 0]
    wait = buckets.take("a", 1000)
    assert 100 <= wait <= 101
    assert buckets.take("b", 1000) == 0
    assert buckets.take("a", 1000 + wait) == 0
    assert buckets.take("a", 1000 + wait) > 0


def test_a_bucket_never_holds_more_than_the_burst_and_time_never_runs_back():
    buckets = TokenBuckets(per_second=1000, burst=2)
    buckets.take("a", 1000)
    assert [buckets.take("a", 9_000_000) > 0 for _ in range(3)] == [False, False, True]
    assert buckets.take("a", 0) > 0


def test_processes_that_share_a_limit_allow_it_together_however_many_they_are():
    for count in (1, 2, 3, 10):
        shared = [TokenBuckets(per_second=10, burst=20, processes=lambda count=count: count) for _ in range(count)]
        allowed = sum(buckets.take("a", 5) == 0 for buckets in shared for _ in range(30))
        assert 20 - count < allowed <= 20
    few = TokenBuckets(per_second=1, burst=1, processes=lambda: 30)
    assert few.take("a", 0) == 0
    assert few.take("a", 0) == few.peek("a", 0) > 0


def test_a_flood_of_keys_neither_grows_the_table_nor_refills_anybody():
    buckets = TokenBuckets(per_second=1, burst=2, max_keys=2)
    for key in ("a", "a", "b", "b"):
        assert buckets.take(key, 0) == 0
    assert [buckets.take(f"flood-{number}", 0) > 0 for number in range(4)] == [False, False, True, True]
    assert buckets.take("a", 0) > 0
    assert buckets.take("late", 2000) == 0
    assert buckets.take("late", 2000) == 0


def test_a_budget_bounds_the_whole_and_each_key():
    budget = ConcurrencyLimit(total=3, per_key=2)
    assert [budget.enter("a"), budget.enter("a"), budget.enter("a")] == [True, True, False]
    assert [budget.enter("b"), budget.enter("c")] == [True, False]
    budget.leave("a")
    assert budget.enter("c")
    with pytest.raises(KeyError):
        budget.leave("stranger")


def test_a_few_keys_do_not_keep_all_others_out():
    budget = ConcurrencyLimit(total=6, per_key=3, crowded=3)
    assert [budget.enter("a") for _ in range(4)] == [True, True, True, False]
    assert [budget.enter("b"), budget.enter("b")] == [True, False]
    assert [budget.enter("c"), budget.enter("d"), budget.enter("e")] == [True, True, False]
    for _ in range(3):
        budget.leave("a")
    assert [budget.enter("b"), budget.enter("b")] == [False, False]
    budget.leave("c")
    assert [budget.enter("b"), budget.enter("b")] == [True, False]


@pytest.mark.parametrize("settings", [(0, 1, 1), (1, 0, 1), (1, 1, 0)])
def test_a_bucket_without_rate_burst_or_room_is_refused(settings):
    rate, burst, keys = settings
    with pytest.raises(ValueError, match="token bucket"):
        TokenBuckets(per_second=rate, burst=burst, max_keys=keys)
