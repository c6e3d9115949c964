"""Tables of GTFS as rows."""

from pathlib import Path

import pytest

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
