"""Dates in other forms than that of XML Schema, and what is no date."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.semantic import dates
from connector.semantic.dates import mend_date, split_period


def test_examples_come_out_as_written() -> None:
    assert doctest.testmod(dates).failed == 0


@pytest.mark.parametrize("text", ["2024-05-01", "2024-05-01T08:00:00Z", "5/1/2024", "1.5.24", "Mai 2024", "1.2.3", ""])
def test_what_is_in_no_other_form_is_left_as_it_is(text: str) -> None:
    assert mend_date(text) == text


@given(st.datetimes(timezones=st.none()))
def test_a_german_date_is_the_same_date(at) -> None:  # type: ignore[no-untyped-def]  # drawn by hypothesis
    if at.year >= 1000:
        assert mend_date(f"{at.day}.{at.month}.{at.year}") == at.date().isoformat()
        assert mend_date(f"{at:%d.%m.%Y %H:%M:%S}") == at.isoformat(timespec="seconds")


@given(st.text(max_size=120))
def test_whatever_the_text_is_it_has_two_ends(text: str) -> None:
    assert len(split_period(text)) == 2
