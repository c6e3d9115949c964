"""Geometries of GML become those of GeoJSON."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.dataplane.portals.geometry import settle_geometry
from connector.dataplane.portals.gml import read_gml
from connector.dataplane.portals.xml import parse_xml
from connector.ports.flow import SourceError

RING = "<LinearRing><posList>0 0 4 0 4 4 0 0</posList></LinearRing>"
HOLE = "<LinearRing><pos>1 1</pos><pos>2 1</pos><pos>2 2</pos><pos>1 1</pos></LinearRing>"
AREA = f"<exterior>{RING}</exterior><interior>{HOLE}</interior>"
OUTER = [[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 0.0]]
INNER = [[1.0, 1.0], [2.0, 1.0], [2.0, 2.0], [1.0, 1.0]]


@pytest.mark.parametrize(
    ("text", "geometry"),
    [
        ("<Point><pos>1 2</pos></Point>", {"type": "Point", "coordinates": [1, 2]}),
        ('<Point srsDimension="3"><pos>1 2 3</pos></Point>', {"type": "Point", "coordinates": [1, 2, 3]}),
        (
            "<LineString><posList>1 2 3 4</posList></LineString>",
            {"type": "LineString", "coordinates": [[1, 2], [3, 4]]},
        ),
        (
            "<Curve><segments><LineStringSegment><posList>1 2 3 4</posList></LineStringSegment>"
            "<LineStringSegment><posList>3 4 5 6</posList></LineStringSegment></segments></Curve>",
            {"type": "LineString", "coordinates": [[1, 2], [3, 4], [5, 6]]},
        ),
        (f"<Polygon>{AREA}</Polygon>", {"type": "Polygon", "coordinates": [OUTER, INNER]}),
        (
            f"<Surface><patches><PolygonPatch>{AREA}</PolygonPatch></patches></Surface>",
            {"type": "Polygon", "coordinates": [OUTER, INNER]},
        ),
        (
            f"<MultiSurface><surfaceMember><Polygon>{AREA}</Polygon></surfaceMember></MultiSurface>",
            {"type": "MultiPolygon", "coordinates": [[OUTER, INNER]]},
        ),
        (
            "<MultiPoint><pointMember><Point><pos>1 2</pos></Point></pointMember></MultiPoint>",
            {"type": "MultiPoint", "coordinates": [[1, 2]]},
        ),
        (
            "<MultiCurve><curveMember><LineString><posList>1 2 3 4</posList></LineString></curveMember></MultiCurve>",
            {"type": "MultiLineString", "coordinates": [[[1, 2], [3, 4]]]},
        ),
    ],
)
def test_each_kind_of_geometry_is_one_of_geojson(text: str, geometry: dict[str, object]) -> None:
    found = settle_geometry(read_gml(parse_xml(text.encode())).geometry, swap=False)
    assert json.loads(json.dumps(found)) == geometry


@pytest.mark.parametrize(
    "text",
    [
        "<Curve><segments><Arc><posList>1 2 3 4 5 6</posList></Arc></segments></Curve>",
        f"<Surface><patches><PolygonPatch>{AREA}</PolygonPatch><PolygonPatch>{AREA}</PolygonPatch></patches></Surface>",
        "<Polygon/>",
        "<Point/>",
        "<Solid/>",
        "<Point><pos>1 2</pos><pos>1 2</pos></Point>",
        '<LineString><posList srsDimension="3">1 2</posList></LineString>',
        "<LineString><posList>1 2 3</posList></LineString>",
    ],
)
def test_what_geojson_cannot_say_is_refused(text: str) -> None:
    with pytest.raises(SourceError):
        read_gml(parse_xml(text.encode()))


@given(st.text(alphabet="<>/ab='\"&;! Pointps0123456789.", max_size=200))
def test_any_text_is_a_document_or_refused(text: str) -> None:
    try:
        node = parse_xml(text.encode())
        settle_geometry(read_gml(node).geometry, swap=True)
    except SourceError:
        pass
