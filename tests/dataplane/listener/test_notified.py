"""Notifications at the listener: who may tell, and what is refused without a trace."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from connector.dataplane.backends.notices import LARGEST_NOTICE, NoticePlace, ToldEntity
from connector.dataplane.portals.subscribing import MOST_ENTITIES, make_id, read_notification, read_subscription
from connector.ports.flow import SourceError
from tests.dataplane.world import Side, side

NAME = "datenkontor-0123456789ab"
ADDRESS = {"kind": "ngsi-ld-subscription", "url": "https://broker.example/ngsi-ld/v1", "type": "Tree"}
TREE = {"id": "urn:ngsi-ld:Tree:1", "type": "Tree", "height": 12.5}
GOOD = {"id": "urn:n:1", "type": "Notification", "subscriptionId": make_id(NAME), "data": [TREE]}


@pytest.fixture
async def city(tmp_path: Path) -> AsyncIterator[Side]:
    async with side(tmp_path) as made:
        yield made


@pytest.fixture
def noted() -> list[ToldEntity]:
    return []


@pytest.fixture
async def place(city: Side, noted: list[ToldEntity]) -> AsyncIterator[NoticePlace]:
    asked = read_subscription(ADDRESS)

    def read(body: bytes) -> Sequence[ToldEntity]:
        return read_notification(asked, NAME, body)

    with city.plane.notices.open(NAME, read, noted.extend) as opened:
        yield opened


async def tell(url: str, body: bytes | io.BytesIO, **headers: str) -> tuple[int, dict[str, Any]]:
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        return answer.status, await answer.json() if answer.status != 204 else {}


async def test_a_notification_is_answered_when_it_is_stored(place: NoticePlace) -> None:
    telling = asyncio.create_task(tell(place.url, json.dumps(GOOD).encode(), Authorization=f"Bearer {place.token}"))
    [told] = await place.take()
    assert [json.loads(one.data or b"") for one in told.entities] == [TREE]
    assert not telling.done()
    told.stored.set()
    assert (await telling)[0] == 204


async def test_an_unknown_subscription_and_a_wrong_token_have_the_same_answer(city: Side, place: NoticePlace) -> None:
    body, bearer = json.dumps(GOOD).encode(), f"Bearer {place.token}"
    answers = [
        await tell(place.url, body),
        await tell(place.url, body, Authorization="Bearer x"),
        await tell(f"{city.url}/notifications/other", body, Authorization=bearer),
    ]
    assert {status for status, _ in answers} == {401}
    assert len({json.dumps(said) for _, said in answers}) == 1
    assert place.token not in json.dumps(answers)


async def test_a_closed_place_takes_nothing(city: Side) -> None:
    with city.plane.notices.open(NAME, lambda _: (), lambda _: None) as place:
        url, bearer = place.url, f"Bearer {place.token}"
        assert (await tell(url, b"{}", Authorization=bearer))[0] == 204
    assert (await tell(url, b"{}", Authorization=bearer))[0] == 401
    with pytest.raises(SourceError, match="closed"):
        await place.take()


HOSTILE: dict[str, bytes] = {
    "no JSON": b"\x00\xff",
    "no object": b"[]",
    "nested too deeply": b"[" * 100_000,
    "no notification": json.dumps({**GOOD, "type": "Subscription"}).encode(),
    "of another subscription": json.dumps({**GOOD, "subscriptionId": make_id("other")}).encode(),
    "of nobody": json.dumps({**GOOD, "subscriptionId": None}).encode(),
    "entities that are none": json.dumps({**GOOD, "data": ["x"]}).encode(),
    "an entity without an identifier": json.dumps({**GOOD, "data": [{"type": "Tree"}]}).encode(),
    "an identifier that is a number": json.dumps({**GOOD, "data": [{**TREE, "id": 7}]}).encode(),
    "another type": json.dumps({**GOOD, "data": [TREE, {**TREE, "type": "Person"}]}).encode(),
    "a second geometry": json.dumps({**GOOD, "data": [{**TREE, "geometry": 1}]}).encode(),
    "a place that is none": json.dumps({**GOOD, "data": [{**TREE, "location": {"type": "Point"}}]}).encode(),
    "a place that is nowhere": json.dumps(
        {**GOOD, "data": [{**TREE, "location": {"type": "Point", "coordinates": [7e5, 51.5]}}]}
    ).encode(),
    "a number that is none": json.dumps({**GOOD, "data": [{**TREE, "height": float("nan")}]}).encode(),
    "too many entities": json.dumps({**GOOD, "data": [{"id": "x", "type": "Tree"}] * (MOST_ENTITIES + 1)}).encode(),
}


@pytest.mark.parametrize("kind", HOSTILE)
async def test_a_hostile_notification_is_refused_with_a_sentence_and_changes_nothing(
    place: NoticePlace, noted: list[ToldEntity], kind: str
) -> None:
    status, said = await tell(place.url, HOSTILE[kind], Authorization=f"Bearer {place.token}")
    assert (status, said["error"]) == (400, "bad-notification")
    assert said["message"].endswith(".")
    assert noted == []


async def test_a_notification_that_is_too_large_or_compressed_is_refused(place: NoticePlace) -> None:
    bearer = f"Bearer {place.token}"
    assert (await tell(place.url, io.BytesIO(b" " * (LARGEST_NOTICE + 1)), Authorization=bearer))[0] == 413
    packed = {"Authorization": bearer, "Content-Encoding": "gzip"}
    assert (await tell(place.url, b"x", **packed))[0] in {400, 415}


@pytest.mark.parametrize("named", ["Tree", "https://city.example/terms/Tree", ["Plant", "https://x.example#Tree"]])
async def test_a_type_by_its_short_or_whole_name_is_taken(named: Any) -> None:
    body = json.dumps({**GOOD, "data": [{**TREE, "type": named}]}).encode()
    assert len(read_notification(read_subscription(ADDRESS), NAME, body)) == 1
