"""Numbers and days are read as people write them in each language, and never in two ways."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.language.catalogue import LANGUAGES, Language, read_grammar
from connector.web.typed import is_number, read_amount, read_day, read_number, read_numbers

AMOUNTS = st.decimals(min_value=0, max_value=10**9, places=2)


@given(st.sampled_from(LANGUAGES), AMOUNTS)
def test_an_amount_is_read_as_each_language_writes_it(language: Language, amount: Decimal) -> None:
    written = read_grammar(language).write_money(amount)
    assert Decimal(read_amount(f"{written} €")) == amount
    assert Decimal(read_amount(str(amount))) == amount


@given(st.decimals(min_value=-(10**6), max_value=10**6, places=6))
def test_a_number_of_a_policy_stays_the_same(number: Decimal) -> None:
    assert Decimal(read_number(format(number, "f"))) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.250", "1250"),
        ("0.125", "0.125"),
        ("1.250.000", "1250000"),
        ("1250,5", "1250.5"),
        ("1 250,50 Euro", "1250.50"),
    ],
)
def test_thousands_of_an_amount_are_no_decimals(text: str, number: str) -> None:
    assert read_amount(text) == number


@given(st.text(alphabet="0123456789.,+-€ x", max_size=12))
def test_what_is_no_number_stays_as_it_was_typed(text: str) -> None:
    for read in (read_number(text), read_amount(text)):
        assert read == text or is_number(read)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("31.12.2025", "2025-12-31"), ("1. 5. 2026", "2026-05-01"), ("12.2025", "2025-12"), ("5/2026", "2026-05"),
        ("2026", "2026"), ("2026-05-01", "2026-05-01"), ("31.12.25", "31.12.25"), ("99.99.2025", "2025-99-99"),
    ],
)  # fmt: skip
def test_days_months_and_years_are_read(text: str, day: str) -> None:
    assert read_day(text) == day


@pytest.mark.parametrize("text", ["8,28 48,94 8,54 49,09", "8.28, 48.94, 8.54, 49.09", "8,28; 48,94; 8,54; 49,09"])
def test_a_box_is_read_with_each_sign_between_its_degrees(text: str) -> None:
    assert read_numbers(text, 4) == (8.28, 48.94, 8.54, 49.09)


@pytest.mark.parametrize("text", ["", "8", "8,28,48,94,8,54,49,09", "a b c d", "1 2 3 4 5"])
def test_what_is_no_box_is_none(text: str) -> None:
    assert read_numbers(text, 4) is None
