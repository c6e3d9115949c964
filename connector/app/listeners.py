"""The listeners of a process: the lean server for peers, uvicorn for ASGI applications, aiohttp for the data plane."""

import asyncio
import errno
import socket
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import msgspec
import uvicorn
from aiohttp import web
from aiohttp.web_protocol import RequestHandler
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from connector.broker.describing.subject import PublicSite
from connector.dataplane.listener.serve import make_runner
from connector.net.addresses import format_origin, join_host
from connector.net.errors import KeyProtected
from connector.net.serving.bounds import ServingBounds
from connector.net.serving.guard import GeneralServer
from connector.net.serving.messages import Application
from connector.net.serving.server import serve_guarded, serve_peers
from connector.net.serving.steady import SteadyParser
from connector.net.serving.unchunked import UnchunkedTransport
from connector.net.tls import server_context
from connector.settings import Settings

GRACE_S = 5
REST_S = 5
PAUSE_S = 60.0
"""Seconds within which a byte of an unbounded body has to arrive."""


class ListenFailed(Exception):
    """A listener could not be opened; the message names the setting to change."""


@dataclass
class Listeners:
    """The open listeners: the address of each by its name, and the functions that close them."""

    certificate: Path | None = None
    key: Path | None = None
    bounds: ServingBounds = field(default_factory=ServingBounds)
    addresses: dict[str, str] = field(default_factory=dict)
    closers: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    async def open_asgi(
        self, name: str, app: ASGIApp, host: str, port: int, *, public: bool, bounded: bool = True
    ) -> None:
        """Open a listener for an ASGI application; a `public` one uses TLS if a certificate is set.

        With `bounded` false, the application bounds the size and the time of its bodies itself; the listener ends only
        one of which nothing arrives. Raises ListenFailed.
        """
        tls = self._make_tls() if public else None
        bound = _bind(name, host, port)
        config = uvicorn.Config(
            app,
            lifespan="off",
            ws="none",
            access_log=False,
            log_config=None,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_keep_alive=REST_S,
        )
        config.load()
        state = ServerState()

        def make_inner() -> HttpToolsProtocol:
            return _AsgiProtocol(config, state)

        bounds = self.bounds if bounded else msgspec.structs.replace(self.bounds, body=None, pause_s=PAUSE_S)
        server = serve_guarded(GeneralServer(make_inner, _asgi_rests, _shut_down), bound, bounds, tls)

        async def close() -> None:
            await server.close(GRACE_S)
            for task in tuple(state.tasks):
                task.cancel()

        self._register(name, bound, tls=tls is not None, close=close)

    async def open_peers(self, name: str, app: Application, host: str, port: int) -> None:
        """Open the listener for the messages of peers. Raises ListenFailed."""
        tls = self._make_tls()
        bound = _bind(name, host, port)
        server = serve_peers(app, bound, self.bounds, tls)
        self._register(name, bound, tls=tls is not None, close=lambda: server.close(GRACE_S))

    async def open_data(self, name: str, app: web.Application, host: str, port: int) -> None:
        """Open the listener of the data plane. Raises ListenFailed."""
        tls = self._make_tls()
        bound = _bind(name, host, port)
        runner = make_runner(app)
        await runner.setup()
        # The handlers bound the bodies themselves, which are data.
        bounds = msgspec.structs.replace(self.bounds, body=None)
        make = cast("Callable[[], asyncio.Protocol]", runner.server)
        server = serve_guarded(GeneralServer(make, _data_rests), bound, bounds, tls)

        async def close() -> None:
            server.entrance.close()
            await runner.cleanup()
            await server.close(0)

        self._register(name, bound, tls=tls is not None, close=close)

    async def close(self) -> None:
        """Close all listeners, in reverse order of opening."""
        while self.closers:
            await self.closers.pop()()

    def _make_tls(self) -> ssl.SSLContext | None:
        # A certificate without a key of its own has the key in the same file; it never means plain HTTP.
        if self.certificate is None:
            return None
        try:
            return server_context(self.certificate, self.key or self.certificate)
        except KeyProtected as error:
            raise ListenFailed(str(error)) from error
        except (OSError, ssl.SSLError) as error:
            reason = error.strerror or error.reason if isinstance(error, ssl.SSLError) else error.strerror
            raise ListenFailed(
                f"The certificate {self.certificate} and its key cannot be used ({reason}): "
                "set net.certificate and net.key to PEM files that belong together."
            ) from error

    def _register(self, name: str, bound: socket.socket, *, tls: bool, close: Callable[[], Awaitable[None]]) -> None:
        host, port = bound.getsockname()[:2]
        self.addresses[name] = format_origin("https" if tls else "http", host, port)
        self.closers.append(close)


