"""A promised cycle is kept, or not, or nobody can tell."""

import pytest

from connector.controlplane.usecases.products.quality import _CYCLES, judge_cycle
from connector.semantic.codes import find_code

DAY = 86_400


@pytest.mark.parametrize(
    ("frequency", "age", "kept"),
    [
        ("DAILY", DAY, True),
        ("DAILY", DAY + DAY // 2, True),
        ("DAILY", 2 * DAY, False),
        ("ANNUAL", 300 * DAY, True),
        ("IRREG", 1, None),
        ("", 1, None),
        ("DAILY", None, None),
    ],
)
def test_half_a_cycle_longer_is_still_kept(frequency: str, age: int | None, kept: bool | None) -> None:
    assert judge_cycle(frequency, age) is kept


def test_every_cycle_is_a_code_of_the_vocabulary() -> None:
    assert all(find_code("frequency", code) for code in _CYCLES)
