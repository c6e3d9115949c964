"""The routing of requests: two dozen fixed paths (HTTPS bindings of the chapters), looked up and never redirected.

A general router tries one regular expression after the other and wraps each endpoint in error handling that
`gatekeeper.endpoint` already has. On this hot path, that was an eighth of the cost of a message.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from connector.net.serving.messages import Application, PeerRequest, Reply

RequestHandler = Callable[[PeerRequest], Awaitable[Reply]]
Refuse = Callable[[str, int], Reply]


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
        """Return the methods and the name of a path that begins as this family; no methods if it does not match."""
        rest = path[len(self.prefix) :]
        value, slash, tail = (rest, "", "") if self.greedy else rest.partition("/")
        return self.after.get(slash + tail, {}) if value else {}, {self.name: value}


def dispatcher(routes: Sequence[Route], refuse: Refuse) -> Application:
    """Return the application that answers these routes, and refuses every other request with 404 or 405.

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

    def answer(request: PeerRequest) -> Awaitable[Reply]:
        method, path = request.method, request.path
        methods = exact.get(path, {})
        if method in methods:
            return methods[method](request)
        allowed = set(methods)
        for prefix, family in families.items():
            if not path.startswith(prefix):
                continue
            found, names = family.match(path)
            if method in found:
                return found[method](replace(request, names=names))
            allowed.update(found)
        return _refuse(path, allowed)

    async def _refuse(path: str, allowed: set[str]) -> Reply:
        if not allowed:
            return refuse(path, 404)
        return replace(refuse(path, 405), headers={"Allow": ", ".join(sorted(allowed))})

    return Application(answer=answer, refuse=refuse)
