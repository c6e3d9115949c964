"""Counts as bars: on the sheet, in proportion, and none that counts is invisible."""

import doctest

from hypothesis import given
from hypothesis import strategies as st

from connector.web.showing import bars
from connector.web.showing.bars import FLOOR, WIDTH, draw_bars


def test_the_examples_come_out_as_written() -> None:
    assert doctest.testmod(bars).failed == 0


@given(st.lists(st.integers(-3, 10**18), max_size=60))
def test_bars_lie_on_the_sheet_and_every_count_is_seen(counts: list[int]) -> None:
    drawn = draw_bars([(str(place), count) for place, count in enumerate(counts)])
    assert [bar.count for bar in drawn] == counts
    for bar in drawn:
        assert 0 <= bar.x <= bar.x + bar.width <= WIDTH + 0.2
        assert 0 <= bar.y <= FLOOR
        assert (bar.height > 0) is (bar.count > 0)
