"""Reference systems by their names, and axes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.dataplane.portals.geometry import (
    check_places,
    is_north_first,
    list_positions,
    name_crs,
    read_crs,
    settle_geometry,
)
from connector.ports.flow import SourceError

NUMBER = st.floats(allow_nan=False, allow_infinity=False)
POSITION = st.lists(NUMBER, min_size=2, max_size=3)
LINE = st.lists(POSITION, min_size=1, max_size=4)
GEOMETRY = st.one_of(
    st.builds(lambda found: {"type": "Point", "coordinates": found}, POSITION),
    st.builds(lambda found: {"type": "LineString", "coordinates": found}, LINE),
    st.builds(lambda found: {"type": "Polygon", "coordinates": found}, st.lists(LINE, min_size=1, max_size=3)),
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "coordinates"]), inner),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("name", "code", "is_formal"),
    [
        ("EPSG:25832", "EPSG:25832", False),
        ("urn:ogc:def:crs:EPSG::25832", "EPSG:25832", True),
        ("urn:ogc:def:crs:EPSG:6.9:25832", "EPSG:25832", True),
        ("http://www.opengis.net/def/crs/EPSG/0/4326", "EPSG:4326", True),
        ("http://www.opengis.net/def/crs/EPSG/10.1/4326", "EPSG:4326", True),
        ("http://www.opengis.net/gml/srs/epsg.xml#4326", "EPSG:4326", False),
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", "OGC:CRS84", True),
    ],
)
def test_a_reference_system_has_many_names(name: str, code: str, is_formal: bool) -> None:
    assert read_crs(name) == (code, is_formal)
    assert read_crs(name_crs(code)) == (code, True)


@pytest.mark.parametrize("name", ["", "WGS84", "EPSG:1", "EPSG:25832 x", "urn:ogc:def:crs:EPSG::x"])
def test_a_name_that_is_unknown_is_refused(name: str) -> None:
    with pytest.raises(SourceError, match="not known"):
        read_crs(name)


def test_the_definition_says_whether_north_is_first() -> None:
    assert [is_north_first(code) for code in ("EPSG:4326", "EPSG:25832", "EPSG:31467", "EPSG:3035")] == [
        True,
        False,
        True,
        True,
    ]


@given(GEOMETRY)
def test_axes_that_are_swapped_twice_are_as_before(geometry: dict[str, Any]) -> None:
    once = settle_geometry(geometry, swap=True)
    assert settle_geometry(once, swap=True) == settle_geometry(geometry, swap=False)
    assert [place[:2] for place in list_positions(once or {})] == [place[1::-1] for place in list_positions(geometry)]


@given(ANYTHING)
def test_whatever_a_portal_sends_is_a_geometry_or_refused(found: Any) -> None:
    try:
        settled = settle_geometry(found, swap=False)
    except SourceError:
        return
    check_places([settled] if settled else [], "EPSG:25832")
