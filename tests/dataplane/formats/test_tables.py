from decimal import Decimal

import pytest

from connector.dataplane.formats.tables import UsualNumbers, find_usual_numbers


@pytest.mark.parametrize("step", ["0.0000001", "1E+15"])
def test_a_step_with_too_many_digits_has_no_usual_numbers(step: str) -> None:
    assert find_usual_numbers(Decimal(step), ".", certain=True) is None


def test_a_step_is_a_number_of_its_last_decimals() -> None:
    assert find_usual_numbers(Decimal("2.50"), ",", certain=False) == UsualNumbers(250, 2, ",", certain=False)
