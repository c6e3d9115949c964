"""Sets of instants."""

from datetime import UTC, date, datetime

import pytest

from connector.policy.comparing.moments import Moments, combine, compare, complement
from connector.policy.model.values import Day

NEW_YEAR = Day(date(2026, 1, 1))


@pytest.mark.parametrize(
    ("operator", "verdicts"),
    [
        ("lt", (True, False, False, False)),
        ("lteq", (True, True, True, False)),
        ("eq", (False, True, True, False)),
        ("neq", (True, False, False, True)),
        ("gt", (False, False, False, True)),
        ("gteq", (False, True, True, True)),
    ],
)
def test_a_day_is_compared_as_a_whole_day(operator: str, verdicts: tuple[bool, ...]) -> None:
    times = [
        datetime(2025, 12, 31, 23, 59, 59, 999_999, UTC),
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2026, 1, 1, 23, 59, 59, 999_999, UTC),
        datetime(2026, 1, 2, tzinfo=UTC),
    ]
    assert tuple(compare(operator, NEW_YEAR).holds(moment) for moment in times) == verdicts


def test_a_day_begins_in_its_own_zone() -> None:
    berlin = compare("gteq", Day(date(2026, 1, 1), 60))
    assert berlin.edges == (datetime(2025, 12, 31, 23, tzinfo=UTC),)


def test_sets_of_instants_combine_like_truth_values() -> None:
    edge = [datetime(2026, month, 1, tzinfo=UTC) for month in range(1, 7)]
    one = Moments(False, (edge[0], edge[3]))
    two = Moments(False, (edge[2], edge[5]))
    assert combine("and", [one, two]) == Moments(False, (edge[2], edge[3]))
    assert combine("or", [one, two]) == Moments(False, (edge[0], edge[5]))
    assert combine("xone", [one, two]) == Moments(False, (edge[0], edge[2], edge[3], edge[5]))
    assert combine("and", [one, complement(one)]) == Moments(False)
    assert combine("or", [one, complement(one)]) == Moments(True)
