"""Map layers as rows."""

import sqlite3
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyogrio.raw import write

from connector.dataplane.tabular.opened import FileRemark
from connector.dataplane.tabular.opening import open_file
from connector.ports.flow import Untreatable
from connector.ports.treatment import Records
from tests.dataplane.tabular.files import (
    make_archive,
    put,
    read_playgrounds,
    rows_of,
)


def test_a_shapefile_in_an_archive_has_its_umlauts_and_its_reference_system(tmp_path: Path) -> None:
    found = open_file(put(tmp_path, make_archive(read_playgrounds())), Records(format="shapefile"))
    rows = [row for batch in found.batches for row in batch]
    assert (len(rows), found.crs, found.remarks) == (352, "EPSG:25832", (FileRemark("no-code-page"),))
    assert rows[0]["kategorie"] == "Bolzplätze"


def test_a_database_is_no_geopackage_and_a_text_that_names_other_files_is_not_opened(tmp_path: Path) -> None:
    place = tmp_path / "data"
    connection = sqlite3.connect(place)
    connection.execute("CREATE TABLE a (b)")
    connection.commit()
    connection.close()
    with pytest.raises(Untreatable, match="no GeoPackage"):
        rows_of(place, "geopackage")
    with pytest.raises(Untreatable, match="no GeoPackage"):
        rows_of(put(tmp_path, b"<OGRVRTDataSource><OGRVRTLayer name='a'/></OGRVRTDataSource>"), "geopackage")


def test_a_shapefile_without_its_table_is_refused(tmp_path: Path) -> None:
    members = {name: data for name, data in read_playgrounds().items() if not name.endswith(".dbf")}
    with pytest.raises(Untreatable, match=r"has no \.dbf"):
        rows_of(put(tmp_path, make_archive(members)), "shapefile")


PLACE = np.array([shapely.to_wkb(shapely.Point(2_580_000, 5_700_000))], dtype=object)
LARGE = 2**53 + 1


def make_shapefile(folder: Path, encoding: str, page: int, stated: bytes | None) -> Path:
    """Return an archive with one row; `page` is the code page in its table, `stated` the content of its `.cpg`."""
    columns = [np.array(["Straße"], dtype=object), np.array([LARGE])]
    kind = {"driver": "ESRI Shapefile", "geometry_type": "Point", "crs": "EPSG:31466"}
    write(str(folder / "a.shp"), PLACE, columns, ["größe", "n"], encoding=encoding, **kind)
    (folder / "a.cpg").unlink(missing_ok=True)
    members = {path.name: bytearray(path.read_bytes()) for path in folder.glob("a.*")}
    members["a.dbf"][29] = page
    if stated is not None:
        members["a.cpg"] = bytearray(stated)
    return put(folder, make_archive({name: bytes(data) for name, data in members.items()}))


@pytest.mark.parametrize(
    ("encoding", "page", "stated", "remarked"),
    [
        ("CP850", 0x02, None, False),
        ("CP437", 0x01, None, False),
        ("CP1252", 0x03, None, False),
        ("CP1252", 0x57, None, False),
        ("CP1252", 0, None, True),
        ("UTF-8", 0x57, None, True),
        ("UTF-8", 0, b"UTF-8", False),
        ("UTF-8", 0, b"utf8\r\n", False),
        ("UTF-8", 0, b"\n", True),
        ("ISO-8859-1", 0, b"88591", False),
        ("CP1252", 0, b"ANSI 1252", True),
        ("CP850", 0, b"850", False),
    ],
)
def test_texts_of_a_shapefile_are_read_in_their_encoding_wherever_it_is_stated(
    tmp_path: Path, encoding: str, page: int, stated: bytes | None, remarked: bool
) -> None:
    found = open_file(make_shapefile(tmp_path, encoding, page, stated), Records(format="shapefile"))
    (row,) = [row for batch in found.batches for row in batch]
    assert (row["größe"], row["n"]) == ("Straße", LARGE)
    assert found.remarks == ((FileRemark("no-code-page"),) if remarked else ())


def test_a_layer_with_empty_values_keeps_its_numbers_and_truth_values_and_names_the_other_layers(
    tmp_path: Path,
) -> None:
    place = tmp_path / "data.gpkg"
    kind = {"driver": "GPKG", "geometry_type": "Point", "crs": "EPSG:4326"}
    empty = np.array([False, True])
    write(
        str(place),
        np.array([PLACE[0], None], dtype=object),
        [np.array([LARGE, 0]), np.array([True, False]), np.array(["2026-05-01T10:00", "NaT"], dtype="datetime64[ms]")],
        ["n", "flag", "at"],
        field_mask=[empty, empty, None],
        layer="trees",
        **kind,
    )
    write(str(place), PLACE, [np.array([1])], ["n"], layer="benches", append=False, **kind)
    found = open_file(place, Records(format="geopackage"))
    rows = [row for batch in found.batches for row in batch]
    assert found.remarks == (FileRemark("more-layers", "benches"),)
    assert rows[0] == {
        "n": LARGE,
        "flag": True,
        "at": "2026-05-01T10:00:00",
        "geometry": {"type": "Point", "coordinates": (2_580_000.0, 5_700_000.0)},
    }
    assert rows[0]["flag"] is True
    assert set(rows[1].values()) == {None}


def test_numbers_of_a_layer_have_the_digits_of_their_width(tmp_path: Path) -> None:
    values = [np.array([0.1, 5.0], dtype=kind) for kind in ("float32", "float64")]
    place = tmp_path / "data.gpkg"
    write(str(place), np.array([PLACE[0], None], dtype=object), values, ["short", "long"], driver="GPKG",
          geometry_type="Point", crs="EPSG:4326")  # fmt: skip
    first, second = rows_of(place, "geopackage")
    assert (first["short"], first["long"]) == (Decimal("0.1"), Decimal("0.1"))
    assert (second["short"], second["long"]) == (5, 5)
