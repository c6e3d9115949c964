"""Where rows are: their reference system, and what lies outside."""

import json
from pathlib import Path

import pytest

from connector.dataplane.formats.looking import look_at_records, see_records
from connector.dataplane.inspecting.inspecting import inspect_records
from connector.dataplane.tabular.opening import open_file
from connector.ports.treatment import Records
from connector.views.sightings import Sighting
from tests.dataplane.inspecting.test_values import CSV, counts
from tests.dataplane.tabular.files import put

MAP = Records(format="geojson")


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


def look_at_features(folder: Path, points: list[tuple[float, float]], crs: str = "") -> Sighting:
    features = [
        {"type": "Feature", "properties": {"n": at}, "geometry": {"type": "Point", "coordinates": point}}
        for at, point in enumerate(points)
    ]
    said = {"crs": {"type": "name", "properties": {"name": crs}}} if crs else {}
    document = json.dumps({"type": "FeatureCollection", "features": features} | said)
    opened = open_file(put(folder, document.encode()), MAP)
    records = [row for batch in opened.batches for row in batch]
    seen = see_records(Sighting(media_type=""), records, opened.fields, MAP, range(1, len(records) + 1))
    return inspect_records(seen, records, MAP, opened.crs)


@pytest.mark.parametrize(
    ("point", "crs", "codes"),
    [
        ((376000.5, 5704000.2), "EPSG:25832", {"crs-guessed"}),
        ((32376000.5, 5704000.2), "EPSG:4647", {"crs-guessed"}),
        ((2586000.0, 5704000.0), "EPSG:31466", {"crs-guessed"}),
        ((1e9, 1e9), "", {"crs-unknown"}),
        ((51.48, 7.21), "OGC:CRS84", {"swapped"}),
        ((7.21, 51.48), "OGC:CRS84", set()),
    ],
)
@pytest.mark.parametrize("count", [1, 2, 30])
def test_a_map_in_metres_or_with_the_latitude_first_has_no_place_that_its_numbers_are_not(
    tmp_path: Path, point: tuple[float, float], crs: str, codes: set[str], count: int
) -> None:
    found = look_at_features(tmp_path, [(point[0], point[1] + at / 1000) for at in range(count)])
    assert (found.crs, {finding.code for finding in found.findings} & {"crs-guessed", "crs-unknown", "swapped"}) == (
        crs,
        codes,
    )
    assert not found.box or (5 < found.box[0] < 16 and 47 < found.box[1] < 56)
    assert bool(found.box) is not bool(codes & {"crs-unknown", "swapped"})


def test_no_place_at_all_is_a_fault_and_no_box(tmp_path: Path) -> None:
    found = look_at_features(tmp_path, [(0.0, 0.0)] * 3)
    assert counts(found)["no-place"] == 3
    assert found.box == ()


def test_places_outside_the_city_and_without_a_place_are_found() -> None:
    rows = "".join(f"8.{at},49.0\n" for at in range(10, 30))
    data = ("lon,lat\n" + rows + "0,0\n49.0,8.4\n13.4,52.5\n").encode()
    seen, records = look_at_records(data, True, CSV, "text/csv")
    found = counts(inspect_records(seen, records, CSV))
    assert (found["no-place"], found["swapped"], found["outside"]) == (1, 1, 1)


@pytest.mark.parametrize(
    ("named", "crs"),
    [("EPSG:4326", "OGC:CRS84"), ("EPSG:4258", "EPSG:4258"), ("EPSG:4314", "EPSG:4314")],
)
def test_a_map_in_degrees_of_any_reference_system_has_its_places(tmp_path: Path, named: str, crs: str) -> None:
    found = look_at_features(tmp_path, [(7.21, 51.48), (7.22, 51.49)], named)
    assert found.crs == crs
    assert found.box == pytest.approx((7.21, 51.48, 7.22, 51.49), abs=0.01)
    assert {finding.code for finding in found.findings} == ({"crs"} if crs != "OGC:CRS84" else set())
