"""Topics and messages of SensorThings; tests/interop/streams has them at a real broker of MQTT."""

import json
from typing import Any

import pytest

from connector.dataplane.portals.observing import OBSERVATIONS
from connector.ports.flow import SourceError
from connector.ports.streams import Arrived, Lost

ADDRESS = {"kind": "sensorthings-mqtt", "url": "mqtts://sta.example", "path": "Datastreams(7)/Observations"}


@pytest.mark.parametrize(
    ("more", "topic"),
    [
        ({}, "v1.1/Datastreams(7)/Observations"),
        ({"version": "v1.0", "path": "Observations"}, "v1.0/Observations"),
        ({"path": "Things('a:1')/Datastreams"}, "v1.1/Things('a:1')/Datastreams"),
        ({"select": ["phenomenonTime", "result"]}, "v1.1/Datastreams(7)/Observations?$select=phenomenonTime,result"),
    ],
)
def test_a_topic_is_the_version_and_the_path(more: dict[str, Any], topic: str) -> None:
    assert OBSERVATIONS.find({**ADDRESS, **more}) == topic


@pytest.mark.parametrize(
    "more",
    [
        {"path": "#"},
        {"path": "Datastreams(+)/Observations"},
        {"path": "Datastreams(7)/Observations?$filter=1"},
        {"version": "v2"},
        {"select": ["result,x"]},
        {"select": ["#"]},
        {"topic": "city/air"},
        {"largest": -1},
    ],
)
def test_a_topic_of_its_own_or_with_a_wildcard_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(SourceError):
        OBSERVATIONS.find({**ADDRESS, **more})


def test_a_message_has_the_columns_of_a_row() -> None:
    told = {"@iot.id": 1, "@iot.selfLink": "x", "result": 12.5, "parameters": {"quality": "good"}}
    assert OBSERVATIONS.read(ADDRESS, json.dumps(told).encode()) == Arrived(
        b'{"id":1,"result":12.5,"parameters.quality":"good"}'
    )


@pytest.mark.parametrize("payload", [b"", b"7", b"[]", b"\xff", b"{" * 50_000, b'{"a": NaN}'])
def test_a_message_that_is_no_entity_is_told_in_its_place(payload: bytes) -> None:
    assert OBSERVATIONS.read(ADDRESS, payload) == Arrived(lost=Lost.UNREADABLE)
