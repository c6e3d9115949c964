"""Units by the names of fields."""

import pytest

from connector.dataplane.inspecting.units import find_quantity


@pytest.mark.parametrize(
    ("name", "unit"),
    [("outdoor_humidity", "%"), ("windDirection", "°"), ("Tiefe [m]", "m"), ("temp (K)", "K"), ("pm10", "µg/m³")],
)
def test_a_unit_is_read_from_a_name(name: str, unit: str) -> None:
    quantity = find_quantity(name)
    assert quantity is not None
    assert quantity.unit == unit


@pytest.mark.parametrize("name", ["name", "id", "template", "latest"])
def test_a_name_that_only_contains_a_word_has_no_unit(name: str) -> None:
    assert find_quantity(name) is None
