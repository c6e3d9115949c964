"""Geometries from WKT, WKB and GeoJSON; what is none is None."""

import pytest

from connector.dataplane.tabular.shapes import read_shape, read_wkb, to_geojson, to_wkb, to_wkt


@pytest.mark.parametrize(
    "value",
    ["POINT (8.53743657573058 52.0341518898311)", {"type": "Point", "coordinates": [8.5, 52.0]}, "SRID=1;POINT (1 2)"],
)
def test_a_geometry_keeps_its_coordinates(value: object) -> None:
    found = read_shape(value)
    assert to_wkt(read_shape(to_wkt(found))) == to_wkt(found)
    assert read_wkb(to_wkb(found)) == to_geojson(found)


@pytest.mark.parametrize("value", [None, "", "x", "POINT", "{", {}, {"type": "Point"}, 7, "POINT (x y)", '{"type": 1}'])
def test_what_is_no_geometry_is_none(value: object) -> None:
    assert to_geojson(read_shape(value)) is None


def test_broken_bytes_are_none() -> None:
    assert read_wkb(b"\x01\x02") is None
