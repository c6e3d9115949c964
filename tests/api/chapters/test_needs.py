"""Needs over the management API: passed on to the broker."""

import msgspec
import pytest

from connector.api.frame.desk import install_desk
from connector.controlplane.core.errors import NoSuchEntity
from tests.support.plane import ME, Desk


@pytest.mark.parametrize(
    ("method", "path", "body", "asked"),
    [
        ("GET", "needs/urn:need%3A1", None, ("GET", "needs/urn%3Aneed%3A1")),
        ("PUT", "needs/a", {"question": "How many?"}, ("PUT", "needs/a")),
        ("POST", "needs/a/close", {"served_by": "b"}, ("POST", "needs/a/close")),
        ("GET", "needs/a/answers", None, ("GET", "needs/a/answers")),
        ("POST", "needs/a/answers", {"kind": "none", "text": "No."}, ("POST", "needs/a/answers")),
        ("GET", "needs/a/matches", None, ("GET", "needs/a/matches")),
        ("GET", "notices?after=4", None, ("GET", "notices")),
    ],
)
async def test_a_request_goes_to_the_broker(
    desk: Desk, method: str, path: str, body: object, asked: tuple[str, str]
) -> None:
    async with desk.client() as client:
        answer = await client.request(method, f"/v1/{path}", json=body)
    assert answer.status_code in {200, 201}, answer.text
    sent = desk.searched[-1]
    assert (sent["method"], sent["path"]) == asked
    assert (msgspec.json.decode(sent["body"]) if sent["body"] else None) == body


async def test_own_needs_are_those_of_this_participant(desk: Desk) -> None:
    async with desk.client() as client:
        answer = await client.get("/v1/needs", params={"mine": True, "open": False, "after": "x"})
        assert (await client.post("/v1/needs", json={"question": "How many?"})).status_code == 201
    assert answer.json()["items"][0]["id"] == "urn:need:1"
    assert desk.searched[0]["query"] == {"open": "False", "limit": "20", "owner": ME, "after": "x"}


async def test_without_a_broker_and_with_one_that_refuses_nothing_is_posted(desk: Desk) -> None:
    async def refuse(*_: object) -> bytes:
        raise NoSuchEntity("no-need", "Unknown need: list the needs for their identifiers.")

    async def babble(*_: object) -> bytes:
        return b'{"items": 3}'

    for broker, status, code in ((None, 409, "no-broker"), (refuse, 404, "no-need"), (babble, 502, "broker")):
        install_desk(desk.app, msgspec.structs.replace(desk.values, broker=broker))
        async with desk.client() as client:
            answer = await client.get("/v1/needs")
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
