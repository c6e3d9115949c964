"""Streams over the data-plane listener: forms, positions, gaps, ends, and one reader beside another."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from connector.ports.entities import FlowDirection
from connector.ports.streams import Arrived, Lost
from connector.protocol.dsp.common import DataAddress
from connector.store.memory.store import MemoryStore
from tests.dataplane.streaming.broker import ADDRESS, Broker
from tests.dataplane.world import FLOW, OWNER, Side, eventually, flow_request, lease, side, url_and_token

LINES = {"Accept": "application/x-ndjson"}


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture
async def city(tmp_path: Path, broker: Broker) -> AsyncIterator[Side]:
    async with side(tmp_path / "city", streams={"memory": lambda: broker}) as made:
        yield made


async def offer(city: Side, broker: Broker, **rest: Any) -> tuple[str, dict[str, str]]:
    """Start a stream, and wait until the city listens to the broker."""
    address = await city.serve(ADDRESS, rest.pop("granted", None), live=True, **rest)  # type: ignore[arg-type]
    await eventually(lambda: broker.opened, "nobody listens to the broker")
    return url_and_token(address)


class Reader:
    """Reads the lines of a stream."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self.answer = answer

    async def line(self) -> dict[str, Any]:
        async with asyncio.timeout(5):
            while True:
                found: dict[str, Any] = json.loads(await self.answer.content.readline())
                if found.get("event") != "keep-alive":
                    return found

    async def data(self, count: int) -> list[Any]:
        return [(await self.line())["data"] for _ in range(count)]


@asynccontextmanager
async def reading(url: str, headers: dict[str, str], after: str = "") -> AsyncIterator[Reader]:
    more = {"Last-Event-ID": after} if after else {}
    async with (
        aiohttp.ClientSession() as session,
        session.get(url, headers={**headers, **LINES, **more}) as answer,
    ):
        assert answer.status == 200, await answer.text()
        yield Reader(answer)


async def test_messages_arrive_in_order_with_an_identifier_each(city: Side, broker: Broker) -> None:
    url, headers = await offer(city, broker, media_type="application/json")
    async with reading(url, headers) as reader:
        broker.send(b'{"n": 1}', b'{"n": 2}')
        first, second = await reader.line(), await reader.line()
    assert (first["data"], second["data"]) == ({"n": 1}, {"n": 2})
    assert first["id"].partition(".")[2] == "1"
    assert second["id"].partition(".")[2] == "2"
    assert not broker.held, "what is stored is acknowledged"


async def test_events_are_served_to_a_browser(city: Side, broker: Broker) -> None:
    url, headers = await offer(city, broker)
    events = {**headers, "Accept": "text/event-stream"}
    async with aiohttp.ClientSession() as session, session.get(url, headers=events) as answer:
        assert answer.headers["Content-Type"] == "text/event-stream"
        broker.send(b"eins\nzwei", b"\xff\xfe")
        async with asyncio.timeout(5):
            text = await answer.content.readuntil(b"\n\n")
            binary = await answer.content.readuntil(b"\n\n")
    assert text.endswith(b".1\ndata: eins\ndata: zwei\n\n")
    assert b"event: bytes\ndata: //4=\n" in binary


async def test_a_reader_continues_behind_what_it_names(city: Side, broker: Broker) -> None:
    url, headers = await offer(city, broker)
    async with reading(url, headers) as reader:
        broker.send(b"1", b"2", b"3")
        seen = [await reader.line() for _ in range(3)]
    async with reading(url, headers, after=seen[0]["id"]) as reader:
        assert await reader.data(2) == [2, 3]
    # What was confirmed once does not come again, and without a position a reader continues there.
    async with reading(url, headers) as reader:
        assert await reader.data(2) == [2, 3]


