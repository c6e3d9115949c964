from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.dataplane.formats.dates import cut_instant, to_instant


@given(st.dates(min_value=date(1000, 1, 1)))
def test_a_date_means_the_same_in_both_notations(day: date) -> None:
    german = f"{day.day}.{day.month}.{day.year}"
    padded = f"{day.day:02}.{day.month:02}.{day.year}"
    assert to_instant(german) == to_instant(padded) == to_instant(f" {day.isoformat()} ") == day.isoformat()
    assert to_instant(f"{padded} 13:07") == f"{day.isoformat()}T13:07:00"


@pytest.mark.parametrize(
    "value",
    ["", "01.02.26", "1/2/2026", "2.2026", "31.02.2026", "1.13.2026", "2026", "1.2.2026 25:00", "1.2.2026 x", 20260201],
)
def test_what_can_mean_several_dates_or_none_is_no_date(value: Any) -> None:
    assert to_instant(value) is None


@given(
    text=st.from_regex(r"[0-2]\d{3}-[01]\d-[0-3]\d(T[0-2]\d:[0-6]\d:[0-6]\d(Z|[+-][0-2]\d:[0-6]\d)?)?", fullmatch=True),
    length=st.sampled_from([4, 7, 10, 13]),
)
def test_an_instant_is_cut_as_its_whole_form_says(text: str, length: int) -> None:
    whole = to_instant(text)
    assert cut_instant(text, length) == (None if whole is None else whole[:length])
