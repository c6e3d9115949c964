"""Backends in threads, for tests that wait for processes."""

import asyncio
import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import TypeVar

from aiohttp import web

from tests.dataplane.world import Handler, serving

T = TypeVar("T")


@contextmanager
def serve_in_thread(handler: Handler) -> Iterator[str]:
    """Serve a handler for every path while the caller is busy; yields its URL."""
    with hold_in_thread(lambda: serving(handler)) as url:
        yield url


@contextmanager
def hold_in_thread(open_server: Callable[[], AbstractAsyncContextManager[T]]) -> Iterator[T]:
    """Keep a server open in a thread of its own; yields what it says of itself."""
    loop, ready = asyncio.new_event_loop(), threading.Event()
    told = list[T]()
    ended = asyncio.Event()

    async def run() -> None:
        async with open_server() as opened:
            told.append(opened)
            ready.set()
            await ended.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),), daemon=True)
    thread.start()
    assert ready.wait(20)
    try:
        yield told[0]
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(20)
        loop.close()


def answer_object(request: web.Request, data: bytes) -> web.Response:
    """Answer as an object store does: the object or a range of it, with its entity tag; signatures are not checked."""
    headers = {
        "ETag": f'"{hashlib.sha256(data).hexdigest()[:32]}"',
        "Last-Modified": "Fri, 01 May 2026 12:00:00 GMT",
        "Accept-Ranges": "bytes",
    }
    span = request.http_range
    if span.start is None and span.stop is None:
        return web.Response(body=data, headers=headers)
    first, end = span.start or 0, min(span.stop or len(data), len(data))
    return web.Response(
        status=206, body=data[first:end], headers={**headers, "Content-Range": f"bytes {first}-{end - 1}/{len(data)}"}
    )


def answer_features(request: web.Request, rows: int, street: Callable[[int], str]) -> web.Response:
    """Answer a page of a collection as OGC API - Features does (OGC 17-069r4, 7.15)."""
    first, limit = int(request.query.get("offset", "0")), int(request.query["limit"])
    last = min(first + limit, rows)
    features = [
        {"type": "Feature", "id": one, "geometry": None, "properties": {"street": street(one)}}
        for one in range(first, last)
    ]
    following = f"{request.path}?limit={limit}&offset={last}"
    links = [{"rel": "next", "href": following}] if last < rows else []
    return web.json_response({"type": "FeatureCollection", "features": features, "links": links, "numberMatched": rows})