async def test_a_position_survives_a_restart_of_the_provider(tmp_path: Path, broker: Broker) -> None:
    store = MemoryStore()
    async with side(tmp_path / "city", store=store, streams={"memory": lambda: broker}) as city:
        url, headers = await offer(city, broker)
        async with reading(url, headers) as reader:
            broker.send(b"1", b"2")
            first = await reader.line()
    broker.send(b"3")
    async with side(tmp_path / "city", store=store, streams={"memory": lambda: broker}) as city:
        await city.plane.resume_flows(OWNER)
        url = f"{city.url}/flows/{FLOW}"
        async with reading(url, headers, after=first["id"]) as reader:
            assert await reader.data(2) == [2, 3]


async def test_what_fell_out_of_the_journal_is_a_visible_gap(city: Side, broker: Broker) -> None:
    address = {**ADDRESS, "keep_messages": 1_000}
    report = await city.serve(address, live=True)  # type: ignore[arg-type]
    url, headers = url_and_token(report)
    await eventually(lambda: broker.opened, "nobody listens")
    for start in range(0, 2_500, 100):
        broker.send(*(b"%d" % number for number in range(start, start + 100)))
        await eventually(lambda: not broker.held, "a batch is not stored")
    async with reading(url, headers) as reader:
        gap = await reader.line()
        assert (gap["event"], gap["reason"], gap["count"]) == ("gap", "old", 1_500)
        assert await reader.data(3) == [1_500, 1_501, 1_502]


async def test_lost_messages_are_told_in_their_place(city: Side, broker: Broker) -> None:
    url, headers = await offer(city, broker)
    async with reading(url, headers) as reader:
        broker.send(b"1", Arrived(lost=Lost.TOO_LARGE), Arrived(lost=Lost.TOO_LARGE, count=2), b"2")
        assert await reader.data(1) == [1]
        gap = await reader.line()
        assert (gap["reason"], gap["count"]) == ("too-large", 3)
        assert await reader.data(1) == [2]


async def test_what_is_no_json_does_not_leave_a_stream_of_json(city: Side, broker: Broker) -> None:
    url, headers = await offer(city, broker, media_type="application/json")
    async with reading(url, headers) as reader:
        broker.send(b'{"pm10": NaN}', b'{"pm10": 7}')
        gap = await reader.line()
        assert (gap["reason"], gap["count"]) == ("unreadable", 1)
        assert await reader.data(1) == [{"pm10": 7}]


async def test_an_unknown_position_is_told_and_loses_nothing(city: Side, broker: Broker) -> None:
    url, headers = await offer(city, broker)
    broker.send(b"1")
    async with reading(url, headers, after="0123456789ab.77") as reader:
        assert (await reader.line())["reason"] == "unknown"
        assert await reader.data(1) == [1]


@pytest.mark.parametrize("position", ["x" * 65, "a\tb"])
async def test_a_position_that_is_none_is_refused(city: Side, broker: Broker, position: str) -> None:
    url, headers = await offer(city, broker)
    async with aiohttp.ClientSession() as session:
        answer = await session.get(url, params={"after": position}, headers=headers)
        assert (answer.status, (await answer.json())["error"]) == (400, "bad-position")


async def test_a_form_that_is_not_spoken_is_refused(city: Side, broker: Broker) -> None:
    url, headers = await offer(city, broker)
    async with aiohttp.ClientSession() as session:
        answer = await session.get(url, headers={**headers, "Accept": "application/xml"})
        assert answer.status == 406


async def test_the_end_of_the_lease_ends_the_stream_with_the_reason(city: Side, broker: Broker) -> None:
    url, headers = await offer(city, broker)
    async with reading(url, headers) as reader:
        broker.send(b"1")
        await reader.data(1)
        await city.plane.terminate(OWNER, FLOW, "The provider has withdrawn from the agreement.")
        broker.send(b"2")
        end = await reader.line()
        assert (end["event"], end["reason"], end["again"]) == ("end", "ended", False)
        assert "withdrawn" in end["message"]
        assert await reader.answer.content.read() == b"", "no byte follows"
    async with aiohttp.ClientSession() as session:
        assert (await session.get(url, headers=headers)).status == 401


async def test_a_lease_that_expires_ends_the_stream(city: Side, broker: Broker) -> None:
    url, headers = await offer(city, broker, granted=lease(seconds=0.4))
    async with reading(url, headers) as reader:
        broker.send(b"1")
        await reader.data(1)
        assert (await reader.line())["reason"] == "expired"


