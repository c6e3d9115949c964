"""Geometries become boxes, whatever they are written in; what is none has no box."""

import doctest
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.broker.reading import areas
from connector.broker.reading.areas import read_box

RING = [[7.0, 51.0], [7.5, 51.0], [7.5, 51.6], [7.0, 51.0]]
BOX = (7.0, 51.0, 7.5, 51.6)


@pytest.mark.parametrize(
    "geometry",
    [
        "POLYGON((7 51, 7.5 51, 7.5 51.6, 7 51))",
        "  polygon ((7 51,7.5 51.6))",
        "<http://www.opengis.net/def/crs/OGC/1.3/CRS84> POLYGON((7 51, 7.5 51.6))",
        "<http://www.opengis.net/def/crs/EPSG/0/4326> POLYGON((51 7, 51.6 7.5))",
        "POLYGON Z((7 51 100, 7.5 51.6 90))",
        "MULTIPOLYGON(((7 51, 7.1 51.1)), ((7.5 51.6, 7.4 51.2)))",
        "GEOMETRYCOLLECTION(POINT(7 51), LINESTRING(7.5 51.6, 7.2 51.2))",
        "ENVELOPE(7, 7.5, 51.6, 51)",
        "7,51,7.5,51.6",
        "SRID=4326;POLYGON((7 51, 7.5 51.6))",
        "<https://www.opengis.net/def/crs/OGC/1.3/CRS84> POLYGON((7 51, 7.5 51.6))",
        '<gml:Envelope srsName="http://www.opengis.net/def/crs/OGC/1.3/CRS84"><gml:lowerCorner>7 51</gml:lowerCorner>'
        "<gml:upperCorner>7.5 51.6</gml:upperCorner></gml:Envelope>",
        '<gml:Envelope srsName="http://www.opengis.net/def/crs/EPSG/0/4326"><gml:lowerCorner>51 7</gml:lowerCorner>'
        "<gml:upperCorner>51.6 7.5</gml:upperCorner></gml:Envelope>",
        '<Polygon srsName="urn:ogc:def:crs:EPSG::4326"><exterior><LinearRing><posList>51 7 51.6 7.5</posList>'
        "</LinearRing></exterior></Polygon>",
        '<gml:Polygon srsName="EPSG:4326"><gml:posList>7 51 7.5 51.6</gml:posList></gml:Polygon>',
        {"type": "Polygon", "coordinates": [RING]},
        {"type": "Feature", "geometry": {"type": "MultiPolygon", "coordinates": [[RING]]}},
        {"type": "FeatureCollection", "features": [{"geometry": {"type": "LineString", "coordinates": RING}}]},
        {"bbox": [7, 51, 7.5, 51.6], "coordinates": "none"},
        json.dumps({"type": "Polygon", "coordinates": [RING]}),
        "[7, 51, 7.5, 51.6]",
    ],
)
def test_a_geometry_has_the_box_around_it(geometry: Any) -> None:
    assert read_box(geometry) == BOX


@pytest.mark.parametrize(
    "geometry",
    [
        "",
        "POINT EMPTY",
        "SRID=31466;POLYGON((7 51, 7.5 51.6))",
        "SRID=25832;POLYGON((7 51, 99999999 5700000))",
        "<http://www.opengis.net/def/crs/EPSG/0/31466> POINT(7 51)",
        "<urn:unknown> POINT(7 51)",
        '<gml:Point srsName="http://www.opengis.net/def/crs/EPSG/0/31466"><gml:pos>7 51</gml:pos></gml:Point>',
        '<gml:Point srsName="CRS84"><gml:pos>7</gml:pos></gml:Point>',
        "POLYGON((7 51, 7))",
        "POINT(200 51)",
        "POINT(7 1e300)",
        "POINT(7 51) DROP TABLE",
        "ENVELOPE(8, 7, 51, 50)",
        "ENVELOPE(a, b, c, d)",
        "a,b,c,d",
        "{" * 100_000,
        "[" * 1000,
        '{"type": "Point", "coordinates": [true, false]}',
        {"coordinates": [[[[[[[[[[[[7, 51]]]]]]]]]]]]},
        {"bbox": [8, 51, 7, 52]},
        {"coordinates": ["a", "b"]},
        [7, 51],
        7,
        None,
        "POINT(" + "7 " * 100_000 + ")",
    ],
)
def test_what_is_no_geometry_has_no_box(geometry: Any) -> None:
    assert read_box(geometry) is None


@given(st.one_of(st.text(), st.recursive(st.none() | st.floats() | st.text(max_size=5), st.lists, max_leaves=20)))
def test_whatever_stands_there_gives_a_box_on_the_globe_or_none(value: Any) -> None:
    for geometry in (value, {"coordinates": value, "bbox": value}):
        box = read_box(geometry)
        assert box is None or (-180 <= box[0] <= box[2] <= 180 and -90 <= box[1] <= box[3] <= 90)


def test_the_examples_are_true() -> None:
    assert doctest.testmod(areas).failed == 0
