"""Coordinates are found in fields and converted."""

import pytest

from connector.dataplane.forms.choice import CRS84, BadChoice
from connector.dataplane.forms.places import convert_box, describe_crs, make_converter, make_finder, make_test
from connector.dataplane.tabular.shapes import make_point
from connector.ports.treatment import Records


def test_east_and_north_are_a_point() -> None:
    find = make_finder(("x", "y"), Records(format="csv", decimal=","))
    found = find({"x": "8,5", "y": "52,0"})
    assert found is not None
    assert (found.x, found.y) == (8.5, 52.0)
    assert find({"x": "", "y": "1"}) is None


def test_coordinates_with_a_point_are_found_beside_amounts_with_a_comma() -> None:
    records = Records(format="csv", decimal=",", thousands=".", certain=("amount",))
    found = make_finder(("x", "y"), records)({"x": "8.5123", "y": "52.01"})
    assert found is not None
    assert (found.x, found.y) == (8.5123, 52.01)
    assert make_finder(("x", "y"), records)({"x": "8.512", "y": "52.01"}) is None, "it can be read in two ways"


def test_a_place_in_metres_is_converted_to_degrees() -> None:
    find = make_finder(("x", "y"), Records(format="csv"))
    found = make_converter("EPSG:25832", CRS84)(find({"x": "377241", "y": "5703315"}))
    assert (found.x, found.y) == pytest.approx((7.2345, 51.4676), abs=1e-2)
    assert make_test((7.0, 51.0, 8.0, 52.0), CRS84, "EPSG:25832")(find({"x": "377241", "y": "5703315"}))
    assert convert_box((377000, 5703000, 378000, 5704000), "EPSG:25832")[0] == pytest.approx(7.23, abs=0.01)


@pytest.mark.parametrize("crs", ["", "EPSG:999999"])
def test_an_unknown_reference_system_is_refused(crs: str) -> None:
    with pytest.raises(BadChoice, match="cannot be converted"):
        make_converter(crs, CRS84)
    assert describe_crs(crs) is None


def test_a_reference_system_without_a_map_is_refused() -> None:
    """EPSG:5703 has heights, EPSG:4978 metres from the middle of the earth."""
    for crs in ("EPSG:5703", "EPSG:4978"):
        with pytest.raises(BadChoice, match="cannot be converted"):
            make_converter(CRS84, crs)


def test_a_place_that_the_target_lacks_is_nowhere() -> None:
    assert make_converter(CRS84, "EPSG:25832")(make_point(8.0, 91.0)) is None