async def test_a_suspended_stream_continues_without_loss(city: Side, broker: Broker) -> None:
    url, headers = await offer(city, broker)
    async with reading(url, headers) as reader:
        broker.send(b"1")
        seen = await reader.line()
        await city.plane.suspend(OWNER, FLOW, "Wartung")
        end = await reader.line()
        assert (end["reason"], end["again"]) == ("suspended", True)
    broker.send(b"2")
    await eventually(lambda: not broker.held, "the intake stopped with the suspension")
    await city.plane.resume(OWNER, FLOW)
    await city.plane.renew(lease(2))
    async with reading(url, headers, after=seen["id"]) as reader:
        assert await reader.data(1) == [2]


async def test_bytes_that_are_used_up_end_the_stream(city: Side, broker: Broker) -> None:
    url, headers = await offer(city, broker, granted=lease(max_bytes=150))
    async with reading(url, headers) as reader:
        broker.send(b"1", b"2", b"3", b"4")
        lines = [await reader.line() for _ in range(3)]
    assert [line.get("data") for line in lines] == [1, 2, None]
    assert (lines[2]["reason"], lines[2]["again"]) == ("used-up", False)


async def test_without_a_lease_no_byte_leaves(city: Side, broker: Broker) -> None:
    report = await city.plane.start(flow_request(FlowDirection.SERVE, source=ADDRESS, live=True))
    assert report.data_address
    url, headers = url_and_token(msgspec.json.decode(report.data_address, type=DataAddress))
    broker.send(b"1")
    async with aiohttp.ClientSession() as session:
        answer = await session.get(url, headers=headers)
        assert answer.status == 503
        assert b"1" not in (await answer.read()).replace(b"10", b"")


async def test_a_second_connection_takes_the_stream_over(city: Side, broker: Broker) -> None:
    url, headers = await offer(city, broker)
    async with reading(url, headers) as old, reading(url, headers) as new:
        assert (await old.line())["reason"] == "taken-over"
        broker.send(b"1")
        assert await new.data(1) == [1]


async def test_a_silent_source_is_told_to_both_sides(city: Side, broker: Broker) -> None:
    report = await city.serve({**ADDRESS, "silent_after": 1}, live=True)  # type: ignore[arg-type]
    url, headers = url_and_token(report)
    async with reading(url, headers) as reader:
        silence = await reader.line()
        assert (silence["event"], silence["reason"]) == ("silence", "silent")
        assert "has sent nothing for 1 s" in city.plane.register.list_failing()["trees"]
        broker.send(b"1")
        assert await reader.data(1) == [1]
        assert not city.plane.register.list_failing()


async def test_a_broker_that_fails_is_told_and_read_again(city: Side, broker: Broker) -> None:
    url, headers = await offer(city, broker)
    async with reading(url, headers) as reader:
        broker.fail()
        assert (await reader.line())["reason"] == "unavailable"
        broker.send(b"1")
        broker.down = False
        assert await reader.data(1) == [1]


async def test_the_journal_ends_with_the_last_flow_of_its_source(city: Side, broker: Broker) -> None:
    await offer(city, broker)
    broker.send(b"1")
    await eventually(lambda: not broker.held, "the message is not stored")
    assert len(await city.store.journals(OWNER)) == 1
    await city.plane.terminate(OWNER, FLOW, "over")
    await eventually(lambda: broker.forgotten, "the broker keeps the subscription")
    assert await city.store.journals(OWNER) == []


async def test_the_use_of_a_stream_is_counted_once_however_often_it_is_continued(city: Side, broker: Broker) -> None:
    url, headers = await offer(city, broker, granted=lease(max_uses=1))
    after = ""
    for number in range(5):
        async with reading(url, headers, after=after) as reader:
            broker.send(b"%d" % number)
            line = await reader.line()
            assert line["data"] == number
            after = line["id"]
    assert (await city.store.usage(OWNER, "agreement")).uses == 1
