"""GeoJSON as rows."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from connector.dataplane.files.media_types import guess_media_type
from connector.dataplane.signaling.looking import try_source
from connector.dataplane.sources.file import FileSource
from connector.dataplane.tabular.opening import open_file
from connector.ports.flow import Untreatable
from connector.ports.treatment import Records
from tests.dataplane.tabular.files import (
    GEOJSON,
    put,
    rows_of,
)


def test_a_feature_is_a_row_with_its_identifier_and_its_numbers_as_written(tmp_path: Path) -> None:
    (row,) = rows_of(put(tmp_path, GEOJSON), "geojson")
    assert (row["id"], str(row["a"]), row["geometry"]) == (7, "1.50", None)


@pytest.mark.parametrize("feature", [1, {}, {"type": "Feature", "properties": {"geometry": 1}}])
def test_a_wrong_feature_is_refused_by_its_number(tmp_path: Path, feature: object) -> None:
    data = msgspec.json.encode({"type": "FeatureCollection", "features": [feature]})
    with pytest.raises(Untreatable, match="Feature 1"):
        rows_of(put(tmp_path, data), "geojson")


@pytest.mark.parametrize(
    ("stated", "crs"),
    [
        (None, "OGC:CRS84"),
        ({"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}, "OGC:CRS84"),
        ({"type": "name", "properties": {"name": "EPSG:25833"}}, "EPSG:25833"),
        ({"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::25833"}}, "EPSG:25833"),
        ({"type": "name", "properties": {"name": "http://www.opengis.net/def/crs/EPSG/0/25833"}}, "EPSG:25833"),
        ({"type": "EPSG", "properties": {"code": 25833}}, "EPSG:25833"),
        ({"type": "link", "properties": {"href": "http://gis.example/25833.wkt"}}, ""),
        ({"type": "name", "properties": None}, ""),
        ("25833", ""),
    ],
)
def test_a_reference_system_is_read_however_it_is_named_and_is_never_made_up(
    tmp_path: Path, stated: object, crs: str
) -> None:
    data = msgspec.json.encode({"type": "FeatureCollection", "features": [], "crs": stated})
    assert open_file(put(tmp_path, data), Records(format="geojson")).crs == crs


FEATURE = b'{"type": "Feature", "properties": {"a": 1.50}, "geometry": {"type": "Point", "coordinates": [7, 51]}}'


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.geojsons", b"\x1e" + FEATURE + b"\n\x1e" + FEATURE + b"\n"),
        ("a.geojson", b"\x1e" + FEATURE + b"\n\x1e" + FEATURE),
        ("a.geojson", b'\x1e{"type": "FeatureCollection", "features": [' + FEATURE + b"]}\n\x1e" + FEATURE + b"\n"),
    ],
)
def test_a_sequence_of_texts_is_read_as_one_collection(tmp_path: Path, name: str, data: bytes) -> None:
    assert [str(row["a"]) for row in rows_of(put(tmp_path, data), "geojson")] == ["1.50", "1.50"]
    (tmp_path / name).write_bytes(data)
    kind = guess_media_type(name) or ""
    seen = asyncio.run(try_source({"file": FileSource(tmp_path)}, {"kind": "file", "path": name}, kind, None))
    assert (seen.problem, seen.records) == (None, 2)


@pytest.mark.parametrize("data", [b"\x1e" + FEATURE[:-1], b"\x1e[]", b"\x1e1", b"\x1e" + FEATURE + b"\x1e{"])
def test_a_sequence_with_a_text_that_is_cut_or_no_feature_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(Untreatable, match="GeoJSON"):
        rows_of(put(tmp_path, data), "geojson")
