"""Messages of GTFS Realtime as rows."""

from contextlib import suppress
from pathlib import Path

import pytest
from google.transit import gtfs_realtime_pb2  # type: ignore[import-untyped]  # it has no stubs
from hypothesis import given
from hypothesis import strategies as st

from connector.dataplane.tabular.opening import open_file
from connector.ports.flow import Record, Untreatable
from connector.ports.treatment import Records
from tests.dataplane.tabular.files import put


def make_feed() -> bytes:
    feed = gtfs_realtime_pb2.FeedMessage()
    feed.header.gtfs_realtime_version = "2.0"
    vehicle = feed.entity.add(id="v1").vehicle
    vehicle.trip.trip_id, vehicle.timestamp = "T", 1_767_225_600
    vehicle.position.latitude, vehicle.position.longitude = 49.25, 8.5
    update = feed.entity.add(id="u1").trip_update
    update.trip.trip_id = "T"
    for number, delay in ((1, 60), (2, 90)):
        stop = update.stop_time_update.add(stop_id=f"S{number}", stop_sequence=number)
        stop.arrival.delay = delay
    alert = feed.entity.add(id="a1").alert
    alert.header_text.translation.add(text="Umleitung", language="de")
    alert.informed_entity.add(route_id="R")
    made: bytes = feed.SerializeToString()
    return made


def rows_of(path: Path, table: str = "") -> list[Record]:
    return [row for batch in open_file(path, Records(format="gtfs-rt", table=table)).batches for row in batch]


def test_vehicles_updates_and_alerts_are_rows(tmp_path: Path) -> None:
    path = put(tmp_path, make_feed())
    (vehicle,) = rows_of(path)
    assert (vehicle["id"], vehicle["latitude"], vehicle["longitude"]) == ("v1", "49.25", "8.5")
    assert vehicle["time"] == "2026-01-01T00:00:00+00:00"
    assert [(row["stop_id"], row["arrival_delay"]) for row in rows_of(path, "updates")] == [("S1", "60"), ("S2", "90")]
    assert [(row["header"], row["routes"]) for row in rows_of(path, "alerts")] == [("Umleitung", "R")]
    with pytest.raises(Untreatable, match="no table"):
        rows_of(path, "stops")


@given(st.binary(min_size=1, max_size=200))
def test_bytes_that_are_no_message_are_refused_or_read(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = put(tmp_path_factory.mktemp("feed"), data)
    with suppress(Untreatable):
        assert all("id" in row for row in rows_of(path))
