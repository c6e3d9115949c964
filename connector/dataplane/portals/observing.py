"""SensorThings API 1.1 (OGC 18-088, section 14.2): new entities, told over MQTT, as messages.

Address: `{"kind": "sensorthings-mqtt", "url": "mqtts://sta.city.example", "path": "Datastreams(7)/Observations"}`. The
topic is the version of the service and the path of the set. A message has the columns that the same entity has as a row
of a query.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

from connector.dataplane.address.members import read_members
from connector.dataplane.portals.geometry import CRS84, check_places
from connector.dataplane.portals.rows import GEOMETRY
from connector.dataplane.portals.sensorthings import EntityPath, read_entity
from connector.dataplane.wire.stream_limits import StreamLimits
from connector.dataplane.wire.topics import TopicDialect
from connector.ports.flow import SourceError
from connector.ports.streams import Arrived, Lost

_Property = Annotated[str, msgspec.Meta(pattern=r"^(@iot\.)?[A-Za-z][A-Za-z0-9_]{0,100}\Z")]


class ObservationsAddress(StreamLimits, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A set of entities at the broker of a service: `select` are the properties that are told, all if empty."""

    kind: Literal["sensorthings-mqtt"]
    url: str
    path: EntityPath
    version: Annotated[str, msgspec.Meta(pattern=r"^v1\.[01]\Z")] = "v1.1"
    select: Annotated[tuple[_Property, ...], msgspec.Meta(max_length=50)] = ()
    geometry: Annotated[str, msgspec.Meta(max_length=200)] = ""


def _find_topic(address: Mapping[str, Any]) -> str:
    read = _read(address)
    select = f"?$select={','.join(read.select)}" if read.select else ""
    return f"{read.version}/{read.path}{select}"


def _read_message(address: Mapping[str, Any], payload: bytes) -> Arrived:
    read = _read(address)
    try:
        row = read_entity(msgspec.json.decode(payload, type=dict[str, msgspec.Raw]), read.geometry)
        check_places([row[GEOMETRY]] if row.get(GEOMETRY) else [], CRS84)
        return Arrived(msgspec.json.encode(row))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, SourceError):
        return Arrived(lost=Lost.UNREADABLE)


def _read(address: Mapping[str, Any]) -> ObservationsAddress:
    return read_members(address, ObservationsAddress, "sensorthings-mqtt")


OBSERVATIONS = TopicDialect(find=_find_topic, read=_read_message)
