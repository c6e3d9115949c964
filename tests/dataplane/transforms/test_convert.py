from decimal import Decimal
from typing import Any

import pytest

from connector.dataplane.transforms.convert import build
from connector.ports.flow import Untreatable
from connector.ports.treatment import TransformStep


@pytest.mark.parametrize(
    ("conversion", "value", "made"),
    [
        ("km/h-to-m/s", "50", "13,888889"),
        ("m/s-to-km/h", "13,888889", "50"),
        ("degF-to-degC", "212", "100"),
        ("degC-to-degF", "-40", "-40"),
        ("kWh-to-MWh", "1.234,5", "1,2345"),
        ("kWh-to-MWh", Decimal("1.50"), Decimal("0.0015")),
        ("ug/m3-to-g/m3", "12", "0,000012"),
        ("number", "1.234,50", "1234,50"),
        ("date", "31.12.2026", "2026-12-31"),
        ("date", "4.5.2026, 13:47 Uhr", "2026-05-04T13:47:00"),
    ],
)
def test_values_leave_in_the_other_unit_or_notation(conversion: str, value: Any, made: Any) -> None:
    step = TransformStep(name="convert", fields=("a",), conversion=conversion, decimal=",", thousands=".")
    left = build(step, b"").take({"a": value})
    assert left == {"a": made}


def test_an_unknown_conversion_is_refused() -> None:
    for name in ("km/h-to-kg", "", "parsec-to-m"):
        with pytest.raises(Untreatable, match="Unknown conversion"):
            build(TransformStep(name="convert", fields=("a",), conversion=name), b"")
