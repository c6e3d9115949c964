"""Where rows are: their reference system, and what lies outside."""

import pytest

from connector.dataplane.formats.looking import look_at_records
from connector.dataplane.inspecting.inspecting import inspect_records
from tests.dataplane.inspecting.test_values import CSV, counts


@pytest.mark.parametrize(
    ("east", "north", "crs"),
    [("374000", "5705000", "EPSG:25832"), ("2578000", "5709000", "EPSG:31466"), ("8.4", "49.0", "OGC:CRS84")],
)
def test_a_reference_system_is_recognised_by_its_coordinates(east: str, north: str, crs: str) -> None:
    data = f"rechtswert;hochwert;lon;lat\n{east};{north};;\n".encode()
    if crs == "OGC:CRS84":
        data = f"lon;lat\n{east};{north}\n".encode()
    seen, records = look_at_records(data, True, CSV, "text/csv")
    assert inspect_records(seen, records, CSV).crs == crs


def test_places_outside_the_city_and_without_a_place_are_found() -> None:
    rows = "".join(f"8.{at},49.0\n" for at in range(10, 30))
    data = ("lon,lat\n" + rows + "0,0\n49.0,8.4\n13.4,52.5\n").encode()
    seen, records = look_at_records(data, True, CSV, "text/csv")
    found = counts(inspect_records(seen, records, CSV))
    assert (found["no-place"], found["swapped"], found["outside"]) == (1, 1, 1)
