"""Positions on the grids of German geodata, beside those that PROJ computes."""

import doctest
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.broker.reading import grids
from connector.broker.reading.areas import read_box
from connector.broker.reading.grids import convert

# As PROJ converts them to EPSG:4326.
KNOWN = [
    (25832, (356_500.0, 5_645_300.0), (6.957435813695215, 50.941445547960036)),
    (25832, (400_000.0, 5_700_000.0), (7.561123205583606, 51.442352317486716)),
    (25833, (391_000.0, 5_820_000.0), (13.393543518387592, 52.51919623242729)),
    (25831, (780_000.0, 5_700_000.0), (7.024194618859524, 51.382049359335255)),
    (32632, (691_600.0, 5_334_800.0), (11.5754682696632, 48.13758039257001)),
    (4647, (32_356_500.0, 5_645_300.0), (6.957435813695215, 50.941445547960036)),
    (5650, (33_391_000.0, 5_820_000.0), (13.393543518387608, 52.51919623242729)),
    (3857, (774_500.0, 6_607_000.0), (6.9574518755056936, 50.919123183925784)),
]


def test_the_examples_are_true() -> None:
    assert doctest.testmod(grids).failed == 0


@pytest.mark.parametrize(("system", "position", "expected"), KNOWN)
def test_a_position_has_its_degrees(system: int, position: tuple[float, float], expected: tuple[float, float]) -> None:
    assert convert(system, *position) == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize(
    "geometry",
    [
        "<http://www.opengis.net/def/crs/EPSG/0/25832> POLYGON((356500 5645300, 400000 5700000, 356500 5645300))",
        "SRID=25832;LINESTRING(356500 5645300, 400000 5700000)",
        '<gml:LineString srsName="urn:ogc:def:crs:EPSG::25832"><gml:posList>356500 5645300 400000 5700000</gml:posList>'
        "</gml:LineString>",
        '<Curve srsName="EPSG:25832"><posList>356500 5645300 400000 5700000</posList></Curve>',
        "<http://www.opengis.net/def/crs/EPSG/0/4258> LINESTRING(50.9414455 6.9574358, 51.4423523 7.5611232)",
    ],
)
def test_a_geometry_on_a_grid_has_a_box(geometry: str) -> None:
    assert read_box(geometry) == pytest.approx((6.9574358, 50.9414455, 7.5611232, 51.4423523), abs=1e-6)


@given(st.sampled_from([25831, 25832, 25833, 4647, 3857, 4326, 0]), st.floats(), st.floats())
def test_no_number_breaks_a_conversion(system: int, east: float, north: float) -> None:
    found = convert(system, east, north)
    assert found is None or system == 4326 or all(map(math.isfinite, found))
