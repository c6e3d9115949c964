"""What only Kafka has: partitions, offsets that are deleted, and a cluster that names its brokers itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from connector.dataplane.address.secrets import refuse_secret
from connector.dataplane.sources.kafka import KafkaSource
from connector.net.own.brokers import Brokers
from connector.ports.flow import SourceError
from connector.ports.streams import Arrived, Lost
from tests.dataplane.world import LOOPBACK
from tests.interop.streams.runtime import KafkaServer, read_account
from tests.interop.streams.test_sources import NAME, take

pytestmark = pytest.mark.streams


@pytest.fixture
async def broker(tmp_path: Path) -> KafkaServer:
    made = KafkaServer(tmp_path / "broker")
    made.partitions = 2
    await made.start()
    return made


@pytest.fixture
def source() -> KafkaSource:
    return KafkaSource(Brokers(LOOPBACK, read=read_account))


async def test_all_partitions_are_read_each_in_its_order(broker: KafkaServer, source: KafkaSource) -> None:
    address = broker.make_address()
    async with source.open(address, NAME, b"") as inlet:
        await broker.put(0, b"a1", b"a2")
        await broker.put(1, b"b1", b"b2")
        found, mark = await take(inlet, 4)
    assert sorted(one.data for one in found) == [b"a1", b"a2", b"b1", b"b2"]
    await broker.put(1, b"b3")
    await broker.put(0, b"a3")
    async with source.open(address, NAME, mark) as inlet:
        found, _ = await take(inlet, 2)
    assert sorted(one.data for one in found) == [b"a3", b"b3"]


async def test_a_partition_that_is_new_is_read_from_its_beginning(broker: KafkaServer, source: KafkaSource) -> None:
    address = broker.make_address()
    async with source.open(address, NAME, b"") as inlet:
        await broker.put(0, b"1")
        _, mark = await take(inlet, 1)
    await broker.grow(3)
    await broker.put(2, b"2")
    async with source.open(address, NAME, mark) as inlet:
        found, _ = await take(inlet, 1)
    assert found == [Arrived(b"2")]


async def test_messages_that_the_broker_has_deleted_are_told_as_a_gap(broker: KafkaServer, source: KafkaSource) -> None:
    address = broker.make_address()
    async with source.open(address, NAME, b"") as inlet:
        await broker.put(0, b"1")
        _, mark = await take(inlet, 1)
    await broker.put(0, b"2", b"3", b"4")
    await broker.trim(3)
    async with source.open(address, NAME, mark) as inlet:
        found, _ = await take(inlet, 2)
    assert found == [Arrived(lost=Lost.AT_SOURCE, count=2), Arrived(b"4")]


async def test_a_topic_that_is_not_there_is_told_and_not_made(broker: KafkaServer, source: KafkaSource) -> None:
    for _ in range(2):
        with pytest.raises(SourceError, match="no topic of this name"):
            await source.probe(broker.make_address(topic="city.none"))


@asynccontextmanager
async def forwarding(port: int) -> AsyncIterator[int]:
    """Pass connections on to a port of this machine."""

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(65536):
            writer.write(piece)
        writer.close()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(copy(reader, inner_writer), copy(inner_reader, writer))

    server = await asyncio.start_server(pass_on, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def test_a_broker_that_a_cluster_names_gets_no_account_that_is_not_for_it(broker: KafkaServer) -> None:
    async with forwarding(broker.port) as port:

        def read(name: str, server: str) -> str:
            return read_account(name, server) if server == f"127.0.0.1:{port}" else refuse_secret(name, server)

        address = broker.make_address(url=f"kafka://127.0.0.1:{port}")
        with pytest.raises(SourceError, match="broker is not known"):
            await KafkaSource(Brokers(LOOPBACK, read=read)).probe(address)