def find_pages(settings: Settings, listeners: Listeners) -> str:
    """Return the address of the pages; empty if there are none."""
    return (settings.web.public_url or listeners.addresses.get("web", "")).rstrip("/")


class _AsgiProtocol(HttpToolsProtocol):
    """The protocol of an ASGI server, for callers of HTTP/1.0 and for those that offer HTTP/2 too."""

    def __init__(self, config: uvicorn.Config, state: ServerState) -> None:
        super().__init__(config, state, {})
        # It has all that the server uses of a parser.
        self.parser = SteadyParser(self, self._find_field, lenient=True)  # type: ignore[assignment]

    def on_headers_complete(self) -> None:
        """Begin the answer to a request."""
        super().on_headers_complete()
        if self.scope["http_version"] == "1.0":
            # The answer begins with the next round of the loop, and writes to what it finds here.
            self.cycle.transport = cast("asyncio.Transport", UnchunkedTransport(self.transport))

    def _find_field(self, name: str) -> str | None:
        """Return a field of the last head."""
        sought = name.encode()
        return next((value.decode("latin-1") for known, value in self.headers if known == sought), None)


def _asgi_rests(connection: asyncio.Protocol) -> bool:
    assert isinstance(connection, HttpToolsProtocol)
    # Until the first request there is none, whatever its type says.
    cycle = cast("RequestResponseCycle | None", connection.cycle)
    return (cycle is None or cycle.response_complete) and not connection.pipeline


def _data_rests(connection: asyncio.Protocol) -> bool:
    assert isinstance(connection, RequestHandler)
    # aiohttp says it nowhere else: it waits here for the next request, after the answer to the last one.
    waiter = connection._waiter  # noqa: SLF001
    return waiter is not None and not waiter.done()


def _shut_down(connection: asyncio.Protocol) -> None:
    assert isinstance(connection, HttpToolsProtocol)
    connection.shutdown()


def _bind(name: str, host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen()
    except OSError as error:
        bound.close()
        if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
            raise ListenFailed(
                f"The listener {name} cannot be opened at {join_host(host, port)} ({error.strerror}): "
                f"set {name}.host to an address of this machine."
            ) from None
        raise ListenFailed(
            f"The listener {name} cannot be opened at {join_host(host, port)} ({error.strerror}): "
            f"set {name}.port to a free port, and the port in the public address to the same one."
        ) from None
    bound.setblocking(False)
    return bound


def make_site(settings: Settings) -> PublicSite:
    """Return the addresses and the name under which the broker publishes."""
    return PublicSite(
        base=locate_search(settings),
        participant=settings.participant.id,
        name=settings.participant.name,
        pages=_name_pages(settings),
    )


def locate_search(settings: Settings) -> str:
    """Return the public URL of the search of a broker."""
    origin = urlsplit(settings.protocol.public_url)
    own = format_origin(origin.scheme, origin.hostname or "", settings.broker.port)
    return (settings.broker.public_url or own).rstrip("/")


def _name_pages(settings: Settings) -> str:
    """Return the origin of the pages, if everybody may read them and it is known before they listen; else nothing."""
    web = settings.web
    own = format_origin("http", web.host, web.port) if web.port else ""
    return (web.public_url or own).rstrip("/") if settings.broker.open and web.port is not None else ""
