"""The changes of a group, and the errors of a commit as a tree."""

from connector.ports.changes import AddUsage
from connector.ports.store_errors import Conflict, LimitReached, Replayed, StoreError, TooSoon, Unavailable


def test_usage_without_limits_counts_nothing_and_tests_nothing() -> None:
    plain = AddUsage("default", "urn:agreement:1")
    assert (plain.bytes_moved, plain.uses, plain.max_uses, plain.max_per_hour) == (0, 0, None, None)


def test_a_limit_within_an_hour_is_a_limit_that_names_its_end() -> None:
    error = TooSoon(3, 7_200_000)
    assert isinstance(error, LimitReached)
    assert error.again_at == 7_200_000
    assert "3 uses" in str(error)


def test_every_failure_of_a_commit_is_a_store_error() -> None:
    assert all(issubclass(kind, StoreError) for kind in (Conflict, Replayed, LimitReached, TooSoon, Unavailable))
