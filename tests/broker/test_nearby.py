"""Distances on the globe."""

import math

from hypothesis import given
from hypothesis import strategies as st

from connector.broker.nearby import measure_km, surround

POINTS = st.tuples(st.floats(-179, 179), st.floats(-85, 85))


@given(POINTS, st.floats(0.1, 500), st.floats(0, 2 * math.pi))
def test_what_is_near_lies_in_the_box_around(point: tuple[float, float], km: float, angle: float) -> None:
    longitude, latitude = point
    x = longitude + math.cos(angle) * km / 111.2 / max(math.cos(math.radians(latitude)), 0.01)
    y = latitude + math.sin(angle) * km / 111.2
    if not (-180 <= x <= 180 and -90 <= y <= 90) or measure_km(longitude, latitude, (x, y, x, y)) > km:
        return
    west, south, east, north = surround(longitude, latitude, km)
    assert west <= x <= east
    assert south <= y <= north


def test_a_point_in_a_box_is_at_no_distance() -> None:
    assert measure_km(7.2, 51.5, (7.0, 51.0, 8.0, 52.0)) == 0
