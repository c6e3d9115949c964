"""Addresses of MQTT; tests/interop/streams has the rest, with a real broker."""

from typing import Any

import pytest

from connector.dataplane.address.secrets import refuse_secret
from connector.dataplane.sources.mqtt import MqttSource
from connector.net.own.brokers import Brokers
from connector.ports.flow import SourceError
from tests.dataplane.world import LOOPBACK

GOOD = {"kind": "mqtt", "url": "mqtts://broker.example:8883", "topic": "city/air"}


def test_an_address_with_a_broker_and_a_topic_is_taken() -> None:
    MqttSource(Brokers(LOOPBACK, read=refuse_secret)).check({**GOOD, "secret": "sensors", "silent_after": 60})


@pytest.mark.parametrize("topic", [None, 7, "", "city/+", "#", "city/#", "$SYS/broker", "a\0b", "a\nb", "x" * 1_001])
def test_a_topic_that_is_none_or_has_a_wildcard_is_refused(topic: Any) -> None:
    with pytest.raises(SourceError, match="`topic`"):
        MqttSource(Brokers(LOOPBACK, read=refuse_secret)).check({**GOOD, "topic": topic})


@pytest.mark.parametrize(
    "url", [None, "http://x", "mqtt://", "mqtts://user:kanarie@x", "mqtt://x/path", "mqtt://x:99999", "x" * 400]
)
def test_a_url_that_is_none_of_a_broker_is_refused_without_its_text(url: Any) -> None:
    with pytest.raises(SourceError, match="`url`") as error:
        MqttSource(Brokers(LOOPBACK, read=refuse_secret)).check({**GOOD, "url": url})
    assert "kanarie" not in str(error.value)
