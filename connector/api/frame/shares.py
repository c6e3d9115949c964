"""Each request is worked on within the share of its caller, from when the caller is known until its answer begins.

What an answer costs is paid before it begins. So a place is never held while a caller reads: who reads slowly delays
nobody, not even itself.
"""

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connector.net.slots import CallerShares

_PLACE = "datenkontor.place"


class _SharePlace:
    """The place that one request takes, once."""

    def __init__(self, shares: CallerShares) -> None:
        self._shares = shares
        self._caller: str | None = None

    async def take(self, caller: str) -> bool:
        if self._caller is not None:
            return True
        if not await self._shares.enter(caller):
            return False
        self._caller = caller
        return True

    def leave(self) -> None:
        if self._caller is not None:
            self._shares.leave(self._caller)
            self._caller = None


class ShareGate:
    """An ASGI application in front of another one, whose requests take their places with `take_share`."""

    def __init__(self, app: ASGIApp, *, shares: CallerShares) -> None:
        self._app = app
        self._shares = shares

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Return the place of a request when its answer begins, or when there is none."""
        place = _SharePlace(self._shares)

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                place.leave()
            await send(message)

        try:
            await self._app({**scope, _PLACE: place}, receive, send_on)
        finally:
            place.leave()


async def take_share(request: Request, caller: str) -> bool:
    """Take the place of a request in the share of its caller, in turn; False if too many requests of it wait.

    Nothing is counted for a caller whom nobody knows (an empty text).
    """
    place: _SharePlace = request.scope[_PLACE]
    return not caller or await place.take(caller)


def leave_share(request: Request) -> None:
    """Give the place of a request back before its answer begins: what comes is counted elsewhere, and may last."""
    place: _SharePlace = request.scope[_PLACE]
    place.leave()
