"""SensorThings over MQTT at a real broker: a service publishes entities at the topics of the standard."""

import asyncio
import json
from pathlib import Path

import aiomqtt
import pytest

from connector.dataplane.kinds import Site, build_streams
from connector.net.client import GuardedClient
from connector.net.dial import SocketTransport
from connector.net.own.brokers import Brokers
from connector.ports.streams import Arrived, Lost
from tests.dataplane.world import LOOPBACK
from tests.interop.streams.runtime import PASSWORD, USER, Mosquitto, read_account

pytestmark = pytest.mark.streams


@pytest.mark.parametrize("select", [[], ["phenomenonTime", "result"]])
async def test_observations_arrive_as_rows_also_those_of_an_absence(tmp_path: Path, select: list[str]) -> None:
    broker = Mosquitto(tmp_path / "broker")
    await broker.start()
    client = GuardedClient(LOOPBACK, SocketTransport(LOOPBACK))
    kinds = build_streams(Site(None, None, client, brokers=Brokers(LOOPBACK, read=read_account)))
    source = kinds["sensorthings-mqtt"]()
    address = {"kind": "sensorthings-mqtt", "url": broker.url, "secret": "broker", "select": select}
    address["path"] = "Datastreams(7)/Observations"
    topic = "v1.1/Datastreams(7)/Observations" + ("?$select=phenomenonTime,result" if select else "")

    async def publish(*payloads: bytes) -> None:
        async with aiomqtt.Client("127.0.0.1", broker.port, username=USER, password=PASSWORD) as service:
            for payload in payloads:
                await service.publish(topic, payload, qos=1)

    await source.probe(address)
    async with source.open(address, "datenkontor-1", b"") as inlet:
        await publish(json.dumps({"@iot.id": 1, "@iot.selfLink": "x", "result": 20.5}).encode(), b"broken")
        found, mark = list[Arrived](), b""
        async with asyncio.timeout(10):
            while len(found) < 2:
                batch = await inlet.take()
                found, mark = [*found, *batch.messages], batch.mark
        await inlet.acknowledge()
    assert found == [Arrived(b'{"id":1,"result":20.5}'), Arrived(lost=Lost.UNREADABLE)]
    await publish(json.dumps({"@iot.id": 2, "result": 21}).encode())
    async with asyncio.timeout(10), source.open(address, "datenkontor-1", mark) as inlet:
        assert (await inlet.take()).messages == (Arrived(b'{"id":2,"result":21}'),)
    broker.kill()
