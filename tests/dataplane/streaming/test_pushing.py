"""The push of a stream: batches that are acknowledged, positions, breaks, restarts, gaps, refusals, and slow peers."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web

from connector.dataplane.streaming import pushing
from connector.ports.dataplane import FlowReport
from connector.ports.entities import FlowDirection
from connector.ports.streams import Arrived, Lost
from connector.protocol.dsp.common import DataAddress, http_address
from connector.protocol.dsp.machines.transfer_machine import FlowState
from connector.store.memory.store import MemoryStore
from tests.dataplane.streaming.broker import ADDRESS, Broker
from tests.dataplane.world import FLOW, OWNER, Side, eventually, flow_request, lease, serving, side

SINK = {"kind": "file", "path": "air.ndjson"}


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture
async def city(tmp_path: Path, broker: Broker) -> AsyncIterator[Side]:
    async with side(tmp_path / "city", streams={"memory": lambda: broker}) as made:
        yield made


async def receive(firm: Side, sink: dict[str, Any] | None = None) -> bytes:
    """Prepare the receiving side; return the address that the peer pushes to."""
    report = await firm.plane.prepare(flow_request(FlowDirection.RECEIVE, sink=sink or SINK))
    assert report.data_address, report.error
    await firm.plane.renew(lease())
    return report.data_address


async def begin(city: Side, endpoint: bytes, flow: str = FLOW, **rest: Any) -> FlowReport:
    """Start the push of a stream."""
    request = flow_request(FlowDirection.PUSH, source=ADDRESS, endpoint=endpoint, live=True)
    report = await city.plane.start(msgspec.structs.replace(request, flow_id=flow, **rest))
    await city.plane.renew(msgspec.structs.replace(lease(), flow_id=flow))
    return report


def read(firm: Side, name: str = "air.ndjson") -> list[dict[str, Any]]:
    place = firm.folder / "in" / name
    return [json.loads(line) for line in place.read_bytes().splitlines()] if place.exists() else []


def numbers(firm: Side) -> list[int]:
    return [line["data"] for line in read(firm) if "event" not in line]


async def test_messages_arrive_in_order_and_what_is_stored_is_acknowledged(
    city: Side, consumer: Side, broker: Broker
) -> None:
    await begin(city, await receive(consumer))
    await eventually(lambda: broker.opened, "nobody listens to the broker")
    broker.send(*(b"%d" % number for number in range(1_200)))
    await eventually(lambda: len(numbers(consumer)) == 1_200, "messages are missing")
    assert numbers(consumer) == list(range(1_200))
    last = read(consumer)[-1]["id"]

    async def both_know() -> bool:
        flows = [await one.store.flow(OWNER, FLOW) for one in (city, consumer)]
        return all(flow is not None and flow.cursor == last for flow in flows)

    async with asyncio.timeout(5):
        while not await both_know():  # noqa: ASYNC110 - the answer to the last batch is on its way
            await asyncio.sleep(0.01)
    flow = await consumer.store.flow(OWNER, FLOW)
    assert flow is not None
    assert flow.state == FlowState.STARTED, "a stream has no end"


async def test_either_side_restarts_and_nothing_is_lost_or_twice(tmp_path: Path, broker: Broker) -> None:
    stores = MemoryStore(), MemoryStore()
    sent = 0
    endpoint = b""
    for _ in range(3):
        async with (
            side(tmp_path / "city", store=stores[0], streams={"memory": lambda: broker}) as city,
            side(tmp_path / "firm", store=stores[1]) as firm,
        ):
            if not endpoint:
                endpoint = await receive(firm)
            else:
                await firm.plane.resume_flows(OWNER)
                # The port is another one after each start of a test; a connector keeps its own.
                address = msgspec.json.decode(endpoint, type=DataAddress)
                endpoint = msgspec.json.encode(
                    msgspec.structs.replace(
                        address,
                        endpoint=f"{firm.url}/flows/{FLOW}",
                        endpoint_properties=tuple(
                            one for one in address.endpoint_properties if not one.name.endswith("baseUrl")
                        ),
                    )
                )
            await begin(city, endpoint)
            await eventually(lambda: broker.opened, "nobody listens to the broker")
            broker.send(*(b"%d" % number for number in range(sent, sent + 50)))
            sent += 50
            await eventually(lambda: len(numbers(firm)) >= sent, "messages are missing")  # noqa: B023 - runs at once
    assert numbers(firm) == list(range(150))


async def test_a_batch_that_comes_again_is_stored_once(city: Side, consumer: Side, broker: Broker) -> None:
    endpoint = msgspec.json.decode(await receive(consumer), type=DataAddress)
    answers = list[int]()

    async def pass_on(request: web.Request) -> web.Response:
        """A way on which the answer to each batch is lost once."""
        headers = {name: request.headers[name] for name in ("Authorization", "Content-Type", "Stream-Position")}
        body = await request.read()
        answer = await consumer.client.request("POST", str(endpoint.endpoint), headers=headers, body=body)
        answers.append(answer.status)
        return web.Response(status=503 if len(answers) % 2 else answer.status)

    async with serving(pass_on) as url:
        await begin(
            city,
            msgspec.json.encode(
                msgspec.structs.replace(
                    endpoint,
                    endpoint=url,
                    endpoint_properties=tuple(
                        one for one in endpoint.endpoint_properties if not one.name.endswith("baseUrl")
                    ),
                )
            ),
        )
        await eventually(lambda: broker.opened, "nobody listens to the broker")
        broker.send(*(b"%d" % number for number in range(20)))
        await eventually(lambda: len(answers) >= 2, "nothing was sent")
        broker.send(*(b"%d" % number for number in range(20, 40)))
        await eventually(lambda: len(numbers(consumer)) == 40, "messages are missing")
    assert numbers(consumer) == list(range(40))
    assert answers == [204] * len(answers)


async def test_a_gap_is_a_line_in_its_place_and_told_of_the_flow(city: Side, consumer: Side, broker: Broker) -> None:
    await begin(city, await receive(consumer))
    await eventually(lambda: broker.opened, "nobody listens to the broker")
    broker.send(b"1", Arrived(lost=Lost.AT_SOURCE, count=7), b"2")
    await eventually(lambda: numbers(consumer) == [1, 2], "messages are missing")
    assert [(line.get("event"), line.get("count")) for line in read(consumer)] == [
        (None, None),
        ("gap", 7),
        (None, None),
    ]

    async def find_remark() -> str:
        flow = await consumer.store.flow(OWNER, FLOW)
        return (flow.remark if flow else None) or ""

    async with asyncio.timeout(5):
        while "gap of 7 messages (at-source)" not in await find_remark():  # noqa: ASYNC110 - it is stored by and by
            await asyncio.sleep(0.01)


async def test_a_suspended_push_stops_at_once_and_goes_on_without_loss(
    city: Side, consumer: Side, broker: Broker
) -> None:
    await begin(city, await receive(consumer))
    await eventually(lambda: broker.opened, "nobody listens to the broker")
    broker.send(b"1")
    await eventually(lambda: numbers(consumer) == [1], "nothing arrives")
    await city.plane.suspend(OWNER, FLOW, "by the provider")
    broker.send(b"2", b"3")
    await eventually(lambda: not broker.held, "the city does not listen any more")
    assert numbers(consumer) == [1]
    await city.plane.resume(OWNER, FLOW)
    await city.plane.renew(lease(2))
    await eventually(lambda: numbers(consumer) == [1, 2, 3], "messages are missing")


async def test_without_a_lease_nothing_leaves_and_its_end_cuts_the_stream_off(
    city: Side, consumer: Side, broker: Broker
) -> None:
    await begin(city, await receive(consumer))
    await eventually(lambda: broker.opened, "nobody listens to the broker")
    broker.send(b"1")
    await eventually(lambda: numbers(consumer) == [1], "nothing arrives")
    await city.plane.terminate(OWNER, FLOW, "withdrawn")
    broker.send(b"2")
    await eventually(lambda: broker.forgotten, "the journal is kept")
    assert numbers(consumer) == [1]


@asynccontextmanager
async def _answering(status: int) -> AsyncIterator[tuple[bytes, list[bytes]]]:
    """A foreign endpoint that answers each batch with one status."""
    bodies = list[bytes]()

    async def answer(request: web.Request) -> web.Response:
        assert request.method == "POST"
        assert request.headers["Content-Type"] == "application/x-ndjson"
        bodies.append(await request.read())
        return web.Response(status=status)

    async with serving(answer) as url:
        yield msgspec.json.encode(http_address(url, "token", endpoint_type="HttpData")), bodies


@pytest.mark.parametrize("status", [200, 202, 204])
async def test_any_endpoint_that_answers_with_success_takes_a_stream(city: Side, broker: Broker, status: int) -> None:
    async with _answering(status) as (endpoint, bodies):
        await begin(city, endpoint)
        await eventually(lambda: broker.opened, "nobody listens to the broker")
        broker.send(b'{"pm10": 21}')
        await eventually(lambda: bodies, "nothing arrives")
        (line,) = bodies[0].splitlines()
        assert json.loads(line)["data"] == {"pm10": 21}
        broker.send(b"2")
        await eventually(lambda: len(bodies) == 2, "the first batch is not acknowledged")


async def test_a_peer_that_refuses_for_good_ends_the_stream_with_a_reason(city: Side, broker: Broker) -> None:
    async with _answering(404) as (endpoint, bodies):
        await begin(city, endpoint)
        await eventually(lambda: broker.opened, "nobody listens to the broker")
        broker.send(b"1")
        report = await city.wait_for_end()
    assert report.error is not None
    assert "404" in report.error
    assert len(bodies) == 6


async def test_a_peer_that_is_away_is_waited_for_and_said_so(city: Side, broker: Broker) -> None:
    async with _answering(503) as (endpoint, bodies):
        await begin(city, endpoint)
        await eventually(lambda: broker.opened, "nobody listens to the broker")
        broker.send(b"1")
        await eventually(lambda: len(bodies) > 20, "it is not tried again")
        report = await city.plane.report(OWNER, FLOW)
    assert report is not None
    assert report.error is None
    assert report.waits == "The peer's data endpoint answered with status 503."


async def test_a_slow_peer_slows_down_nobody_else(city: Side, broker: Broker) -> None:
    slow, quick = list[bytes](), list[bytes]()
    release = asyncio.Event()

    async def hang(request: web.Request) -> web.Response:
        slow.append(await request.read())
        await release.wait()
        return web.Response(status=204)

    async def take(request: web.Request) -> web.Response:
        quick.append(await request.read())
        return web.Response(status=204)

    async with serving(hang) as hanging, serving(take) as taking:
        for url, flow in ((hanging, "urn:uuid:slow"), (taking, "urn:uuid:quick")):
            await begin(city, msgspec.json.encode(http_address(url, "t", endpoint_type="HttpData")), flow)
        await eventually(lambda: broker.opened, "nobody listens to the broker")
        for number in range(0, 500, 100):
            broker.send(*(b"%d" % one for one in range(number, number + 100)))
            await eventually(lambda end=number + 100: b"".join(quick).count(b"\n") == end, "the quick one waits")  # type: ignore[misc]
        assert len(slow) <= 1
        release.set()
        await eventually(lambda: b"".join(slow).count(b"\n") == 500, "the slow one misses messages")


async def test_batches_are_bounded(city: Side, broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pushing, "LINGER_S", 0.05)
    async with _answering(204) as (endpoint, bodies):
        await begin(city, endpoint)
        await eventually(lambda: broker.opened, "nobody listens to the broker")
        broker.send(*(b'"%s"' % (b"x" * 4_000) for _ in range(2_000)))
        await eventually(lambda: b"".join(bodies).count(b"\n") == 2_000, "messages are missing")
    # A step of the reader may be one more: 256 messages and 256 KiB.
    assert max(len(body) for body in bodies) < pushing.MOST_BYTES + 300 * 1024
    assert max(body.count(b"\n") for body in bodies) <= pushing.MOST_PIECES + 256


async def test_a_place_that_takes_no_such_file_fails_the_flow_with_a_reason(
    city: Side, consumer: Side, broker: Broker
) -> None:
    (consumer.folder / "in/air.ndjson").write_bytes(b"what was here before\n")
    await begin(city, await receive(consumer))
    await eventually(lambda: broker.opened, "nobody listens to the broker")
    broker.send(b"1")
    report = await consumer.wait_for_end()
    assert report.error == ("A file of this name has something else than the lines of a stream: choose another name.")
    assert (consumer.folder / "in/air.ndjson").read_bytes() == b"what was here before\n"
