"""Addresses of NATS; tests/interop/streams has the rest, with a real server."""

from typing import Any

import pytest

from connector.dataplane.address.secrets import refuse_secret
from connector.dataplane.sources.nats import NatsSource
from connector.net.own.brokers import Brokers
from connector.ports.flow import SourceError
from tests.dataplane.world import LOOPBACK

GOOD = {"kind": "nats", "url": "tls://nats.example:4222", "stream": "AIR", "subject": "city.air"}


def test_an_address_with_a_stream_and_a_subject_is_taken() -> None:
    NatsSource(Brokers(LOOPBACK, read=refuse_secret)).check(GOOD)


@pytest.mark.parametrize("subject", [None, 7, "", "city.*", ">", "city.>", "a b", ".a", "a..b"])
def test_a_subject_that_is_none_or_has_a_wildcard_is_refused(subject: Any) -> None:
    with pytest.raises(SourceError, match="`subject`"):
        NatsSource(Brokers(LOOPBACK, read=refuse_secret)).check({**GOOD, "subject": subject})


@pytest.mark.parametrize("stream", [None, "", "A.B", "a b", "x" * 201])
def test_a_stream_without_a_name_is_refused(stream: Any) -> None:
    with pytest.raises(SourceError, match="`stream`"):
        NatsSource(Brokers(LOOPBACK, read=refuse_secret)).check({**GOOD, "stream": stream})
