"""The memory that a treatment takes does not grow with the data; `make test-flat` compares larger streams."""

import pytest

from tests.benchmarks.flat import CASES, MOST_GROWTH, measure_peak


@pytest.mark.parametrize("name", CASES)
def test_a_stream_ten_times_as_large_takes_no_more_memory(name: str) -> None:
    assert measure_peak(name, 40) - measure_peak(name, 4) <= MOST_GROWTH
