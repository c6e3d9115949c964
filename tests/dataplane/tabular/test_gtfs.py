"""Tables of GTFS as rows."""

import asyncio
from pathlib import Path

import pytest

from connector.dataplane.signaling.looking import try_source
from connector.dataplane.sources.file import FileSource
from connector.dataplane.tabular.opened import FileRemark
from connector.dataplane.tabular.opening import open_file
from connector.ports.flow import Record, Untreatable
from connector.ports.treatment import Records
from tests.dataplane.tabular.files import make_archive, put

FEED = {
    "agency.txt": b"agency_id,agency_name\n1,Stadtwerke\n",
    "stops.txt": '\ufeffstop_id,stop_name,stop_lat,stop_lon\n007,"Rathaus, Platz",49.01,8.40\n'.encode(),
    "trips.txt": b"route_id,trip_id\nR,T\n",
}


def rows_of(path: Path, table: str = "") -> list[Record]:
    return [row for batch in open_file(path, Records(format="gtfs", table=table)).batches for row in batch]


def test_the_stops_are_read_as_they_are_written_and_other_tables_by_name(tmp_path: Path) -> None:
    path = put(tmp_path, make_archive(FEED))
    expected = {"stop_id": "007", "stop_name": "Rathaus, Platz", "stop_lat": "49.01", "stop_lon": "8.40"}
    assert rows_of(path) == [expected]
    assert rows_of(path, "trips") == [{"route_id": "R", "trip_id": "T"}]
    assert open_file(path, Records(format="gtfs")).crs == "OGC:CRS84"


@pytest.mark.parametrize(
    ("members", "table", "said"),
    [(FEED, "fares", "no table 'fares'"), ({"x.txt": b"a\n1\n"}, "", "no agency.txt"), (FEED, "../stops", "no table")],
)
def test_what_is_no_table_of_it_is_refused(tmp_path: Path, members: dict[str, bytes], table: str, said: str) -> None:
    with pytest.raises(Untreatable, match=said):
        rows_of(put(tmp_path, make_archive(members)), table)


def test_a_broken_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Untreatable, match="cannot be unpacked"):
        rows_of(put(tmp_path, make_archive(FEED)[:-40]))


def test_a_row_with_more_values_than_the_header_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Untreatable):
        rows_of(put(tmp_path, make_archive({**FEED, "stops.txt": b"a,b\n1,2,3\n"})))


@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_a_table_with_another_separator_is_read_and_told(tmp_path: Path, sign: str) -> None:
    feed = {**FEED, "stops.txt": "stop_id,stop_name\n1,Rathaus\n".replace(",", sign).encode()}
    opened = open_file(put(tmp_path, make_archive(feed)), Records(format="gtfs"))
    assert opened.remarks == (FileRemark("gtfs-commas", "stops.txt"),)
    assert list(opened.batches) == [[{"stop_id": "1", "stop_name": "Rathaus"}], []]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("stop_id,stop_name\n1,Süd\n".encode("windows-1252"), "'stops' of the GTFS is not in UTF-8"),
        ("stop_id,stop_name\n1,Sü".encode()[:-1], "'stops' of the GTFS is not in UTF-8"),
        (b"", "'stops' of the GTFS is empty"),
        (b"\xef\xbb\xbf\n", "'stops' of the GTFS is empty"),
    ],
)
def test_a_table_that_gtfs_does_not_allow_is_refused_in_its_words(tmp_path: Path, data: bytes, said: str) -> None:
    with pytest.raises(Untreatable, match=said):
        rows_of(put(tmp_path, make_archive({**FEED, "stops.txt": data})))


def test_the_separator_of_a_table_is_a_finding_of_the_inspection(tmp_path: Path) -> None:
    (tmp_path / "feed.zip").write_bytes(make_archive({**FEED, "stops.txt": b"stop_id;stop_name\n1;Nord\n"}))
    address = {"kind": "file", "path": "feed.zip"}
    seen = asyncio.run(try_source({"file": FileSource(tmp_path)}, address, "application/zip", None))
    assert "gtfs-commas" in {finding.code for finding in seen.findings}
