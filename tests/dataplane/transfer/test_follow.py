"""A consumer's data plane passes a stream on: whole lines, and why it ends."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from connector.dataplane.transfer.follow import is_stream
from connector.ports.entities import FlowDirection
from connector.protocol.dsp.common import http_address
from tests.dataplane.streaming.broker import ADDRESS, Broker
from tests.dataplane.world import FLOW, OWNER, Side, eventually, flow_request, lease, serving, side


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture
async def city(tmp_path: Path, broker: Broker) -> AsyncIterator[Side]:
    async with side(tmp_path / "city", streams={"memory": lambda: broker}) as made:
        yield made


async def fetching(city: Side, consumer: Side, broker: Broker) -> None:
    report = await city.plane.start(flow_request(FlowDirection.SERVE, source=ADDRESS, live=True))
    await city.plane.renew(lease())
    assert is_stream(report.data_address)
    sink = {"kind": "file", "path": "x"}
    await consumer.plane.start(flow_request(FlowDirection.FETCH, sink=sink, endpoint=report.data_address, live=True))
    await consumer.plane.renew(lease(seconds=None))
    await eventually(lambda: broker.opened, "nobody listens to the broker")


async def follow(consumer: Side, count: int, after: str = "") -> list[dict[str, Any]]:
    found, stream = list[dict[str, Any]](), consumer.plane.follow(OWNER, FLOW, after)
    async for lines in stream:
        assert lines.endswith(b"\n")
        found += [json.loads(line) for line in lines.splitlines()]
        if len([one for one in found if one.get("event") != "keep-alive"]) >= count:
            break
    await stream.aclose()  # type: ignore[attr-defined] # it is a generator
    return found


async def test_a_stream_is_followed_and_continued(city: Side, consumer: Side, broker: Broker) -> None:
    await fetching(city, consumer, broker)
    broker.send(b"1", b"2")
    seen = await follow(consumer, 2)
    assert [line["data"] for line in seen] == [1, 2]
    assert [line["data"] for line in await follow(consumer, 1, seen[0]["id"])] == [2]
    flow = await consumer.store.flow(OWNER, FLOW)
    assert flow
    assert flow.size is None, "a stream is not fetched into a file"


async def test_the_end_of_the_provider_is_passed_on(city: Side, consumer: Side, broker: Broker) -> None:
    await fetching(city, consumer, broker)
    await city.plane.terminate(OWNER, FLOW, "Vertrag verletzt")
    (line,) = await follow(consumer, 1)
    assert (line["event"], line["again"]) == ("interrupted", False)
    assert "401" in line["message"]


async def test_a_flow_that_is_no_stream_is_not_followed(consumer: Side) -> None:
    (line,) = await follow(consumer, 1)
    assert line["event"] == "interrupted"
    assert not line["again"]


async def test_a_peer_with_a_line_without_end_is_left(city: Side, consumer: Side, broker: Broker) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        await answer.prepare(request)
        for _ in range(10):
            await answer.write(b"x" * 1024 * 1024)
        return answer

    await fetching(city, consumer, broker)
    async with serving(endless) as url:
        stored = await consumer.store.flow(OWNER, FLOW)
        assert stored
        import msgspec

        address = msgspec.json.decode(stored.endpoint or b"", type=dict[str, Any])
        address["endpoint"] = url
        changed = {"endpoint": msgspec.json.encode(address)}
        await consumer.plane.register.amend(stored, lambda _: changed)
        (line,) = await follow(consumer, 1)
    assert "larger than any may be" in line["message"]
    assert not is_stream(msgspec.json.encode(http_address(url)))
