"""The wire in process: fills `net.transport.Transport` by calling the ASGI application that serves an origin."""

from collections.abc import Mapping
from typing import Any

import httpx

from connector.net.errors import Unreachable
from connector.net.transport import HttpCall
from tests.support.asgi import as_asgi


class InProcessAnswer:
    """An answer that has arrived whole."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self._body = body

    async def chunk(self) -> bytes:
        """Return the body, compressed where it is, and then nothing."""
        body, self._body = self._body, b""
        return body

    def close(self) -> None:
        """Nothing is held."""


class InProcess:
    """Applications, lean or ASGI, by origin (`https://city.example:443`); `sent` went out, `down` does not answer."""

    def __init__(self) -> None:
        self.apps: dict[str, Any] = {}
        self.sent: list[httpx.Request] = []
        self.down: set[str] = set()

    async def send(self, call: HttpCall) -> InProcessAnswer:
        """Call the application; raises Unreachable where no one serves the origin."""
        origin = call.endpoint.origin
        app: Any = self.apps.get(origin)
        if app is None or origin in self.down:
            raise Unreachable(f"{origin} could not be connected to (in process).")
        body = call.body or b""
        content = body if isinstance(body, bytes) else b"".join([part async for part in body])
        request = httpx.Request(call.method, call.endpoint.url, headers=dict(call.headers), content=content)
        self.sent.append(request)
        answer = await httpx.ASGITransport(as_asgi(app)).handle_async_request(request)
        raw = b"".join([part async for part in answer.stream])  # type: ignore[union-attr]  # an ASGI answer streams
        return InProcessAnswer(answer.status_code, answer.headers, raw)
