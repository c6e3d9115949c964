"""The guard in front of all pages: the right host, no request of another site, small bodies, strict headers."""

from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connector.language.catalogue import say_in_all
from connector.web.frame.origin import PagesOrigin, is_own_request

MOST_BYTES = 256 * 1024
_SAFE = frozenset({"GET", "HEAD"})
_POLICY = "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # With `no-referrer`, browsers would send `Origin: null`.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_YEAR = 31_536_000


def refuse_plainly(status: int, key: str, **values: object) -> PlainTextResponse:
    """Return an answer without a page, in every language: whose it is, is not known yet."""
    return PlainTextResponse("\n".join(say_in_all(f"pages.{key}", **values).values()) + "\n", status)


class PagesGuard:
    """ASGI middleware that refuses what no page of ours sends, and gives each answer its headers.

    `large` are the paths that take larger bodies than a form, each with its bytes. `pages` is what the pages work with;
    they find it in the state of the request.
    """

    def __init__(
        self, app: ASGIApp, *, here: PagesOrigin, large: Mapping[str, int] | None = None, pages: object = None
    ) -> None:
        self._app = app
        self._pages = pages
        self._here = here
        self._large = large or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 421, 403 or 413, or pass the request on."""
        if scope["type"] != "http":
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add_headers(MutableHeaders(scope=message))
            await send(message)

        scope.setdefault("state", {})["pages"] = self._pages
        refusal = self._refuse(scope["method"], scope["path"], Headers(scope=scope))
        await (refusal or self._app)(scope, receive, send_guarded)

    def _refuse(self, method: str, path: str, headers: Headers) -> PlainTextResponse | None:
        if headers.get("host", "").lower() not in self._here.hosts:
            return refuse_plainly(421, "guard-host", origin=self._here.origin)
        if method in _SAFE:
            return None
        if not is_own_request(self._here, headers):
            return refuse_plainly(403, "guard-site")
        length = headers.get("content-length", "")
        if not length.isdecimal() or int(length[:20]) > self._large.get(path, MOST_BYTES):
            return refuse_plainly(413, "guard-size")
        return None

    def _add_headers(self, headers: MutableHeaders) -> None:
        for name, value in _HEADERS.items():
            headers[name] = value
        headers.setdefault("Cache-Control", "no-store")
        if self._here.secure:
            headers["Strict-Transport-Security"] = f"max-age={_YEAR}"
