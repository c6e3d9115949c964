"""Clocks that differ are noticed by the date of an answer, also of a slow one."""

import pytest

from connector.identity.listing.clocks import describe_difference, find_difference

AT = 1796202000.0
TEXT = "Wed, 02 Dec 2026 09:00:00 GMT"


@pytest.mark.parametrize(
    ("sent", "came", "ahead"),
    [
        (AT, AT + 1, 0.0),
        (AT - 19, AT + 19, 0.0),
        (AT - 60, AT + 60, 0.0),
        (AT + 7200, AT + 7201, 7200.0),
        (AT - 7201, AT - 7200, -7200.0),
        (AT + 20.5, AT + 21, 20.5),
    ],
)
def test_a_clock_is_wrong_if_no_moment_of_the_request_is_near_the_date(sent: float, came: float, ahead: float) -> None:
    assert find_difference({"date": TEXT}, sent, came) == ahead


@pytest.mark.parametrize(
    "headers", [{}, {"date": ""}, {"date": "soon"}, {"date": "9" * 400}, {"date": TEXT, "age": "9"}]
)
def test_a_date_that_says_nothing_is_no_difference(headers: dict[str, str]) -> None:
    assert find_difference(headers, 0.0, 0.0) == 0.0


def test_a_difference_is_told_in_hours_minutes_and_seconds() -> None:
    assert (describe_difference(-7201.4), describe_difference(90.0)) == ("2:00:01", "0:01:30")
