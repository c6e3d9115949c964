"""The routing of requests: two dozen fixed paths (HTTPS bindings of the chapters), looked up and never redirected.

A general router tries one regular expression after the other and wraps each endpoint in error handling that
`gatekeeper.endpoint` already has. On this hot path, that was an eighth of the cost of a message.
"""

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

RequestHandler = Callable[[Request], Awaitable[Response]]


class Route(msgspec.Struct, frozen=True):
    """An endpoint at a path. The path can contain one `{name}` as a whole segment, or one `{name:path}` at its end."""

    method: str
    path: str
    endpoint: RequestHandler


Methods = Mapping[str, RequestHandler]


class _Family(msgspec.Struct, frozen=True):
    """The paths with the same prefix before a name; `after` maps the text after the name to the methods."""

    prefix: str
    name: str
    greedy: bool
    after: dict[str, dict[str, RequestHandler]]

    def match(self, path: str) -> tuple[Methods, dict[str, str]]:
        """Return the methods and the name of a path of this family; no methods if the path does not match."""
        if not path.startswith(self.prefix):
            return {}, {}
        rest = path[len(self.prefix) :]
        value, slash, tail = (rest, "", "") if self.greedy else rest.partition("/")
        return self.after.get(slash + tail, {}) if value else {}, {self.name: value}


def dispatcher(routes: Sequence[Route]) -> ASGIApp:
    """Return the ASGI application that answers these routes, and 404 or 405 to every other request.

    A GET route also answers HEAD. The endpoints never raise: they convert their own faults to answers.
    """
    exact: dict[str, dict[str, RequestHandler]] = {}
    families: dict[str, _Family] = {}
    for route in routes:
        prefix, brace, rest = route.path.partition("{")
        if brace:
            placeholder, _, suffix = rest.partition("}")
            name, _, kind = placeholder.partition(":")
            family = families.setdefault(prefix, _Family(prefix, name, kind == "path", {}))
            methods = family.after.setdefault(suffix, {})
        else:
            methods = exact.setdefault(route.path, {})
        methods |= dict.fromkeys(("GET", "HEAD") if route.method == "GET" else (route.method,), route.endpoint)

    def candidates(path: str) -> Iterator[tuple[Methods, dict[str, str]]]:
        yield exact.get(path, {}), {}
        for family in families.values():
            yield family.match(path)

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        method, allowed = scope["method"], set[str]()
        for methods, names in candidates(scope["path"]):
            if method in methods:
                scope["path_params"] = names
                answer = await methods[method](Request(scope, receive))
                break
            allowed.update(methods)
        else:
            answer = _answer_nowhere(allowed)
        await answer(scope, receive, send)

    return application


def _answer_nowhere(allowed: Collection[str]) -> Response:
    if not allowed:
        return PlainTextResponse("Not Found", 404)
    return PlainTextResponse("Method Not Allowed", 405, {"Allow": ", ".join(sorted(allowed))})
