"""Real brokers as sinks: messages arrive in their order, acknowledged, and what is refused is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from connector.dataplane.kinds import SINKS, Site
from connector.net.client import GuardedClient
from connector.net.dial import SocketTransport
from connector.net.own.brokers import Brokers
from connector.ports.flow import Arrival, Cause, Sink, SourceError
from connector.ports.stream_sink import StreamBatch, StreamMessage, StreamSink
from tests.dataplane.world import LOOPBACK, blob, sha256
from tests.interop.streams.runtime import BROKERS, PASSWORD, TOPIC, USER, AnyBroker, NatsServer, read_account

pytestmark = pytest.mark.streams


@pytest.fixture(params=[kind for kind in BROKERS if kind in SINKS])
async def broker(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AnyBroker]:
    made = BROKERS[request.param](tmp_path / "broker")
    await made.start()
    yield made
    made.kill()


@asynccontextmanager
async def building(kind: str) -> AsyncIterator[Sink]:
    transport = SocketTransport(LOOPBACK)
    yield SINKS[kind](
        Site(None, None, GuardedClient(LOOPBACK, transport), brokers=Brokers(LOOPBACK, read=read_account))
    )
    await transport.close()


def place(broker: AnyBroker, **more: Any) -> dict[str, Any]:
    found = {**broker.make_address(), **more}
    found.pop("stream", None)
    return found


@asynccontextmanager
async def listening(broker: AnyBroker) -> AsyncIterator["asyncio.Queue[bytes]"]:
    """Receive what the broker hands out from now on."""
    found = asyncio.Queue[bytes]()
    if isinstance(broker, NatsServer):
        client = await broker.connect()

        async def take(message: Any) -> None:
            found.put_nowait(message.data)

        await client.jetstream().subscribe(TOPIC.replace("/", "."), cb=take)
        yield found
        await client.close()
        return
    async with aiomqtt.Client("127.0.0.1", broker.port, username=USER, password=PASSWORD) as reader:
        await reader.subscribe("#", qos=1)

        async def copy() -> None:
            async for message in reader.messages:
                found.put_nowait(bytes(message.payload))  # type: ignore[arg-type]

        task = asyncio.create_task(copy())
        yield found
        task.cancel()


async def collect(found: "asyncio.Queue[bytes]", count: int) -> list[bytes]:
    async with asyncio.timeout(20):
        return [await found.get() for _ in range(count)]


def batch(first: int, end: int) -> StreamBatch:
    messages = [StreamMessage(f"7f.{one}", "", b"", b"%d" % one) for one in range(first, end)]
    return StreamBatch("urn:uuid:1", (*messages, StreamMessage(f"7f.{end}", "", b"", b"", "gap")))


async def pieces(*data: bytes) -> AsyncIterator[bytes]:
    for piece in data:
        yield piece


async def test_messages_of_a_stream_are_published_in_their_order(broker: AnyBroker) -> None:
    address = place(broker)
    async with building(address["kind"]) as sink, listening(broker) as found:
        assert isinstance(sink, StreamSink)
        sink.check_stream(address)
        await sink.store(address, batch(0, 450))
        await sink.store(address, batch(450, 500))
        assert await collect(found, 500) == [b"%d" % one for one in range(500)]


async def test_a_batch_that_comes_again_is_stored_once_by_a_server_that_can_see_it(tmp_path: Path) -> None:
    broker = NatsServer(tmp_path / "broker")
    await broker.start()
    try:
        async with building("nats") as sink:
            assert isinstance(sink, StreamSink)
            for end in (20, 30):
                await sink.store(place(broker), batch(0, end))
        client = await broker.connect()
        assert (await client.jetstream().stream_info("AIR")).state.messages == 30
        await client.close()
    finally:
        broker.kill()


async def test_a_delivery_is_one_message_when_it_is_whole(broker: AnyBroker) -> None:
    address, data = place(broker), blob(200_000)
    async with building(address["kind"]) as sink, listening(broker) as found:
        with pytest.raises(SourceError, match="SHA-256"):
            await sink.write(address, Arrival(flow_id="f", media_type="x", sha256="0" * 64), pieces(data))
        with pytest.raises(SourceError, match="larger than 100 bytes"):
            await sink.write({**address, "largest": 100}, Arrival(flow_id="f", media_type="x"), pieces(data))
        receipt = await sink.write(address, Arrival(flow_id="f", media_type="x", sha256=sha256(data)), pieces(data))
        assert receipt.sha256 == sha256(data)
        assert await collect(found, 1) == [data]


async def test_a_broker_that_refuses_or_is_away_says_why_without_the_account(
    broker: AnyBroker, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    address = place(broker)
    async with building(address["kind"]) as sink:
        assert isinstance(sink, StreamSink)
        with pytest.raises(SourceError, match="refuses") as caught:
            await sink.store({name: value for name, value in address.items() if name != "secret"}, batch(0, 3))
        assert caught.value.cause is Cause.NOT_ALLOWED
        broker.kill()
        with pytest.raises(SourceError, match="cannot be") as caught:
            await sink.store(address, batch(0, 3))
        assert caught.value.cause is Cause.UNAVAILABLE
    assert PASSWORD not in f"{caught.value!r} {caplog.text}"


@pytest.mark.parametrize("topic", ["city/#", "city/+/air", "$SYS/x", "a\nb", "", 7])
async def test_a_topic_with_a_wildcard_is_refused(tmp_path: Path, topic: object) -> None:
    async with building("mqtt") as sink:
        with pytest.raises(SourceError):
            sink.check({"kind": "mqtt", "url": "mqtt://127.0.0.1:1", "topic": topic})


async def test_a_subject_that_no_stream_stores_is_no_success(tmp_path: Path) -> None:
    broker = NatsServer(tmp_path / "broker")
    await broker.start()
    try:
        async with building("nats") as sink:
            assert isinstance(sink, StreamSink)
            with pytest.raises(SourceError, match="No stream of the server"):
                await sink.store(place(broker, subject="nobody.listens"), batch(0, 3))
    finally:
        broker.kill()
