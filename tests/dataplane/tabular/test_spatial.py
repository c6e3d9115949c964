"""Map layers as rows."""

import sqlite3
from pathlib import Path

import pytest

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
