"""How a backend is asked: keys, passwords and tokens, each only for its server, and parameters encoded again."""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qsl

import pytest
from aiohttp import web

from connector.dataplane.address.parameters import choose
from connector.dataplane.address.secrets import refuse_secret
from connector.dataplane.backends.asking import add_query, name_server
from connector.dataplane.sources.http import HttpSource
from connector.ports.flow import Cause, SourceError
from tests.dataplane.world import Side, serving

SECRET = "canary:4711 ä"


class Backend:
    """A backend and an authorization server: what they were asked, and which tokens are good."""

    def __init__(self) -> None:
        self.seen: list[web.Request] = []
        self.given: list[str] = []
        self.good: set[str] = set()
        self.answer: dict[str, Any] = {"token_type": "Bearer", "expires_in": 3600}
        self.status = 200
        self.accepts = True
        self.url = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/token":
            form = dict(parse_qsl((await request.read()).decode()))
            assert form["grant_type"] == "client_credentials"
            assert b64decode(request.headers["Authorization"][6:]) == b"me:canary%3A4711+%C3%A4"
            self.given.append(f"token-{len(self.given)}")
            self.good.update(self.given[-1:] if self.accepts else ())
            return web.json_response({"access_token": self.given[-1], **self.answer}, status=self.status)
        self.seen.append(request)
        token = request.headers.get("Authorization", "")
        if token.startswith("Bearer") and token[7:] not in self.good:
            return web.Response(status=401)
        return web.Response(body=b"data")


@pytest.fixture
async def backend() -> AsyncIterator[Backend]:
    made = Backend()
    async with serving(made.handle) as url:
        made.url = url
        yield made


async def read(source: HttpSource, address: dict[str, Any]) -> bytes:
    source.check(address)
    async with source.open(address) as content:
        return b"".join([chunk async for chunk in content.chunks])


def oauth(backend: Backend, **more: Any) -> dict[str, Any]:
    auth = {"kind": "oauth2", "token_url": f"{backend.url}/token", "client_id": "me", "secret": "air", **more}
    return {"kind": "http", "url": f"{backend.url}/data", "auth": auth}


async def test_a_key_goes_into_a_header_field_or_the_query(consumer: Side, backend: Backend) -> None:
    source, url = HttpSource(consumer.client, lambda *_: "canary-4711"), f"{backend.url}/data?a=1&key=old"
    key = {"kind": "api-key", "secret": "air"}
    await read(source, {"url": url, "auth": {**key, "header": "Authorization", "prefix": "Token "}})
    assert backend.seen[-1].headers["Authorization"] == "Token canary-4711"
    await read(source, {"url": url, "auth": {**key, "query": "key"}})
    assert backend.seen[-1].query_string == "a=1&key=canary-4711"


async def test_a_user_and_a_password_are_sent_as_basic_authentication(consumer: Side, backend: Backend) -> None:
    source = HttpSource(consumer.client, lambda *_: SECRET)
    auth = {"kind": "basic", "user": "city", "secret": "air"}
    await read(source, {"url": backend.url, "auth": auth})
    assert b64decode(backend.seen[-1].headers["Authorization"][6:]).decode() == f"city:{SECRET}"


async def test_a_token_is_kept_renewed_once_when_refused_and_shared(consumer: Side, backend: Backend) -> None:
    source, address = HttpSource(consumer.client, lambda *_: SECRET), oauth(backend, scope="air:read")
    await asyncio.gather(*(read(source, address) for _ in range(5)))
    assert backend.given == ["token-0"]
    backend.good.clear()
    assert await read(source, address) == b"data"
    assert backend.given == ["token-0", "token-1"]
    backend.answer["expires_in"] = "0"
    backend.good.clear()
    await read(source, address)
    await read(source, address)
    assert len(backend.given) == 4, "a token that has ended is not used again"


