"""A subscription at a context broker: told, missed and found, renewed, expired and removed."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from connector.dataplane.address.secrets import refuse_secret
from connector.dataplane.sources.ngsi_ld import NgsiLdStream
from connector.ports.flow import Cause, SourceError
from connector.ports.streams import Arrived, ArrivedBatch, Inlet, Lost
from tests.dataplane.context_broker import TYPE, ContextBroker, name, running_broker
from tests.dataplane.world import FLOW, OWNER, Side, eventually, side, url_and_token

NAME = "datenkontor-0123456789ab"


class Pauses:
    """The time between two looks, which passes when a test says so."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self._turn = asyncio.Semaphore(0)

    async def wait(self, seconds: float) -> None:
        self.asked.append(seconds)
        await self._turn.acquire()

    def end(self) -> None:
        self._turn.release()


@pytest.fixture
async def city(tmp_path: Path) -> AsyncIterator[Side]:
    async with side(tmp_path) as made:
        yield made


@pytest.fixture
async def broker() -> AsyncIterator[ContextBroker]:
    async with running_broker() as made:
        yield made


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
def source(city: Side, pauses: Pauses) -> NgsiLdStream:
    now = lambda: datetime(2026, 5, 1, 12, tzinfo=UTC)  # noqa: E731 - a clock that stands still
    return NgsiLdStream(city.client, refuse_secret, city.plane.notices, now=now, pause=pauses.wait)


async def take(inlet: Inlet, *, until_look: bool = False) -> tuple[list[Arrived], bytes]:
    """Take and acknowledge until there is a message, or with `until_look` until a look has ended."""
    found = list[Arrived]()
    async with asyncio.timeout(10):
        while True:
            batch = await inlet.take()
            await inlet.acknowledge()
            found += batch.messages
            if found or (until_look and not batch.messages):
                return found, batch.mark


def values(found: list[Arrived]) -> list[Any]:
    return [json.loads(one.data)["pm10"] for one in found]


async def store_all(inlet: Inlet, found: list[ArrivedBatch]) -> None:
    while True:
        found.append(await inlet.take())
        await inlet.acknowledge()


async def test_a_change_is_told_and_answered_when_it_is_stored(source: NgsiLdStream, broker: ContextBroker) -> None:
    await broker.set(1, pm10=20)
    async with source.open(broker.address(), NAME, b"") as inlet:
        found, mark = await take(inlet, until_look=True)
        assert (found, bool(mark)) == ([], True), "a stream begins with what changes from now on"
        telling = asyncio.create_task(broker.set(1, pm10=21, location={"type": "Point", "coordinates": [7.2, 51.5]}))
        batch = await inlet.take()
        assert not telling.done()
        await inlet.acknowledge()
        await telling
    assert broker.answers == [204]
    place = {"type": "Point", "coordinates": [7.2, 51.5]}
    assert json.loads(batch.messages[0].data) == {"id": name(1), "type": TYPE, "pm10": 21, "geometry": place}


async def test_the_subscription_asks_for_what_the_address_says_and_is_told_a_token(
    source: NgsiLdStream, broker: ContextBroker
) -> None:
    box = [7.0, 51.0, 8.0, 52.0]
    address = broker.address(attributes=["pm10", "location"], q="pm10>10", bbox=box, notify="http://127.0.0.1:1/in")
    async with source.open(address, NAME, b""):
        [kept] = broker.subscriptions.values()
    assert kept["entities"] == [{"type": TYPE}]
    assert (kept["q"], kept["notification"]["attributes"]) == ("pm10>10", ["pm10", "location"])
    assert kept["geoQ"]["coordinates"] == [[[7.0, 51.0], [8.0, 51.0], [8.0, 52.0], [7.0, 52.0], [7.0, 51.0]]]
    assert kept["notification"]["endpoint"]["uri"] == f"http://127.0.0.1:1/in/notifications/{NAME}"
    [info] = kept["notification"]["endpoint"]["receiverInfo"]
    assert info["key"] == "Authorization"
    assert len(info["value"]) > 40
    assert kept["expiresAt"] == "2026-05-01T13:15:00Z"


