"""The address of a stream from a URL."""

import pytest

from connector.cli.assets.stream import is_stream_url, read_stream_url
from connector.cli.frame.failure import Failure


def test_a_url_has_broker_topic_secret_and_limits() -> None:
    assert read_stream_url("mqtts://sensors@broker.example:8883/city/air?silent_after=60") == {
        "kind": "mqtt",
        "url": "mqtts://broker.example:8883",
        "topic": "city/air",
        "secret": "sensors",
        "silent_after": 60,
    }
    assert read_stream_url("kafkas://h:9093/city.air?mechanism=PLAIN") == {
        "kind": "kafka",
        "url": "kafkas://h:9093",
        "topic": "city.air",
        "mechanism": "PLAIN",
    }
    assert read_stream_url("nats://h/AIR/city.air") == {
        "kind": "nats",
        "url": "nats://h",
        "stream": "AIR",
        "subject": "city.air",
    }


@pytest.mark.parametrize("url", ["mqtt://", "mqtt://host", "mqtt://user:secret@host/x", "nats:///x"])
def test_a_url_without_its_parts_is_refused(url: str) -> None:
    assert is_stream_url(url)
    with pytest.raises(Failure) as error:
        read_stream_url(url)
    assert "secret" not in str(error.value)


def test_other_urls_are_none_of_a_stream() -> None:
    assert not is_stream_url("https://host/mqtt")