async def test_a_backend_that_refuses_every_token_is_asked_twice(consumer: Side, backend: Backend) -> None:
    source, address = HttpSource(consumer.client, lambda *_: SECRET), oauth(backend)
    backend.accepts = False
    with pytest.raises(SourceError, match="status 401") as caught:
        await read(source, address)
    assert caught.value.cause is Cause.NOT_ALLOWED
    assert (len(backend.seen), len(backend.given)) == (2, 2)


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (400, {}),
        (503, {}),
        (302, {}),
        (200, {"token_type": "mac"}),
        (200, {"access_token": "a b"}),
        (200, {"access_token": "x" * 9000}),
        (200, {"access_token": 7}),
        (200, {"expires_in": "nan"}),
        (200, {"expires_in": "soon"}),
        (200, {"expires_in": [1]}),
    ],
)
async def test_an_authorization_server_that_gives_no_token_says_nothing_secret(
    consumer: Side, backend: Backend, status: int, answer: dict[str, Any]
) -> None:
    backend.status, backend.answer = status, backend.answer | answer
    with pytest.raises(SourceError, match="authorization server") as caught:
        await read(HttpSource(consumer.client, lambda *_: SECRET), oauth(backend))
    assert "canary" not in repr(caught.value)
    assert not backend.seen


async def test_parameters_are_encoded_again_and_take_the_place_of_fixed_ones(consumer: Side, backend: Backend) -> None:
    address = {
        "url": f"{backend.url}/data?city=Herne&limit=10",
        "parameters": {"street": {}, "n": {"type": "integer", "field": "limit"}},
    }
    source = HttpSource(consumer.client)
    await read(source, choose(address, "street=a%26admin%3D1%23%2F%3F&n=5"))
    assert dict(backend.seen[-1].query) == {"city": "Herne", "limit": "5", "street": "a&admin=1#/?"}
    assert backend.seen[-1].path == "/data"


@pytest.mark.parametrize(
    "auth",
    [
        {"kind": "api-key", "secret": "air"},
        {"kind": "api-key", "secret": "air", "header": "X", "query": "y"},
        {"kind": "api-key", "secret": "air", "header": "X\r\nY"},
        {"kind": "api-key", "secret": "air", "header": "Range"},
        {"kind": "api-key", "secret": "../air", "header": "X"},
        {"kind": "api-key", "value": "canary", "header": "X"},
        {"kind": "basic", "user": "a:b", "secret": "air"},
        {"kind": "basic", "user": "a", "password": "canary"},
        {"kind": "oauth2", "token_url": "file:///etc/passwd", "client_id": "a", "secret": "air"},
        {"kind": "digest", "secret": "air"},
        "canary",
    ],
)
def test_what_does_not_prove_anything_is_refused_without_its_values(consumer: Side, auth: object) -> None:
    with pytest.raises(SourceError) as caught:
        HttpSource(consumer.client, lambda *_: "x").check({"url": "http://127.0.0.1:1/", "auth": auth})
    assert "canary" not in str(caught.value)


def test_without_a_listed_secret_nothing_is_asked(consumer: Side) -> None:
    auth = {"kind": "api-key", "secret": "air", "header": "X"}
    with pytest.raises(SourceError, match="air is not known"):
        HttpSource(consumer.client, refuse_secret).check({"url": "http://127.0.0.1:1/", "auth": auth})


def test_a_secret_is_asked_for_by_the_server_that_gets_it(consumer: Side) -> None:
    asked: list[tuple[str, str]] = []

    def note(name: str, server: str) -> str:
        asked.append((name, server))
        return "x"

    source = HttpSource(consumer.client, note)
    source.check({"url": "https://API.city.example/x", "auth": {"kind": "api-key", "secret": "a", "header": "X"}})
    auth = {"kind": "oauth2", "token_url": "http://id.example:8080/t", "client_id": "c", "secret": "b"}
    source.check({"url": "https://api.city.example", "auth": auth})
    assert asked == [("a", "api.city.example:443"), ("b", "id.example:8080")]


def test_the_names_of_servers_and_queries_are_plain() -> None:
    assert name_server("https://user@[::1]:8443/x") == "[::1]:8443"
    with pytest.raises(SourceError):
        name_server("https://a:b/x")
    assert add_query("https://a/x?b=1#c", {}) == "https://a/x?b=1#c"
    assert add_query("https://a/x?b=1&c=2", {"b": "ü &"}) == "https://a/x?c=2&b=%C3%BC%20%26"
