"""A message of GTFS Realtime as rows, by gtfs-realtime-bindings: vehicles, updates of trips, or alerts.

The owner states the table (`--record table=updates`); without it, it is the first that the message has. A row of an
update is one stop of a trip; without stops, it is the trip.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # it has no stubs
from google.transit import gtfs_realtime_pb2

from connector.dataplane.tabular.opened import MOST_ROWS, OpenedRows, check_fields, cut_batches, list_union
from connector.ports.flow import Record, Untreatable
from connector.ports.treatment import Records
from connector.views.conversion import find_moment

_NONE = "The data is no message of GTFS Realtime: offer one feed message in the form of Protocol Buffers."


def open_rows(path: Path, records: Records) -> OpenedRows:
    """Return the rows of a message. Raises Untreatable."""
    feed = gtfs_realtime_pb2.FeedMessage()
    try:
        feed.ParseFromString(path.read_bytes())
    except (DecodeError, RecursionError, ValueError) as error:
        raise Untreatable(_NONE) from error
    if not feed.IsInitialized() or not feed.header.gtfs_realtime_version:
        raise Untreatable(_NONE)
    found = {name: any(entity.HasField(member) for entity in feed.entity) for name, (member, _) in _TABLES.items()}
    table = records.table or next((name for name, there in found.items() if there), "vehicles")
    if table not in _TABLES:
        raise Untreatable(f"GTFS Realtime has no table {table[:50]!r}: choose one of {', '.join(_TABLES)}.")
    member, read = _TABLES[table]
    rows: list[Record] = []
    for entity in feed.entity:
        if entity.HasField(member):
            rows.extend({"id": entity.id, **row} for row in read(getattr(entity, member)))
        if len(rows) > MOST_ROWS:
            raise Untreatable(f"The message has more than {MOST_ROWS} rows: offer a smaller one.")
    fields = list_union(rows) or ("id",)
    return OpenedRows(check_fields(fields, "message"), cut_batches(rows), "OGC:CRS84" if table == "vehicles" else "")


def _read_trip(trip: Any) -> Record:
    return {"trip_id": trip.trip_id, "route_id": trip.route_id, "start_date": trip.start_date}


def _read_vehicle(vehicle: Any) -> Iterator[Record]:
    place = vehicle.position
    yield {
        **_read_trip(vehicle.trip),
        "vehicle_id": vehicle.vehicle.id,
        "latitude": _write_degrees(place.latitude) if vehicle.HasField("position") else "",
        "longitude": _write_degrees(place.longitude) if vehicle.HasField("position") else "",
        "stop_id": vehicle.stop_id,
        "time": _write_time(vehicle.timestamp),
    }


def _read_update(update: Any) -> Iterator[Record]:
    trip = {**_read_trip(update.trip), "time": _write_time(update.timestamp)}
    if not update.stop_time_update:
        yield trip
    for stop in update.stop_time_update:
        yield {
            **trip,
            "stop_id": stop.stop_id,
            "stop_sequence": str(stop.stop_sequence),
            "arrival": _write_time(stop.arrival.time),
            "arrival_delay": str(stop.arrival.delay),
            "departure": _write_time(stop.departure.time),
            "departure_delay": str(stop.departure.delay),
        }


def _read_alert(alert: Any) -> Iterator[Record]:
    period = alert.active_period[0] if alert.active_period else None
    yield {
        "header": _choose(alert.header_text),
        "description": _choose(alert.description_text),
        "routes": " ".join(entity.route_id for entity in alert.informed_entity if entity.route_id),
        "stops": " ".join(entity.stop_id for entity in alert.informed_entity if entity.stop_id),
        "start": _write_time(period.start) if period else "",
        "end": _write_time(period.end) if period else "",
    }


_TABLES: Mapping[str, tuple[str, Callable[[Any], Iterator[Record]]]] = {
    "vehicles": ("vehicle", _read_vehicle),
    "updates": ("trip_update", _read_update),
    "alerts": ("alert", _read_alert),
}
"""Each table with the member of an entity, and what reads it."""


def _choose(text: Any) -> str:
    return next((str(entry.text) for entry in text.translation), "")


def _write_degrees(number: float) -> str:
    """Return degrees as text; the message has them as numbers of 32 bits, which say about seven digits."""
    return f"{number:.6f}".rstrip("0").rstrip(".") if math.isfinite(number) else ""


def _write_time(seconds: int) -> str:
    found = find_moment(seconds * 1000) if seconds > 0 else None
    return found.isoformat() if found else ""
