"""A backend in a thread, for tests that wait for processes."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.dataplane.world import Handler, serving


@contextmanager
def serve_in_thread(handler: Handler) -> Iterator[str]:
    """Serve a handler for every path while the caller is busy; yields its URL."""
    loop, ready = asyncio.new_event_loop(), threading.Event()
    urls = list[str]()
    ended = asyncio.Event()

    async def run() -> None:
        async with serving(handler) as url:
            urls.append(url)
            ready.set()
            await ended.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),), daemon=True)
    thread.start()
    assert ready.wait(20)
    try:
        yield urls[0]
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(20)
        loop.close()