async def test_a_missed_notification_is_found_by_the_next_look_and_comes_once(
    source: NgsiLdStream, broker: ContextBroker, pauses: Pauses
) -> None:
    async with source.open(broker.address(), NAME, b"") as inlet:
        await take(inlet, until_look=True)
        telling = asyncio.create_task(broker.set(1, pm10=1))
        assert values((await take(inlet))[0]) == [1]
        await telling
        broker.deaf = True
        await broker.set(2, pm10=2)
        pauses.end()
        assert values((await take(inlet))[0]) == [2]
        pauses.end()
        assert (await take(inlet, until_look=True))[0] == []


async def test_what_changed_while_the_process_was_away_is_found_and_what_was_stored_is_not_repeated(
    source: NgsiLdStream, broker: ContextBroker
) -> None:
    async with source.open(broker.address(), NAME, b"") as inlet:
        await take(inlet, until_look=True)
        telling = asyncio.create_task(broker.set(1, pm10=1))
        _, mark = await take(inlet)
        await telling
    await broker.set(2, pm10=2)
    assert broker.answers[-1] == 401, "nobody listens any more"
    async with source.open(broker.address(), NAME, mark) as inlet:
        assert values((await take(inlet))[0]) == [2]


async def test_a_new_process_has_a_new_token_and_the_old_one_is_worth_nothing(
    source: NgsiLdStream, broker: ContextBroker
) -> None:
    async with source.open(broker.address(), NAME, b""):
        [old] = broker.subscriptions.values()
    async with source.open(broker.address(), NAME, b""):
        [new] = broker.subscriptions.values()
        assert old["notification"]["endpoint"]["receiverInfo"] != new["notification"]["endpoint"]["receiverInfo"]
        assert await broker.tell(old, [{"id": name(1), "type": TYPE}]) == 401
    assert ("DELETE", f"/ngsi-ld/v1/subscriptions/{old['id']}") in broker.asked


async def test_each_look_renews_the_subscription_and_a_lost_one_is_made_anew(
    city: Side, broker: ContextBroker, pauses: Pauses
) -> None:
    hours = iter(range(12, 20))
    source = NgsiLdStream(
        city.client,
        refuse_secret,
        city.plane.notices,
        now=lambda: datetime(2026, 5, 1, next(hours), tzinfo=UTC),
        pause=pauses.wait,
    )
    async with source.open(broker.address(look_seconds=60), NAME, b"") as inlet:
        await take(inlet, until_look=True)
        [kept] = broker.subscriptions.values()
        pauses.end()
        await take(inlet, until_look=True)
        assert kept["expiresAt"] == "2026-05-01T14:03:00Z"
        assert pauses.asked == [60, 60]
        broker.subscriptions.clear()  # it has expired, or the broker was restored from a backup
        pauses.end()
        with pytest.raises(SourceError, match="status 404"):
            await take(inlet)
    async with source.open(broker.address(look_seconds=60), NAME, b""):
        assert broker.subscriptions


async def test_the_end_removes_the_subscription_and_can_be_repeated(
    source: NgsiLdStream, broker: ContextBroker
) -> None:
    async with source.open(broker.address(), NAME, b""):
        assert broker.subscriptions
    await source.forget(broker.address(), NAME)
    await source.forget(broker.address(), NAME)
    assert not broker.subscriptions


async def test_an_entity_that_is_too_large_is_told_in_its_place(source: NgsiLdStream, broker: ContextBroker) -> None:
    async with source.open(broker.address(largest=100), NAME, b"") as inlet:
        await take(inlet, until_look=True)
        telling = asyncio.create_task(broker.set(1, note="x" * 200))
        assert (await take(inlet))[0] == [Arrived(lost=Lost.TOO_LARGE)]
        await telling


