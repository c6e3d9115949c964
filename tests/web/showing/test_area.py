"""Places become paths within bounds; what is no place in degrees is not drawn."""

import doctest
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connector.web.showing import area
from connector.web.showing.area import MOST_HEIGHT, MOST_SHAPES, WIDTH, Drawing, draw_boxes, draw_geometries

NUMBERS = st.floats(allow_nan=True) | st.integers(-(10**20), 10**20)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["type", "coordinates"]), inner),
    max_leaves=20,
)
KINDS = st.sampled_from(["Point", "MultiPoint", "LineString", "Polygon", "MultiPolygon", "GeometryCollection", "Evil"])


def check(drawing: Drawing | None) -> None:
    """Nothing but numbers and letters of paths is in a drawing, and all of it is on the sheet."""
    if drawing is None:
        return
    assert 0 < drawing.height <= MOST_HEIGHT
    for shape in drawing.shapes:
        assert re.fullmatch(r"[MLaz0-9 .-]+", shape.path)
        placed = re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", shape.path)
        assert all(-10 <= float(x) <= WIDTH + 10 and -10 <= float(y) <= drawing.height + 10 for x, y in placed)


def test_examples_come_out_as_written() -> None:
    assert doctest.testmod(area).failed == 0


@given(st.lists(st.tuples(st.integers(1, 9), st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS)), max_size=8))
def test_any_boxes_are_drawn_on_the_sheet(boxes: list[Any]) -> None:
    check(draw_boxes(boxes))


@given(
    st.lists(st.builds(lambda kind, inner: {"type": kind, "coordinates": inner, "geometries": [inner]}, KINDS, JSON))
)
def test_any_geometry_is_drawn_on_the_sheet_or_left_out(geometries: list[Any]) -> None:
    check(draw_geometries(list(enumerate(geometries, 1))))


def test_each_kind_of_geometry_is_a_shape_of_its_kind() -> None:
    ring = [[8.0, 49.0], [8.1, 49.0], [8.1, 49.1], [8.0, 49.0]]
    drawn = draw_geometries(
        [
            (1, {"type": "Point", "coordinates": [8.0, 49.0]}),
            (2, {"type": "LineString", "coordinates": ring}),
            (3, {"type": "Polygon", "coordinates": [ring, ring]}),
            (4, {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [8.05, 49.05, 3]}]}),
        ]
    )
    assert drawn
    assert [(shape.kind, shape.number) for shape in drawn.shapes] == [
        ("point", 1),
        ("line", 2),
        ("area", 3),
        ("point", 4),
    ]
    assert drawn.frame == (8.0, 49.0, 8.1, 49.1)
    assert 7 < drawn.km < 7.5
    assert drawn.shapes[2].path.count("z") == 2


def test_north_is_up_and_east_is_right() -> None:
    drawn = draw_boxes([(1, (8.0, 49.0, 8.0, 49.0)), (2, (8.1, 49.1, 8.1, 49.1))])
    assert drawn
    (x1, y1), (x2, y2) = (map(float, shape.path[1:].partition("a")[0].split()) for shape in drawn.shapes)
    assert x1 < x2
    assert y1 > y2


def test_metres_are_no_degrees_and_nothing_is_drawn() -> None:
    assert draw_geometries([(1, {"type": "Point", "coordinates": [456_000.0, 5_428_000.0]})]) is None
    assert draw_boxes([]) is None


def test_the_number_of_shapes_and_positions_is_bounded() -> None:
    drawn = draw_boxes([(number, (8.0, 49.0, 8.1, 49.1)) for number in range(MOST_SHAPES + 50)])
    assert drawn
    assert len(drawn.shapes) == MOST_SHAPES
    line = [[8.0 + at / 1e6, 49.0] for at in range(15_000)]
    long = draw_geometries([(number, {"type": "LineString", "coordinates": line}) for number in (1, 2, 3)])
    assert long
    assert len(long.shapes) == 1
