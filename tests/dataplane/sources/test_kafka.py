"""Addresses of topics of Kafka; the suite at a real cluster is in tests/interop/streams."""

from typing import Any

import pytest

from connector.dataplane.address.secrets import refuse_secret
from connector.dataplane.sources.kafka import KafkaSource
from connector.net.own.brokers import Brokers
from connector.ports.flow import SourceError
from tests.dataplane.world import LOOPBACK

GOOD = {"kind": "kafka", "url": "kafkas://broker.example", "topic": "city.air"}


def test_a_topic_of_one_cluster_is_an_address() -> None:
    KafkaSource(Brokers(LOOPBACK, read=refuse_secret)).check({**GOOD, "mechanism": "PLAIN", "silent_after": 60})


@pytest.mark.parametrize(
    "odd",
    [
        {"topic": ""},
        {"topic": "a b"},
        {"topic": "^city.*"},
        {"topic": ".."},
        {"topic": ["a"]},
        {"url": "https://broker.example"},
        {"url": "kafkas://user:canary-4711@broker.example"},
        {"url": "kafkas://a,kafkas://b"},
        {"mechanism": "GSSAPI"},
        {"largest": 10**9},
        {"secret": "../x"},
    ],
)
def test_an_address_with_odd_members_is_refused(odd: dict[str, Any]) -> None:
    with pytest.raises(SourceError) as error:
        KafkaSource(Brokers(LOOPBACK, read=refuse_secret)).check(GOOD | odd)
    assert "canary" not in str(error.value)


async def test_a_cluster_that_is_not_there_is_told() -> None:
    with pytest.raises(SourceError, match="cannot be used"):
        await KafkaSource(Brokers(LOOPBACK, read=refuse_secret)).probe({**GOOD, "url": "kafka://127.0.0.1:1"})
