"""HEAD for whatever GET answers: the same answer without its content (RFC 9110, section 9.3.2)."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class _HeadSent(Exception):
    """The head of the answer is sent, and nothing follows."""


class Heads:
    """An ASGI application in front of another one, which is asked with GET. What it would send after its head ends."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer HEAD, and pass on every other request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_head(message: Message) -> None:
            await send(message)
            if message["type"] == "http.response.start":
                await send({"type": "http.response.body", "body": b""})
                # A stream would go on for as long as somebody reads.
                raise _HeadSent

        try:
            await self._app({**scope, "method": "GET"}, receive, send_head)
        except _HeadSent:
            return
