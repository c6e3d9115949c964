from collections.abc import AsyncIterator

import pytest

from connector.dataplane.sinks.http import HttpSink
from connector.ports.flow import Arrival, SourceError
from tests.dataplane.world import Side

URL = {"url": "https://city.example/in"}


async def pieces() -> AsyncIterator[bytes]:
    yield b"data"


async def test_a_member_must_stay_below_the_url(consumer: Side) -> None:
    with pytest.raises(SourceError, match="plain relative path"):
        HttpSink(consumer.client).check({**URL, "member": "../x"})


async def test_a_delivery_to_a_url_cannot_be_continued(consumer: Side) -> None:
    sink = HttpSink(consumer.client)
    assert await sink.count_received(URL, "f") == 0
    with pytest.raises(SourceError, match="cannot be continued"):
        await sink.write(URL, Arrival(flow_id="f", media_type="x/y", offset=2), pieces())
