"""A portal of the tests whose pages a test writes, and what a source reads there."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from connector.dataplane.kinds import SOURCES, Site
from tests.dataplane.world import Side, serving

Respond = Callable[[web.Request, int], web.StreamResponse]


@asynccontextmanager
async def portal(respond: Respond) -> AsyncIterator[tuple[str, list[web.Request]]]:
    """Answer each request with its number; yield the URL, and what was asked."""
    seen: list[web.Request] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        seen.append(request)
        return respond(request, len(seen) - 1)

    async with serving(handler) as url:
        yield url, seen


async def read_bytes(consumer: Side, address: dict[str, Any]) -> bytes:
    """Read all that a source gives."""
    source = SOURCES[address["kind"]](Site(None, None, consumer.client))
    source.check(address)
    async with source.open(address) as content:
        return b"".join([chunk async for chunk in content.chunks])


async def read(consumer: Side, address: dict[str, Any]) -> Any:
    """Read all that a source gives, as JSON."""
    return json.loads(await read_bytes(consumer, address))


def feature(number: int, east: float = 7.2, north: float = 51.5, **properties: Any) -> dict[str, Any]:
    place = {"type": "Point", "coordinates": [east, north]}
    return {"type": "Feature", "id": number, "geometry": place, "properties": {"n": number, **properties}}


def page(*features: Any, following: str | None = None, **more: Any) -> dict[str, Any]:
    links = [{"rel": "self", "href": "x"}, *([{"rel": "next", "href": following}] if following else [])]
    return {"type": "FeatureCollection", "features": [*features], "links": links, **more}
