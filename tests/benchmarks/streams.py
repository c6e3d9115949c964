"""From a real MQTT broker to the consumer: the age of a message when it arrives, what is lost, and many streams.

The provider's data plane with its store on disk, the readers and the endpoints that streams are pushed to are this
process; mosquitto and the publisher have one each. Needs mosquitto and mosquitto-clients.
"""

import asyncio
import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import aiohttp
import msgspec
import uvloop
from aiohttp import web

from connector.dataplane.kinds import Site, build_streams
from connector.net.client import GuardedClient
from connector.net.dial import SocketTransport
from connector.net.own.brokers import Brokers
from connector.ports.entities import FlowDirection
from connector.protocol.dsp.common import DataAddress, http_address
from connector.store.memory.store import MemoryStore
from connector.store.sqlite.store import open_store
from tests.benchmarks.figures import Figure, figure, percentile
from tests.dataplane.world import LOOPBACK, Side, flow_request, lease, serving, side, url_and_token
from tests.interop.streams.runtime import PASSWORD, TOPIC, USER, Mosquitto, read_account

RATES = ((100, 10.0), (2_000, 5.0))
MANY, MANY_RATE, MANY_S = 100, 20, 10.0
AGE_S = 1.0
_LONGEST_S = 120.0


def measure(base: Path) -> list[Figure]:
    """Return the age of messages (p95) at each rate, how many are lost, and the same for many streams at once."""
    return uvloop.run(_measure(base))


async def _measure(base: Path) -> list[Figure]:
    broker = Mosquitto(base / "broker", saves=False)
    await broker.start()
    transport = SocketTransport(LOOPBACK)
    site = Site(None, None, GuardedClient(LOOPBACK, transport), brokers=Brokers(LOOPBACK, read=read_account))
    store = await open_store(base / "store.sqlite")
    found = list[Figure]()
    try:
        # The side is made for tests, whose store is in memory; it needs no more of it than its port.
        async with side(base / "city", store=cast("MemoryStore", store), streams=build_streams(site)) as city:
            for rate, seconds in RATES:
                spent = time.process_time()
                ages, lost = await _run(city, broker, 1, rate, seconds)
                each = 1000 * (time.process_time() - spent) / (rate * seconds)
                found.append(figure(f"streams.cpu_{rate}_per_s", each, "ms per message"))
                found.append(figure(f"streams.age_p95_{rate}_per_s", percentile(ages, 0.95), "s", bound=AGE_S))
                found.append(figure(f"streams.lost_{rate}_per_s", lost, "messages", bound=0))
            before = read_resident()
            ages, lost = await _run(city, broker, MANY, MANY_RATE, MANY_S)
            found.append(figure(f"streams.age_p95_{MANY}_streams", percentile(ages, 0.95), "s", bound=AGE_S))
            found.append(figure(f"streams.lost_{MANY}_streams", lost, "messages", bound=0))
            found.append(figure(f"streams.memory_{MANY}_streams", read_resident() - before, "MiB"))
            for rate, seconds in RATES:
                ages, lost = await _push(city, broker, 1, rate, seconds)
                found.append(figure(f"streams.push_age_p95_{rate}_per_s", percentile(ages, 0.95), "s", bound=AGE_S))
                found.append(figure(f"streams.push_lost_{rate}_per_s", lost, "messages", bound=0))
            before = read_resident()
            ages, lost = await _push(city, broker, MANY, MANY_RATE, MANY_S)
            found.append(figure(f"streams.push_age_p95_{MANY}_streams", percentile(ages, 0.95), "s", bound=AGE_S))
            found.append(figure(f"streams.push_lost_{MANY}_streams", lost, "messages", bound=0))
            found.append(figure(f"streams.push_memory_{MANY}_streams", read_resident() - before, "MiB"))
    finally:
        broker.kill()
        await store.close()
        await transport.close()
    return found


async def _run(city: Side, broker: Mosquitto, streams: int, rate: int, seconds: float) -> tuple[list[float], int]:
    """Return the age of each message that arrived, and how many did not."""
    expected = int(rate * seconds)
    flows = [f"urn:uuid:{rate}-{number}" for number in range(streams)]
    before = broker.count_subscriptions()
    places = [await _start(city, broker, flow) for flow in flows]
    while broker.count_subscriptions() == before:  # noqa: ASYNC110 - mosquitto tells it in its log
        await asyncio.sleep(0.05)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        readers = [asyncio.create_task(_read(session, *place, expected)) for place in places]
        await _publish(broker, rate, expected)
        results = await asyncio.gather(*readers)
    await _end(city, broker, flows)
    ages = [age for result in results for age in result]
    return ages, streams * expected - len(ages)


