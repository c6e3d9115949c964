"""What GeoJSON shows: its features, and the box around them."""

import doctest
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.dataplane.formats import geojson
from connector.dataplane.formats.geojson import see_features
from tests.support.data import data_folder

POINT = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [8.4, 49.0, 120]}}
AREA = {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [[[8, 48.5], [8.5, 49.5], [8, 48.5]]]}}
MIXED = {"type": "Feature", "geometry": {"type": "GeometryCollection", "geometries": [AREA["geometry"]]}}
NOWHERE = {"type": "Feature", "geometry": None}


def collect(*features: object) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


def test_examples_come_out_as_written() -> None:
    assert doctest.testmod(geojson).failed == 0


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (collect(POINT), (1, (8.4, 49.0, 8.4, 49.0))),
        (collect(POINT, AREA, NOWHERE), (3, (8.0, 48.5, 8.5, 49.5))),
        (collect(MIXED), (1, (8.0, 48.5, 8.5, 49.5))),
        (json.dumps(POINT).encode(), (1, (8.4, 49.0, 8.4, 49.0))),
        (collect(), (0, ())),
        (collect(NOWHERE, 5, None), (3, ())),
        (collect({"geometry": {"coordinates": [377241, 5703315]}}), (1, ())),
        (collect({"geometry": {"coordinates": [True, False]}}), (1, ())),
        (b"[1, 2]", (0, ())),
        (b"not JSON", (0, ())),
        (b"[" * 5000, (0, ())),
    ],
)
def test_features_are_counted_and_their_box_is_in_degrees(data: bytes, expected: object) -> None:
    assert see_features(data) == expected


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["coordinates", "geometries"]), inner),
    max_leaves=20,
)


@given(JSON)
def test_any_geometry_has_a_box_in_degrees_or_none(geometry: object) -> None:
    count, box = see_features(collect({"geometry": geometry}))
    assert count == 1
    if box:
        west, south, east, north = box
        assert -180 <= west <= east <= 180
        assert -90 <= south <= north <= 90


def test_the_box_of_the_roadworks_of_a_city_is_that_of_the_city() -> None:
    count, (west, south, east, north) = see_features(data_folder("karlsruhe", "baustellen.geojson").read_bytes())
    assert count == 181
    assert 8.2 < west < east < 8.6
    assert 48.9 < south < north < 49.2