async def test_a_flood_is_stored_whole_or_refused_and_then_found(
    source: NgsiLdStream, broker: ContextBroker, pauses: Pauses
) -> None:
    async with source.open(broker.address(size=50), NAME, b"") as inlet:
        await take(inlet, until_look=True)
        telling = [asyncio.create_task(broker.set(number, pm10=number)) for number in range(300)]
        await eventually(lambda: 503 in broker.answers, "nothing is refused though nobody stores")
        batches = list[ArrivedBatch]()
        storing = asyncio.create_task(store_all(inlet, batches))
        await asyncio.gather(*telling)
        assert {*broker.answers} == {204, 503}
        pauses.end()
        await eventually(lambda: len(pauses.asked) == 2, "there is no second look")
        await eventually(lambda: sum(len(one.messages) for one in batches) >= 300, "some are missing")
        storing.cancel()
    assert sorted(value for one in batches for value in values([*one.messages])) == [*range(300)]
    assert max(len(one.messages) for one in batches) <= 256


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"parameters": {"from": {"type": "time"}}}, "`parameters`"),
        ({"format": "csv"}, "`format`"),
        ({"look_seconds": 1}, "look_seconds"),
        ({"notify": "file:///x"}, "notify"),
        ({"type": "a b"}, "type"),
        ({"largest": 0}, "limit"),
        ({"unheard": 1}, "unheard"),
        ({"bbox": [7, 52, 8, 51]}, "bbox"),
        ({"auth": {"kind": "basic", "user": "x", "secret": "none"}}, "is not known"),
    ],
)
def test_an_address_that_cannot_be_subscribed_is_refused(
    source: NgsiLdStream, change: dict[str, Any], match: str
) -> None:
    with pytest.raises(SourceError, match=match):
        source.check({"kind": "ngsi-ld-subscription", "url": "http://127.0.0.1:1/v1", "type": TYPE, **change})


async def test_a_broker_that_is_away_or_says_no_times_is_told(source: NgsiLdStream, broker: ContextBroker) -> None:
    with pytest.raises(SourceError) as error:
        await source.probe(broker.address(url="http://127.0.0.1:1/ngsi-ld/v1"))
    assert error.value.cause is Cause.UNAVAILABLE
    await source.probe(broker.address())
    assert not broker.subscriptions, "a trial leaves nothing"
    await broker.set(1, pm10=1)
    broker.tells_times = False
    with pytest.raises(SourceError, match="sysAttrs"):
        await source.probe(broker.address())
    async with source.open(broker.address(), NAME, b"") as inlet:
        with pytest.raises(SourceError, match="sysAttrs"):
            await take(inlet)


async def test_a_change_reaches_a_consumer_and_the_end_of_the_transfer_removes_the_subscription(
    tmp_path: Path, broker: ContextBroker
) -> None:
    made = list[Side]()

    def build() -> NgsiLdStream:
        return NgsiLdStream(made[0].client, refuse_secret, made[0].plane.notices)

    async with side(tmp_path, streams={"ngsi-ld-subscription": build}) as city:
        made.append(city)
        url, headers = url_and_token(await city.serve(broker.address(), media_type="application/json"))
        await eventually(lambda: ("GET", "/ngsi-ld/v1/entities") in broker.asked, "nobody has subscribed")
        asked = {**headers, "Accept": "application/x-ndjson"}
        async with aiohttp.ClientSession() as session, session.get(url, headers=asked) as answer:
            await broker.set(1, pm10=21)
            assert broker.answers == [204]
            line = json.loads(await answer.content.readline())
            assert line["data"] == {"id": name(1), "type": TYPE, "pm10": 21}
        await city.plane.terminate(OWNER, FLOW, "It is over.")
        await eventually(lambda: not broker.subscriptions, "the subscription stays")
