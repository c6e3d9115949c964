"""The keys and scopes that a request needs, and the size that it may have."""

import pytest

from connector.api.frame.auth import ApiKey
from tests.api.calls import read_code
from tests.support.plane import Desk


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "no-key"),
        ({"Authorization": "Bearer "}, "no-key"),
        ({"Authorization": "Basic cmVhZGVyOg=="}, "no-key"),
        ({"Authorization": "Bearer guessed"}, "unknown-key"),
        ({"X-Api-Key": "guessed"}, "unknown-key"),
    ],
)
async def test_without_a_known_key_nobody_gets_in(desk: Desk, headers: dict[str, str], code: str) -> None:
    async with desk.client(None) as client:
        answer = await client.get("/v1/assets", headers=headers)
    assert (answer.status_code, read_code(answer)) == (401, code)
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_key_is_taken_from_either_header(desk: Desk) -> None:
    async with desk.client(None) as client:
        for headers in ({"Authorization": "bearer reader"}, {"X-Api-Key": "reader"}):
            assert (await client.get("/v1/assets", headers=headers)).status_code == 200


async def test_a_reading_key_changes_nothing(desk: Desk) -> None:
    async with desk.client("reader") as client:
        answer = await client.post("/v1/assets", json={"title": {"de": "Luft"}, "source": {"kind": "file"}})
        assert (answer.status_code, read_code(answer)) == (403, "scope")
        assert (await client.get("/v1/assets")).json()["items"] == []


async def test_a_key_shows_its_name_and_never_its_hash() -> None:
    assert "aa" not in repr(ApiKey(id="x", sha256="aa" * 32, scopes=("read",)))


@pytest.mark.parametrize("announced", [True, False])
async def test_a_request_that_is_too_large_is_refused_before_it_is_read(desk: Desk, announced: bool) -> None:
    body = b'{"title": "' + b"x" * 1_000_000 + b'"}'

    async def pieces() -> object:
        yield body[:500_000]
        yield body[500_000:]

    async with desk.client() as client:
        content = body if announced else pieces()
        answer = await client.post("/v1/assets", content=content, headers={"Content-Type": "application/json"})
    assert (answer.status_code, read_code(answer)) == (413, "too-large")
