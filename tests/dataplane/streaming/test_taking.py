"""A stream that is pulled into a place: what is stored is not asked for again, and its end is told."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connector.ports.entities import FlowDirection
from connector.store.memory.store import MemoryStore
from tests.dataplane.streaming.broker import ADDRESS, Broker
from tests.dataplane.world import FLOW, OWNER, Side, eventually, flow_request, lease, side

SINK = {"kind": "file", "path": "air/", "follow": True}


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture
async def city(tmp_path: Path, broker: Broker) -> AsyncIterator[Side]:
    async with side(tmp_path / "city", streams={"memory": lambda: broker}) as made:
        yield made


async def offer(city: Side, broker: Broker) -> bytes:
    address = await city.serve(ADDRESS, live=True)  # type: ignore[arg-type]
    await eventually(lambda: broker.opened, "nobody listens to the broker")
    return msgspec.json.encode(address)


async def take(firm: Side, endpoint: bytes, sink: dict[str, Any] | None = None, epoch: int = 1) -> None:
    report = await firm.plane.start(flow_request(FlowDirection.FETCH, endpoint=endpoint, sink=sink or SINK))
    assert report.error is None
    await firm.plane.renew(lease(epoch))


def numbers(firm: Side) -> list[int]:
    places = [*(firm.folder / "in/air").glob("*.ndjson")] if (firm.folder / "in/air").exists() else []
    lines = [json.loads(line) for place in places for line in place.read_bytes().splitlines()]
    return [line["data"] for line in lines if "event" not in line]


async def test_messages_go_into_the_place_as_they_arrive(city: Side, consumer: Side, broker: Broker) -> None:
    await take(consumer, await offer(city, broker))
    await eventually(lambda: consumer.plane.register.gates[(OWNER, FLOW)].in_passage, "nothing reads")
    broker.send(*(b"%d" % number for number in range(700)))
    await eventually(lambda: len(numbers(consumer)) == 700, "messages are missing")
    assert numbers(consumer) == list(range(700))


async def test_a_restart_of_the_consumer_goes_on_behind_what_is_stored(
    tmp_path: Path, city: Side, broker: Broker
) -> None:
    endpoint, store, sent = await offer(city, broker), MemoryStore(), 0
    for _ in range(3):
        async with side(tmp_path / "firm", store=store) as firm:
            if not sent:
                await take(firm, endpoint)
            await firm.plane.resume_flows(OWNER)
            broker.send(*(b"%d" % number for number in range(sent, sent + 50)))
            sent += 50
            await eventually(lambda: len(numbers(firm)) >= sent, "messages are missing")  # noqa: B023 - runs at once
        broker.send(*(b"%d" % number for number in range(sent, sent + 10)))
        sent += 10
    async with side(tmp_path / "firm", store=store) as firm:
        await firm.plane.resume_flows(OWNER)
        await eventually(lambda: len(numbers(firm)) >= sent, "what was missed is not caught up")
        assert numbers(firm) == list(range(sent))


async def test_the_end_of_the_stream_ends_the_flow_with_the_reason_of_the_provider(
    city: Side, consumer: Side, broker: Broker
) -> None:
    await take(consumer, await offer(city, broker))
    broker.send(b"1")
    await eventually(lambda: numbers(consumer) == [1], "nothing arrives")
    await city.plane.terminate(OWNER, FLOW, "The sensor is faulty.")
    report = await consumer.wait_for_end()
    assert report.error is not None
    assert "The sensor is faulty" in report.error


async def test_a_suspended_flow_takes_nothing_and_goes_on_without_loss(
    city: Side, consumer: Side, broker: Broker
) -> None:
    await take(consumer, await offer(city, broker))
    broker.send(b"1")
    await eventually(lambda: numbers(consumer) == [1], "nothing arrives")
    await consumer.plane.suspend(OWNER, FLOW, "by the consumer")
    broker.send(b"2")
    await eventually(lambda: not broker.held, "the city does not listen any more")
    assert numbers(consumer) == [1]
    await consumer.plane.resume(OWNER, FLOW)
    await consumer.plane.renew(lease(2))
    await eventually(lambda: numbers(consumer) == [1, 2], "messages are missing")


async def test_who_reads_such_a_transfer_learns_where_its_messages_go(
    city: Side, consumer: Side, broker: Broker
) -> None:
    await take(consumer, await offer(city, broker))
    lines = b"".join([line async for line in consumer.plane.follow(OWNER, FLOW, "")])
    assert json.loads(lines) == {
        "event": "interrupted",
        "message": "The messages of this transfer go to its sink.",
        "again": False,
    }


async def test_a_place_that_takes_no_streams_is_refused_before_anything_begins(consumer: Side) -> None:
    for sink in ({"kind": "sql", "path": "x.sqlite", "table": "t", "replace": True, "follow": True},):
        assert "stream" in (consumer.plane.supports(None, sink) or "")
