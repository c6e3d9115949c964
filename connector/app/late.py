"""An application that is loaded when it is first needed."""

import asyncio
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send


class LateApplication:
    """An ASGI application that `load` makes at the first request, on a thread of its own; later requests wait for it.

    What `load` raises fails the request, and the next one tries again.
    """

    def __init__(self, load: Callable[[], ASGIApp]) -> None:
        self._load = load
        self._loaded: ASGIApp | None = None
        self._loading = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        loaded = self._loaded or await self._load_once()
        await loaded(scope, receive, send)

    async def _load_once(self) -> ASGIApp:
        async with self._loading:
            if self._loaded is None:
                self._loaded = await asyncio.to_thread(self._load)
            return self._loaded
