"""What every kind of stream keeps, at its real broker. The suite runs over the kinds of brokers."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from connector.dataplane.kinds import STREAMS, Site, build_streams
from connector.net.client import GuardedClient
from connector.net.dial import SocketTransport
from connector.net.own.brokers import Brokers
from connector.ports.flow import Cause, SourceError
from connector.ports.streams import Arrived, Inlet, Lost, StreamSource
from tests.dataplane.world import LOOPBACK
from tests.interop.streams.runtime import BROKERS, AnyBroker, read_account

pytestmark = pytest.mark.streams
NAME = "datenkontor-0123456789ab"


@pytest.fixture(params=BROKERS)
async def broker(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AnyBroker]:
    made = BROKERS[request.param](tmp_path / "broker")
    await made.start()
    yield made
    made.release()


@pytest.fixture
def source(broker: AnyBroker) -> StreamSource:
    client = GuardedClient(LOOPBACK, SocketTransport(LOOPBACK))
    site = Site(None, None, client, brokers=Brokers(LOOPBACK, read=read_account))
    return build_streams(site)[str(broker.make_address()["kind"])]()


def test_every_kind_is_tried_at_a_broker() -> None:
    # These two read what they are told: test_observations and tests/dataplane/sources have them.
    assert {*STREAMS} == {*BROKERS, "ngsi-ld-subscription", "sensorthings-mqtt"}


async def take(inlet: Inlet, count: int) -> tuple[list[Arrived], bytes]:
    found, mark = list[Arrived](), b""
    async with asyncio.timeout(10):
        while len(found) < count:
            batch = await inlet.take()
            found += batch.messages
            mark = batch.mark
    return found, mark


async def test_what_arrives_while_nobody_listens_is_kept(broker: AnyBroker, source: StreamSource) -> None:
    address = broker.make_address()
    async with source.open(address, NAME, b"") as inlet:
        await broker.publish(b"1", b"2")
        found, mark = await take(inlet, 2)
        await inlet.acknowledge()
    await broker.publish(b"3")
    async with source.open(address, NAME, mark) as inlet:
        found += (await take(inlet, 1))[0]
    assert [one.data for one in found] == [b"1", b"2", b"3"]


async def test_what_was_stored_and_not_acknowledged_is_not_returned_twice(
    broker: AnyBroker, source: StreamSource
) -> None:
    address = broker.make_address()
    async with source.open(address, NAME, b"") as inlet:
        await broker.publish(b"same", b"same", b"same")
        _, mark = await take(inlet, 3)
    await broker.publish(b"4")
    async with source.open(address, NAME, mark) as inlet:
        found, _ = await take(inlet, 1)
    assert [one.data for one in found] == [b"4"]


async def test_what_was_not_stored_comes_again(broker: AnyBroker, source: StreamSource) -> None:
    address = broker.make_address()
    async with source.open(address, NAME, b"") as inlet:
        await broker.publish(b"1", b"2")
        await take(inlet, 2)
    async with source.open(address, NAME, b"") as inlet:
        found, _ = await take(inlet, 2)
    assert [one.data for one in found] == [b"1", b"2"]


async def test_a_message_that_is_too_large_is_told_in_its_place(broker: AnyBroker, source: StreamSource) -> None:
    async with source.open(broker.make_address(largest=10), NAME, b"") as inlet:
        await broker.publish(b"1", b"x" * 11, b"2")
        found, _ = await take(inlet, 3)
    assert found == [Arrived(b"1"), Arrived(lost=Lost.TOO_LARGE), Arrived(b"2")]


async def test_a_flood_is_taken_in_bounded_pieces_and_nothing_is_lost(broker: AnyBroker, source: StreamSource) -> None:
    sent = [b"%d" % number for number in range(3_000)]
    async with source.open(broker.make_address(), NAME, b"") as inlet:
        publishing = asyncio.create_task(broker.publish(*sent))
        found = list[bytes]()
        async with asyncio.timeout(60):
            while len(found) < len(sent):
                batch = await inlet.take()
                assert len(batch.messages) <= 256
                found += [one.data for one in batch.messages]
                await inlet.acknowledge()
        await publishing
    assert found == sent


async def test_a_broker_that_dies_is_an_error_and_keeps_what_it_has(broker: AnyBroker, source: StreamSource) -> None:
    address = broker.make_address()
    async with source.open(address, NAME, b"") as inlet:
        await broker.publish(b"1")
        _, mark = await take(inlet, 1)
        await inlet.acknowledge()
        await broker.publish(b"2")
        await take(inlet, 1)
        broker.kill()
        with pytest.raises(SourceError) as error:
            await asyncio.wait_for(inlet.take(), 10)
        assert error.value.cause is Cause.UNAVAILABLE
    with pytest.raises(SourceError, match="cannot be"):
        await source.probe(address)
    await broker.start()
    async with source.open(address, NAME, mark) as inlet:
        found, _ = await take(inlet, 1)
    assert found[0].data == b"2"


async def test_a_subscription_that_is_forgotten_keeps_nothing(broker: AnyBroker, source: StreamSource) -> None:
    address = broker.make_address()
    async with source.open(address, NAME, b""):
        pass
    await source.forget(address, NAME)
    await source.forget(address, NAME)
    await broker.publish(b"1")
    async with source.open(address, NAME, b"") as inlet:
        await broker.publish(b"2")
        found, _ = await take(inlet, 1)
    assert found[0].data == b"2"


async def test_an_account_that_is_refused_or_unknown_is_told_without_a_secret(
    broker: AnyBroker, source: StreamSource
) -> None:
    await source.probe(broker.make_address())
    with pytest.raises(SourceError, match="secret"):
        await source.probe(broker.make_address(secret=""))
    with pytest.raises(SourceError, match="is not known"):
        await source.probe(broker.make_address(secret="other"))


async def test_a_broker_outside_of_the_allowed_networks_is_not_dialled(broker: AnyBroker) -> None:
    client = GuardedClient(LOOPBACK, SocketTransport(LOOPBACK))
    kinds = build_streams(Site(None, None, client, brokers=Brokers(LOOPBACK, read=read_account)))
    source = kinds[str(broker.make_address()["kind"])]()
    for url in ("10.0.0.1:1883", "169.254.169.254:80", "[::1]:1883"):
        with pytest.raises(SourceError, match="may not be used"):
            await source.probe(broker.make_address(url=f"{broker.scheme}://{url}"))
