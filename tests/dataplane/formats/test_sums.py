from decimal import Decimal

import pytest

from connector.dataplane.formats.sums import list_sum_fields, round_finely
from connector.ports.flow import Untreatable


def test_a_sum_with_the_name_of_a_field_is_refused() -> None:
    assert list_sum_fields(("a",), ("b",), ("a", "b")) == ("a", "records", "b_sum", "b_mean")
    with pytest.raises(Untreatable, match="name of a sum"):
        list_sum_fields(("b_sum",), ("b",), ("b_sum", "b"))


def test_small_numbers_keep_six_digits() -> None:
    assert round_finely(Decimal("0.00000123456789")) == Decimal("0.00000123457")
    assert str(round_finely(Decimal("40.000"))) == "40"