async def _push(city: Side, broker: Mosquitto, streams: int, rate: int, seconds: float) -> tuple[list[float], int]:
    """Return the age of each message that was pushed to a partner, and how many were not."""
    expected, ages, whole = int(rate * seconds), list[float](), asyncio.Event()

    async def take(request: web.Request) -> web.Response:
        now, body = time.time(), await request.read()
        lines = [json.loads(line) for line in body.splitlines()]
        ages.extend(now - line["data"]["at"] for line in lines if "event" not in line)
        if len(ages) >= streams * expected:
            whole.set()
        return web.Response(status=204)

    flows, before = [f"urn:uuid:push-{rate}-{number}" for number in range(streams)], broker.count_subscriptions()
    async with serving(take) as url:
        endpoint = msgspec.json.encode(http_address(url, "token", endpoint_type="HttpData"))
        for flow in flows:
            request = flow_request(FlowDirection.PUSH, source=broker.make_address(), endpoint=endpoint, live=True)
            await city.plane.start(msgspec.structs.replace(request, flow_id=flow))
            await city.plane.renew(msgspec.structs.replace(lease(seconds=600), flow_id=flow))
        while broker.count_subscriptions() == before:  # noqa: ASYNC110 - mosquitto tells it in its log
            await asyncio.sleep(0.05)
        await _publish(broker, rate, expected)
        with suppress(TimeoutError):
            await asyncio.wait_for(whole.wait(), _LONGEST_S)
        await _end(city, broker, flows)
    return ages, streams * expected - len(ages)


async def _end(city: Side, broker: Mosquitto, flows: list[str]) -> None:
    """End flows, and wait until their subscription is removed, which the broker notes like one that begins."""
    before = broker.count_subscriptions()
    for flow in flows:
        await city.plane.terminate("city", flow, "measured")
    while broker.count_subscriptions() == before:  # noqa: ASYNC110 - mosquitto tells it in its log
        await asyncio.sleep(0.05)


def read_resident() -> float:
    """Return the resident memory of this process in MiB."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


async def _start(city: Side, broker: Mosquitto, id: str) -> tuple[str, dict[str, str]]:
    request = flow_request(FlowDirection.SERVE, source=broker.make_address(), live=True)
    report = await city.plane.start(msgspec.structs.replace(request, flow_id=id))
    assert report.data_address, report.error
    await city.plane.renew(msgspec.structs.replace(lease(seconds=600), flow_id=id))
    return url_and_token(msgspec.json.decode(report.data_address, type=DataAddress))


async def _read(session: aiohttp.ClientSession, url: str, headers: dict[str, str], expected: int) -> list[float]:
    ages = list[float]()
    options: dict[str, Any] = {"headers": {**headers, "Accept": "application/x-ndjson"}}
    try:
        async with asyncio.timeout(_LONGEST_S), session.get(url, **options) as answer:
            async for line in answer.content:
                found = json.loads(line)
                if "event" not in found:
                    ages.append(time.time() - found["data"]["at"])
                if len(ages) == expected:
                    break
    except TimeoutError:
        pass
    return ages


async def _publish(broker: Mosquitto, rate: int, count: int) -> None:
    """Publish messages at a rate, by a program of its own: a publisher in this process would be measured with it."""
    place = ("-h", "127.0.0.1", "-p", str(broker.port), "-u", USER, "-P", PASSWORD)
    words = ("mosquitto_pub", *place, "-t", TOPIC, "-q", "1", "-V", "5", "-l")
    publisher = await asyncio.create_subprocess_exec(*words, stdin=asyncio.subprocess.PIPE)
    assert publisher.stdin
    begun = time.monotonic()
    for number in range(count):
        publisher.stdin.write(json.dumps({"at": time.time(), "n": number}).encode() + b"\n")
        ahead = (number + 1) / rate - (time.monotonic() - begun)
        if ahead > 0:
            await publisher.stdin.drain()
            await asyncio.sleep(ahead)
    publisher.stdin.close()
    assert await publisher.wait() == 0
