"""Requests begin in turns, so that many at once delay nobody who asks for little.

What a request costs before it first waits for something is about a millisecond. Hundreds that arrive together would do
all of that before the loop comes to anything else. In turns, one begins in each round of the loop, and the health of
the process is answered between them. Nothing is held while a request runs, so a slow caller delays no other one.
"""

import asyncio
from collections.abc import Collection

from starlette.types import ASGIApp, Receive, Scope, Send


class Turns:
    """An ASGI application in front of another one. The paths in `first` wait for no turn."""

    def __init__(self, app: ASGIApp, *, first: Collection[str]) -> None:
        self._app = app
        self._first = frozenset(first)
        self._turn = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request begin when it is its turn."""
        if scope["type"] == "http" and scope["path"] not in self._first:
            async with self._turn:
                # Whatever is ready comes before this one.
                await asyncio.sleep(0)
        await self._app(scope, receive, send)
