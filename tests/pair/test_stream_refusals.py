"""The matrix of refusals of streams: each reason × each kind of stream × pull and push: no message leaves any more.

A message goes through first, so that a refusal is not a fault of the test; after the reason, the source sends another
one. The kinds stand at a broker in memory here: what holds a message back is between the journal and the peer, and the
same for all. `make test-streams` has the kinds themselves, at real brokers.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
import pytest_asyncio

from connector.client.frame.errors import ClientError
from connector.controlplane.processes.loading import load_transfer
from connector.dataplane.kinds import STREAMS
from connector.protocol.dsp.common import DataAddress
from tests.dataplane.streaming.broker import Broker
from tests.dataplane.world import eventually, url_and_token
from tests.pair.moving import World
from tests.pair.refusing import FACTS, REASONS, check_words, refusing

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with refusing(tmp_path_factory.mktemp("stream-refusals")) as made:
        yield made


@pytest.mark.parametrize("push", [False, True], ids=["pull", "push"])
@pytest.mark.parametrize("kind", STREAMS)
@pytest.mark.parametrize("reason", REASONS)
async def test_no_message_leaves_after_a_reason_to_refuse(world: World, reason: str, kind: str, push: bool) -> None:
    refused, broker = REASONS[reason], Broker()
    await world.state(FACTS)
    world.city.connector.dataplane.streams._built[kind] = broker  # type: ignore[attr-defined]
    address = {"kind": kind, "topic": "city/air", "number": world.number}
    stream = {"live": True, "media_type": "application/json"}
    dataset, agreement = await world.agree(address, refused.constraint(world), **stream)
    place = world.firm.connector.parts.settings.received / f"air-{world.number}.ndjson"
    first = await _start(world, agreement, place if push else None)
    await eventually(lambda: broker.opened, "nobody listens to the broker")
    async with _receiving(world, first, place if push else None) as received:
        broker.send(b'{"n": 1}')
        await eventually(lambda: received.numbers() == [1], "the first message does not come")
        await refused.happen(world, dataset, agreement)
        if reason == "count used up":
            # What runs is the one use that is allowed: it is ended, and no second one begins.
            await world.firm.api.transfers.terminate(first)
        gates = world.city.connector.dataplane.register.gates  # type: ignore[attr-defined]
        await eventually(lambda: all(gate.find_problem() for gate in gates.values()), "the stream may go on")
        broker.send(b'{"n": 2}')
        told = await _ask_again(world, agreement, place.with_suffix(".again") if push else None)
        await eventually(received.is_over, "the stream goes on")
        assert received.numbers() == [1]
    check_words(reason, told)
    assert not place.with_suffix(".again").exists()
    if not push:
        status, body = await _ask_by_hand(world, first)
        assert status in {401, 403}, body
        assert json.loads(body)["message"]


class Received:
    """The lines that have arrived at the firm: of a connection, or in the file to which they were pushed."""

    def __init__(self, place: Path | None) -> None:
        self.place = place
        self.lines: list[bytes] = []
        self.over = False

    def numbers(self) -> list[int]:
        """Return the messages that have arrived."""
        if self.place is not None:
            self.lines = self.place.read_bytes().splitlines() if self.place.exists() else []
        return [found["data"]["n"] for found in map(json.loads, self.lines) if "event" not in found]

    def is_over(self) -> bool:
        """Return whether nothing can come any more."""
        return self.over or self.place is not None


@asynccontextmanager
async def _receiving(world: World, transfer: str, place: Path | None) -> AsyncIterator[Received]:
    received = Received(place)
    if place is not None:
        yield received
        return
    url, headers = await _find_address(world, transfer)

    async def read() -> None:
        try:
            async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
                assert answer.status == 200, await answer.text()
                async for line in answer.content:
                    received.lines.append(line)
        except aiohttp.ClientError:
            """It was cut off."""
        finally:
            received.over = True

    reader = asyncio.create_task(read())
    try:
        yield received
    finally:
        reader.cancel()


async def _find_address(world: World, transfer: str) -> tuple[str, dict[str, str]]:
    process = await load_transfer(world.firm.connector.context, transfer)
    assert process
    assert process.data_address
    url, headers = url_and_token(msgspec.json.decode(process.data_address, type=DataAddress))
    local = url.replace("https://data.city.example", f"http://127.0.0.1:{world.ports['city']}")
    return local, {**headers, "Accept": "application/x-ndjson"}


async def _start(world: World, agreement: str, place: Path | None) -> str:
    sink: dict[str, Any] | None = {"kind": "file", "path": place.name} if place else None
    begun = await world.firm.api.transfers.start(agreement, push=place is not None, sink=sink)
    found = await world.firm.api.transfers.wait(begun.id, timeout_s=20, states=["STARTED"])
    assert found.state == "STARTED", found.ended
    return begun.id


async def _ask_again(world: World, agreement: str, place: Path | None) -> str:
    """Ask for the stream again; return why it is refused."""
    sink: dict[str, Any] | None = {"kind": "file", "path": place.name} if place else None
    try:
        begun = await world.firm.api.transfers.start(agreement, push=place is not None, sink=sink)
        ended = await world.firm.api.transfers.wait(begun.id, timeout_s=20)
    except ClientError as error:
        return str(error)
    assert ended.state == "TERMINATED", ended
    assert ended.ended
    return ended.ended.reason


async def _ask_by_hand(world: World, transfer: str) -> tuple[int, str]:
    url, headers = await _find_address(world, transfer)
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        return answer.status, await answer.text()
