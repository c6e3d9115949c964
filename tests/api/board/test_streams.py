"""What is new as it comes: a stream that goes on after its end, and a feed with a secret address."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from connector.api.board import streams
from connector.api.board.streams import STREAMS_OF_ONE
from connector.app.listeners import Listeners
from tests.api.board.conftest import ROADS, BoardWorld
from tests.api.board.test_saved import WORDS, offer


class Stream:
    """An open stream of events, read over HTTP."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def read(self) -> dict[str, str]:
        """Return the next event, or the next comment under `comment`."""
        found: dict[str, str] = {}
        async with asyncio.timeout(20):
            while True:
                line = (await self.reader.readline()).decode()
                if line in {"", "\n"} and found:
                    return found
                name, _, value = line.rstrip("\n").partition(": ")
                if name in {"id", "event", "data"}:
                    found[name] = value
                elif line.startswith(": "):
                    found["comment"] = value


@contextlib.asynccontextmanager
async def listening(broker: BoardWorld) -> AsyncIterator[str]:
    listeners = Listeners()
    await listeners.open_asgi("broker", broker.app, "127.0.0.1", 0, public=False)
    try:
        yield listeners.addresses["broker"]
    finally:
        await listeners.close()


@contextlib.asynccontextmanager
async def following(address: str, search: str, last: str | None = None) -> AsyncIterator[Stream]:
    host, port = address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    more = f"Last-Event-ID: {last}\r\n" if last else ""
    request = (
        f"GET /v1/searches/{search}/events HTTP/1.0\r\nHost: {host}\r\nAuthorization: Bearer {ROADS}\r\n{more}\r\n"
    )
    writer.write(request.encode())
    await reader.readuntil(b"\r\n\r\n")
    try:
        yield Stream(reader, writer)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def save(broker: BoardWorld) -> Any:
    return await broker.said("POST", "searches", WORDS)


async def test_a_stream_tells_each_hit_as_it_comes_and_goes_on_after_its_end(broker: BoardWorld) -> None:
    saved = await save(broker)
    async with listening(broker) as address:
        async with following(address, saved["id"]) as stream:
            assert await stream.read() == {"comment": "open"}
            await offer(broker, "x")
            await broker.teller.follow()
            first = await stream.read()
            assert (first["event"], json.loads(first["data"])["id"]) == ("hit", "x")
        await offer(broker, "y", "z")
        async with following(address, saved["id"], first["id"]) as stream:
            await stream.read()
            told = [json.loads((await stream.read())["data"])["id"] for _ in range(2)]
            assert told == ["y", "z"]


async def test_a_number_that_is_none_is_refused_or_ignored(broker: BoardWorld) -> None:
    saved = await save(broker)
    headers = {"Last-Event-ID": "9" * 30, "Authorization": f"Bearer {ROADS}"}
    answer = await broker.http.get(f"/v1/searches/{saved['id']}/events", headers=headers)
    assert answer.status_code == 422
    async with listening(broker) as address, following(address, saved["id"], "9" * 16) as stream:
        assert await stream.read() == {"comment": "open"}


async def test_a_quiet_stream_gives_signs_of_life(broker: BoardWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "KEEP_ALIVE_S", 0.01)
    saved = await save(broker)
    async with listening(broker) as address, following(address, saved["id"]) as stream:
        assert await stream.read() == {"comment": "open"}
        assert await stream.read() == {"comment": "alive"}


async def test_what_is_no_hit_does_not_put_off_the_signs_of_life(
    broker: BoardWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "KEEP_ALIVE_S", 0.2)
    saved = await save(broker)

    async def ring() -> None:
        while True:
            broker.teller.bell.ring()
            await asyncio.sleep(0)

    ringing = asyncio.create_task(ring())
    async with listening(broker) as address, following(address, saved["id"]) as stream:
        assert await stream.read() == {"comment": "open"}
        assert await stream.read() == {"comment": "alive"}
    ringing.cancel()


async def test_a_participant_has_few_streams_and_the_broker_ends_them_all(broker: BoardWorld) -> None:
    saved = await save(broker)
    async with contextlib.AsyncExitStack() as stack:
        async with listening(broker) as address:
            opened = [await stack.enter_async_context(following(address, saved["id"])) for _ in range(STREAMS_OF_ONE)]
            for stream in opened:
                await stream.read()
            assert await broker.refused("GET", f"searches/{saved['id']}/events") == (429, "too-many")
        for stream in opened:
            async with asyncio.timeout(20):
                await stream.reader.read()
    assert broker.app.state.streams.count == 0


async def test_streams_that_begin_at_the_same_moment_get_no_more_places(broker: BoardWorld) -> None:
    saved = await save(broker)
    many = STREAMS_OF_ONE + 3
    async with listening(broker) as address, contextlib.AsyncExitStack() as stack:
        begun = (stack.enter_async_context(following(address, saved["id"])) for _ in range(many))
        heads = [await one.reader.readline() for one in await asyncio.gather(*begun)]
        assert sum(b"too-many" in head for head in heads) == many - STREAMS_OF_ONE
        assert broker.app.state.streams.count == STREAMS_OF_ONE


@pytest.mark.parametrize("end", ["removed", "changed", "left the list"])
async def test_a_stream_ends_with_its_search_and_with_the_membership(broker: BoardWorld, end: str) -> None:
    saved = await save(broker)
    async with listening(broker) as address, following(address, saved["id"]) as stream:
        assert await stream.read() == {"comment": "open"}
        if end == "removed":
            await broker.said("DELETE", f"searches/{saved['id']}")
        elif end == "changed":
            await broker.said("PUT", f"searches/{saved['id']}", {"name": "Meer", "parameters": {"q": "meer"}})
        else:
            broker.space.members = [one for one in broker.space.members if one.id != ROADS]
        await offer(broker, "x")
        await broker.teller.follow()
        async with asyncio.timeout(20):
            assert b"hit" not in await stream.reader.read()


async def test_a_feed_has_the_newest_hits_for_who_has_its_address(broker: BoardWorld) -> None:
    saved = await save(broker)
    await offer(broker, "x")
    path = saved["feed"].partition("example")[2]
    answer = await broker.http.get(path, headers={"Authorization": ""})
    feed = ET.fromstring(answer.text)
    atom = "{http://www.w3.org/2005/Atom}"
    assert answer.headers["content-type"] == "application/atom+xml"
    assert feed.findtext(f"{atom}title") == "Fahrräder"
    assert saved["id"] in (feed.findtext(f"{atom}id") or "")
    titles = [entry.findtext(f"{atom}title") or "" for entry in feed.iter(f"{atom}entry")]
    assert len(titles) == 2
    renewed = await broker.said("POST", f"searches/{saved['id']}/feed")
    assert (await broker.http.get(path)).status_code == 404
    assert (await broker.http.get(renewed["feed"].partition("example")[2])).status_code == 200
    await broker.ask("DELETE", f"searches/{saved['id']}")
    assert (await broker.http.get(renewed["feed"].partition("example")[2])).status_code == 404


async def test_who_guesses_feeds_is_put_off(broker: BoardWorld) -> None:
    statuses = {(await broker.http.get(f"/v1/feeds/{number}")).status_code for number in range(300)}
    assert statuses == {404, 429}


async def test_who_has_a_feed_reads_it_no_more_often_than_an_address_may(broker: BoardWorld) -> None:
    path = (await save(broker))["feed"].partition("example")[2]
    statuses = {(await broker.http.get(path)).status_code for _ in range(300)}
    assert statuses == {200, 429}
