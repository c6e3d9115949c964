"""HEAD is answered as GET is, without its content: at every address of a broker, and by streams without an end."""

import asyncio
import re
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from connector.api.frame.heads import Heads
from tests.api.operating.outputs import _list_routes
from tests.api.portals.conftest import SiteWorld
from tests.broker.world import Catalogue, titled

app = FastAPI()
app.add_middleware(Heads)
ended: list[str] = []


@app.get("/endless")
async def endless() -> StreamingResponse:
    """Never end."""

    async def tick() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"tick"
                await asyncio.sleep(3600)
        finally:
            ended.append("stream")

    return StreamingResponse(tick(), headers={"X-Kind": "stream"})


@app.post("/written")
async def write() -> dict[str, str]:
    """Write."""
    return {}


async def ask(method: str, path: str) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://a.example") as client:
        return await client.request(method, path)


async def test_a_stream_ends_with_its_head() -> None:
    async with asyncio.timeout(10):
        answer = await ask("HEAD", "/endless")
    assert (answer.status_code, answer.headers["X-Kind"], answer.content) == (200, "stream", b"")


async def test_what_has_no_get_has_no_head() -> None:
    assert (await ask("HEAD", "/written")).status_code == 405
    assert (await ask("HEAD", "/nowhere")).status_code == 404
    assert (await ask("POST", "/written")).json() == {}


@pytest.mark.parametrize("is_open", [True, False])
async def test_every_address_of_a_broker_answers_head_as_it_answers_get(is_open: bool) -> None:
    world = SiteWorld(is_open=is_open, tiefbauamt=Catalogue(titled("roads", "Baustellen")))
    await world.crawl()
    paths = {route.path for route in _list_routes(world.app.router.routes) if "GET" in (route.methods or ())}
    assert {"/v1/search", "/v1/sources", "/health", "/catalog"} <= paths
    for path in paths:
        address = re.sub(r"\{[^}]*\}", "x", path)
        got, head = await world.http.get(address), await world.http.head(address)
        assert (head.status_code, head.content) == (got.status_code, b""), path
        assert head.headers.get("content-type") == got.headers.get("content-type"), path
        assert head.headers.get("etag") == got.headers.get("etag"), path
    await world.http.aclose()
