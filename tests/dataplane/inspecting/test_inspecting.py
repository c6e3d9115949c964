"""The inspection finds each known defect of real city data, and takes no true reading for one."""

import asyncio
from functools import cache
from typing import Any

import pytest

from connector.dataplane.files.media_types import guess_media_type
from connector.dataplane.inspecting.inspecting import word_finding
from connector.dataplane.signaling.looking import try_source
from connector.dataplane.sources.file import FileSource
from connector.views.sightings import DataFinding, Sighting
from tests.support.data import data_folder

WEATHER = "bochum/weather_943CC6451BFB_2025-07.csv"
TABLE, MAP, SPACES = "bochum/playgrounds.csv", "bochum/playgrounds.shp", "bielefeld/bielefeld.csv"
ROADWORKS, FACILITIES, STATUSES = (
    "karlsruhe/baustellen.geojson",
    "stuttgart/stuttgart-static.xml",
    "stuttgart/stuttgart-realtime.xml",
)
LATITUDE = "facilityLocation.locationForDisplay.latitude"


@cache
def inspected(path: str) -> Sighting:
    place = data_folder(path)
    address = {"kind": "file", "path": place.name}
    kind = guess_media_type(place.name) or ""
    return asyncio.run(try_source({"file": FileSource(place.parent)}, address, kind, None))


def found(path: str, code: str, field: str = "") -> Any:
    listed = [one for one in inspected(path).findings if one.code == code and field in {"", one.field}]
    assert len(listed) <= 1
    return listed[0] if listed else None


@pytest.mark.parametrize(
    ("path", "code", "field", "count", "rest"),
    [
        (WEATHER, "gaps", "datetime", 29, {"detail": "36"}),
        (WEATHER, "equal", "pressure_relative", 7550, {"detail": "pressure_absolute"}),
        (STATUSES, "epoch", "parkingFacilityStatusTime", 2, {}),
        (STATUSES, "old", "parkingFacilityStatusTime", 4, {"detail": "2022"}),
        (TABLE, "key", "poi_id", 53, {"extra": 54, "level": "remark"}),
        (TABLE, "missing", "beschreib", 303, {}),
        (TABLE, "missing", "link", 17, {}),
        (TABLE, "no-number", "str_hausnr", 345, {"of": 352}),
        (TABLE, "crs-guessed", "", 352, {"detail": "EPSG:25832"}),
        (MAP, "no-code-page", "", 0, {}),
        (MAP, "crs", "", 352, {"detail": "EPSG:25832"}),
        (SPACES, "missing", "kapazitaet", 387, {"of": 853}),
        (SPACES, "missing", "b_pls_status", 832, {}),
        (SPACES, "missing", "b_pls_rest", 832, {}),
        (SPACES, "missing", "b_pls_zeit", 832, {}),
        (SPACES, "alike", "", 8, {"detail": "WKT, gid"}),
        (ROADWORKS, "missing", "info", 64, {"of": 181}),
        (FACILITIES, "no-place", "", 1, {"of": 49, "example": "9.17596, 48.775"}),
    ],
)
def test_each_known_defect_is_found(path: str, code: str, field: str, count: int, rest: dict[str, object]) -> None:
    finding = found(path, code, field)
    assert finding is not None
    assert finding.count == count
    assert {name: getattr(finding, name) for name in rest} == rest
    assert finding.texts["de"] != finding.texts["en"]


def test_a_true_reading_of_999_hpa_is_no_placeholder() -> None:
    assert found(WEATHER, "placeholder") is None


def test_a_row_for_each_category_is_no_duplicate() -> None:
    assert found(TABLE, "duplicate") is None
    assert found(TABLE, "key", "poi_id").level == "remark"


def test_the_texts_of_a_shapefile_without_a_code_page_keep_their_umlauts() -> None:
    seen = inspected(MAP)
    assert seen.first[0]["kategorie"] == "Bolzplätze"
    assert found(MAP, "damaged") is None


def test_types_and_units_are_read_from_values_and_names() -> None:
    kinds = {field.name: (field.kind, field.unit) for field in inspected(WEATHER).fields}
    assert kinds["datetime"] == ("time", "")
    assert kinds["outdoor_temperature"] == ("number", "°C")
    assert kinds["pressure_relative"] == ("number", "hPa")
    assert kinds["wind_wind_direction"] == ("number", "°")


def test_the_area_is_in_degrees_whatever_the_coordinates_are_in() -> None:
    boxes = [inspected(path).box for path in (TABLE, MAP)]
    assert boxes[0] == pytest.approx(boxes[1], abs=1e-3)
    assert boxes[0] == pytest.approx((7.11, 51.41, 7.34, 51.52), abs=0.01)
    assert inspected(FACILITIES).box == pytest.approx((9.11, 48.74, 9.21, 48.80), abs=0.01)
    assert inspected(WEATHER).time == "datetime"


def test_a_column_without_a_name_is_called_so() -> None:
    said = word_finding(DataFinding(code="missing", level="fault", count=2, of=3)).texts
    assert said["en"].startswith("The column without a name is")
    assert said["de"].startswith("Die Spalte ohne Namen ist")
