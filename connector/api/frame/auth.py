"""Access to the management API: management keys with scopes, and the maximum size of a request.

A request has its key in `Authorization: Bearer <key>` or in `X-Api-Key: <key>`. The connector stores the SHA-256 of
keys only. GET and HEAD need the scope `read`, other methods `write`; an endpoint that needs `admin` checks it itself.
The check precedes the body.
"""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal

import msgspec
from fastapi import Request
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connector.api.frame.errors import ApiError, answer
from connector.net.serving.rates import CallerRates

KeyScope = Literal["read", "write", "admin"]

LARGEST_BODY = 1_000_000
KEYLESS = frozenset({"/health", "/ready", "/openapi.json"})
_HOLDS: dict[str, frozenset[str]] = {
    "read": frozenset({"read"}),
    "write": frozenset({"read", "write"}),
    "admin": frozenset({"read", "write", "admin"}),
}


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """A management key: its SHA-256 in lower-case hex, and its scopes."""

    id: str
    sha256: str
    scopes: tuple[KeyScope, ...]

    def __repr__(self) -> str:
        """Show the name only."""
        return f"ApiKey(id={self.id!r})"


FindGuest = Callable[[str], Awaitable[tuple[ApiKey, object] | None]]
"""Returns the key of another participant of the process by its SHA-256, with the desk that it opens; or None."""


class KeyMiddleware:
    """ASGI middleware that checks the key of a request; it stores the key's name and scopes in `request.state`.

    `find_guest` looks for keys that are not among `keys`; the desk that such a key opens is stored too.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        keys: Sequence[ApiKey],
        largest_body: int = LARGEST_BODY,
        rates: CallerRates | None = None,
        find_guest: FindGuest | None = None,
    ) -> None:
        self._app = app
        self._find_guest = find_guest
        self._rates = rates
        self._keys = tuple(keys)
        self._largest = largest_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 401, 403, 413 or 429, or pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if scope["path"] not in KEYLESS:
            refusal = self._put_off(scope, headers) or await self._refusal(scope, headers)
            if refusal:
                await refusal(scope, receive, send)
                return
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length[:20]) > self._largest:
            await answer(413, "too-large", f"The request is larger than {self._largest} bytes: send less data.")(
                scope, receive, send
            )
            return
        await self._app(scope, _bounded(receive, self._largest), send)

    def _put_off(self, scope: Scope, headers: Headers) -> Response | None:
        """Return the answer to an address that has failed too often."""
        wait = self._rates.find_wait(self._name_caller(scope, headers)) if self._rates else 0
        reason = "Too many requests without a valid management key: try again later."
        return answer(429, "too-many", reason, retry_after_s=wait) if wait else None

    def _name_caller(self, scope: Scope, headers: Headers) -> str:
        host = (scope.get("client") or ("",))[0]
        return self._rates.name_caller(host, headers) if self._rates else ""

    async def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        presented = _presented(headers)
        digest = hashlib.sha256((presented or "").encode("utf-8", "surrogateescape")).hexdigest()
        key = self._known(digest) if presented is not None else None
        if key is None and presented is not None and self._find_guest:
            guest = await self._find_guest(digest)
            if guest:
                key, scope.setdefault("state", {})["desk"] = guest
        if key is None:
            if self._rates:
                self._rates.note_failure(self._name_caller(scope, headers))
            if presented is None:
                reason = "The request has no management key: send it as `Authorization: Bearer <key>`."
                return answer(401, "no-key", reason)
            return answer(401, "unknown-key", "Unknown management key: compare it with the settings.")
        opened = frozenset[str]().union(*(_HOLDS[name] for name in key.scopes))
        needed = "read" if scope["method"] in {"GET", "HEAD"} else "write"
        if needed not in opened:
            reason = f"The management key {key.id} has not the scope `{needed}`: use another key."
            return answer(403, "scope", reason)
        scope.setdefault("state", {}).update(key_id=key.id, scopes=opened)
        return None

    def _known(self, digest: str) -> ApiKey | None:
        """Compare with all keys, so that the time reveals nothing about any of them."""
        found = None
        for key in self._keys:
            if hmac.compare_digest(digest, key.sha256):
                found = key
        return found


def require_admin(request: Request) -> None:
    """Require the scope `admin`. Raises ApiError."""
    if "admin" not in request.state.scopes:
        raise ApiError(
            403, "scope", f"The management key {request.state.key_id} has not the scope `admin`: use another key."
        )


def _presented(headers: Headers) -> str | None:
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and bearer.strip():
        return bearer.strip()
    return headers.get("x-api-key") or None


def _bounded(receive: Receive, largest: int) -> Receive:
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > largest:
            raise HTTPException(413)
        return message

    return bounded
