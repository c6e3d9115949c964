"""Units are converted exactly, and back to where they came from."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.dataplane.deriving.units import _UNITS, make_conversion
from connector.ports.flow import Untreatable


@pytest.mark.parametrize(
    ("given_unit", "wanted", "number", "result"),
    [
        ("F", "C", "50", "10"),
        ("C", "K", "0", "273.15"),
        ("C", "F", "100", "212"),
        ("km/h", "m/s", "36", "10"),
        ("mi", "km", "1", "1.609344"),
        ("kWh", "MWh", "1500", "1.5"),
        ("m", "m", "7", "7"),
    ],
)
def test_known_pairs(given_unit: str, wanted: str, number: str, result: str) -> None:
    assert make_conversion(given_unit, wanted)(Decimal(number)) == result


@pytest.mark.parametrize(("one", "other"), [("m", "kg"), ("parsec", "m")])
def test_what_cannot_be_converted_is_refused(one: str, other: str) -> None:
    with pytest.raises(Untreatable):
        make_conversion(one, other)


@given(st.sampled_from(sorted(_UNITS)), st.sampled_from(sorted(_UNITS)), st.integers(-10_000, 10_000))
def test_a_number_comes_back(one: str, other: str, number: int) -> None:
    if _UNITS[one][0] == _UNITS[other][0]:
        there = Decimal(make_conversion(one, other)(Decimal(number)))
        back = Decimal(make_conversion(other, one)(there))
        # Six decimals of the other unit, in units of the first.
        scale = abs(Decimal(make_conversion(other, one)(Decimal(2))) - Decimal(make_conversion(other, one)(Decimal(1))))
        assert abs(back - number) <= scale * Decimal("0.000001") + Decimal("0.000001")
