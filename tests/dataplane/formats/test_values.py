from decimal import Decimal
from typing import Any

import pytest

from connector.dataplane.formats.values import (
    format_number,
    list_sum_fields,
    require_fields,
    round_finely,
    to_number,
    to_text,
)
from connector.ports.flow import Untreatable


@pytest.mark.parametrize(
    ("value", "text"),
    [("a", "a"), (None, ""), (Decimal("1.10"), "1.10"), (7, "7"), (True, "true"), ({"b": 1, "a": 2}, '{"a":2,"b":1}')],
)
def test_equal_values_have_one_text(value: Any, text: str) -> None:
    assert to_text(value) == text


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (" 4.70 ", Decimal("4.70")),
        (3, Decimal(3)),
        ("4,7", None),
        ("", None),
        ("NaN", None),
        ("1e999", None),
        ("9" * 61, None),
        (10**60 + 1, None),
        (Decimal("0." + "1" * 61), None),
        (Decimal("1." + "0" * 80), Decimal(1)),
        (10**60, Decimal(10) ** 60),
        (True, None),
        (None, None),
        ([1], None),
    ],
)
def test_a_number_is_finite_and_short_or_none(value: Any, number: Decimal | None) -> None:
    assert to_number(value) == number


def test_a_number_has_an_exponent_only_if_it_is_long() -> None:
    assert format_number(Decimal("1E+3")) == "1000"
    assert format_number(Decimal("1E+70")) == "1E+70"


def test_a_missing_field_is_named_with_its_purpose() -> None:
    require_fields(["a"], ("a", "b"), "count its groups")
    with pytest.raises(Untreatable, match="has no field 'c', which is required to count its groups"):
        require_fields(["a", "c"], ("a", "b"), "count its groups")


def test_a_sum_with_the_name_of_a_field_is_refused() -> None:
    assert list_sum_fields(("a",), ("b",), ("a", "b")) == ("a", "records", "b_sum", "b_mean")
    with pytest.raises(Untreatable, match="name of a sum"):
        list_sum_fields(("b_sum",), ("b",), ("b_sum", "b"))


def test_small_numbers_keep_six_digits() -> None:
    assert round_finely(Decimal("0.00000123456789")) == Decimal("0.00000123457")
    assert str(round_finely(Decimal("40.000"))) == "40"
