"""Durations as text."""

import pytest

from connector.dataplane.tabular.cells.durations import write_duration


@pytest.mark.parametrize(
    ("seconds", "nanoseconds", "text"),
    [
        (0, 0, "PT0S"),
        (60, 0, "PT1M"),
        (3_600, 1, "PT1H0.000000001S"),
        (86_400, 0, "P1D"),
        (108_061, 500_000_000, "P1DT6H1M1.5S"),
        (0, -250_000_000, "-PT0.25S"),
        (-86_400, 0, "-P1D"),
    ],
)
def test_a_duration_is_written_as_the_standard_says(seconds: int, nanoseconds: int, text: str) -> None:
    assert write_duration(seconds, nanoseconds) == text
