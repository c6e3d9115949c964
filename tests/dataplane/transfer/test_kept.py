"""What arrived before a break is kept and continued, in both directions and after a restart."""

import asyncio
from pathlib import Path

import aiohttp
import msgspec
import pytest
from aiohttp import web

from connector.ports.entities import FlowDirection
from connector.protocol.dsp.common import DataAddress, authorization, http_address
from tests.dataplane.transfer.fetching import done, fetch
from tests.dataplane.world import FLOW, OWNER, Side, blob, breaking_wire, eventually, flow_request, lease, serving, side


class Stored:
    """A foreign peer with a validator and no digest; it breaks off after `cuts` bytes, once for each of them."""

    def __init__(self, data: bytes, *cuts: int) -> None:
        self.data, self.cuts = data, list(cuts)
        self.ranges: list[str | None] = []

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.ranges.append(request.headers.get("Range"))
        first = int((request.headers.get("Range") or "bytes=0-")[6:-1])
        if first:
            assert request.headers["If-Range"] == '"v1"'
        headers = {"ETag": '"v1"', "Content-Length": str(len(self.data) - first)}
        if first:
            headers["Content-Range"] = f"bytes {first}-{len(self.data) - 1}/{len(self.data)}"
        answer = web.StreamResponse(status=206 if first else 200, headers=headers)
        await answer.prepare(request)
        body = self.data[first:]
        if self.cuts:
            await answer.write(body[: self.cuts.pop(0)])
            assert request.transport is not None
            request.transport.close()
            return answer
        await answer.write(body)
        return answer


@pytest.mark.parametrize("cut", [1, 1000, 70_000, 300_000])
async def test_a_fetch_that_breaks_goes_on_after_the_last_byte_that_arrived(consumer: Side, cut: int) -> None:
    peer = Stored(blob(400_000), cut)
    async with serving(peer.answer) as url:
        await fetch(consumer, http_address(url + "/data", "token"))
        await done(consumer)
    assert consumer.got("inbox/f.bin") == peer.data
    assert peer.ranges == [None, f"bytes={cut}-"]


async def test_a_file_keeps_its_name_if_only_its_end_was_missing(consumer: Side) -> None:
    data, asked = blob(400_000), []

    async def answer(request: web.Request) -> web.StreamResponse:
        asked.append(request.headers.get("Range"))
        if request.headers.get("Range"):
            return web.Response(status=416, headers={"Content-Range": f"bytes */{len(data)}"})
        response = web.StreamResponse(headers={"ETag": '"v1"', "Content-Disposition": 'attachment; filename="air.csv"'})
        await response.prepare(request)  # without a length, so that the end is still to come after the last byte
        await response.write(data)
        await eventually(lambda: consumer.plane.register.gates[OWNER, FLOW].moved == len(data), "the data is missing")
        assert request.transport
        request.transport.close()
        return response

    async with serving(answer) as url:
        await fetch(consumer, http_address(url + "/data", "token"), {"kind": "file", "path": "inbox/"})
        await done(consumer)
    assert consumer.got("inbox/air.csv") == data
    assert asked == [None, "bytes=400000-"]


async def test_the_validator_outlives_a_restart(tmp_path: Path) -> None:
    peer = Stored(blob(400_000), 300_000)
    async with serving(peer.answer) as url:
        async with side(tmp_path / "consumer") as first:
            store, stopped = first.store, asyncio.Event()

            async def pause(_: float) -> None:
                stopped.set()
                await asyncio.Event().wait()

            first.plane._jobs.pause = pause
            await fetch(first, http_address(url + "/data", "token"))
            await stopped.wait()
        async with side(tmp_path / "consumer", store=store) as second:
            await second.plane.resume_flows(OWNER)
            await done(second)
            assert second.got("inbox/f.bin") == peer.data
    assert peer.ranges == [None, "bytes=300000-"]


async def test_a_push_that_breaks_keeps_what_arrived(consumer: Side, http: aiohttp.ClientSession) -> None:
    report = await consumer.plane.prepare(flow_request(FlowDirection.RECEIVE, sink={"kind": "file", "path": "f"}))
    await consumer.plane.renew(lease())
    reader, writer = await asyncio.open_connection("127.0.0.1", consumer.port)
    address = msgspec.json.decode(report.data_address or b"{}", type=DataAddress)
    token = authorization(address)
    head = f"PUT /flows/{FLOW} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Length: 400000\r\n\r\n"
    writer.write(head.encode() + blob(300_000))
    await writer.drain()
    writer.close()
    sink = consumer.plane.sinks["file"]

    async def count() -> int:
        return await sink.count_received({"kind": "file", "path": "f"}, FLOW)

    async with asyncio.timeout(10):
        while await count() < 300_000:  # noqa: ASYNC110 - what arrives has no event of its own
            await asyncio.sleep(0.01)
    assert await count() == 300_000
    reader.feed_eof()


async def test_a_receiver_learns_the_size_of_what_is_pushed(provider: Side) -> None:
    heads: list[tuple[str | None, str | None]] = []

    async def store(request: web.Request) -> web.Response:
        if request.method != "HEAD":
            heads.append((request.headers.get("Content-Length"), request.headers.get("Transfer-Encoding")))
            await request.read()
        return web.Response()

    async with serving(store) as url:
        endpoint = msgspec.json.encode(http_address(url + "/store", "t"))
        source = provider.give("f", blob(5000))
        await provider.plane.start(flow_request(FlowDirection.PUSH, source=source, endpoint=endpoint))
        await provider.plane.renew(lease())
        await done(provider)
    assert heads == [("5000", None)]


async def test_a_push_that_is_cut_is_not_begun_again(provider: Side, consumer: Side) -> None:
    data = blob(3_000_000)
    report = await consumer.plane.prepare(flow_request(FlowDirection.RECEIVE, sink={"kind": "file", "path": "f"}))
    await consumer.plane.renew(lease())
    async with breaking_wire(consumer.port, [10_000, 2_000_000], upstream=True) as wire:
        address = msgspec.json.decode(report.data_address or b"{}", type=DataAddress)
        endpoint = msgspec.json.encode(http_address(f"{wire}/flows/{FLOW}", authorization(address)))
        source = provider.give("f", data)
        await provider.plane.start(flow_request(FlowDirection.PUSH, source=source, endpoint=endpoint))
        await provider.plane.renew(lease())
        await eventually(lambda: provider.told, "the push does not end")
    assert consumer.got("f") == data
