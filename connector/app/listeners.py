"""Listeners in one process: uvicorn for ASGI applications, aiohttp for the data plane, and their orderly end."""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from aiohttp import web
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from connector.dataplane.listener.serve import make_runner
from connector.net.tls import server_context

GRACE_S = 5
HEAD_S = 15.0


class ListenFailed(Exception):
    """A listener could not be opened; the message is one sentence with the setting to change."""


class Quiet(uvicorn.Server):
    """A uvicorn server beside others in one process: whoever runs the process handles its signals."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open, and say so."""
        await super().startup(sockets)
        self.up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


class Prompt(HttpToolsProtocol):
    """An HTTP connection whose caller has `HEAD_S` to say what it wants, from its beginning or its next request on.

    Whoever sends a byte of a header now and then would hold the connection for ever. A body has its bound elsewhere.
    """

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Give the caller its time."""
        super().connection_made(transport)
        self._wait()

    def on_message_begin(self) -> None:
        """Give the caller its time for the next request."""
        super().on_message_begin()
        if self._late is None:
            self._wait()

    def on_headers_complete(self) -> None:
        """The caller was in time."""
        self._in_time()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more is waited for."""
        self._in_time()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._late = self.loop.call_later(HEAD_S, self.transport.close)

    def _in_time(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None


@dataclass
class Listeners:
    """What is open, by name: the address it really has, and how it is closed (in the opposite order)."""

    certificate: Path | None = None
    key: Path | None = None
    addresses: dict[str, str] = field(default_factory=dict)
    closers: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    async def asgi(self, name: str, app: ASGIApp, host: str, port: int, *, public: bool) -> None:
        """Open a listener for an ASGI application; `public` ones speak TLS where a certificate is set."""
        bound = _bind(name, host, port)
        tls = public and self.certificate is not None
        config = uvicorn.Config(
            app,
            http=Prompt,
            loop="none",
            lifespan="off",
            ws="none",
            access_log=False,
            log_config=None,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=GRACE_S,
            h11_max_incomplete_event_size=16 * 1024,
            ssl_certfile=str(self.certificate) if tls else None,
            ssl_keyfile=str(self.key) if tls and self.key else None,
        )
        server = Quiet(config)
        task = asyncio.create_task(server.serve(sockets=[bound]), name=f"listener {name}")
        up = asyncio.create_task(server.up.wait())
        await asyncio.wait({task, up}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            up.cancel()
            raise ListenFailed(f"The listener {name} did not start at {host}:{port}.") from task.exception()

        async def close() -> None:
            server.should_exit = True
            await task

        self._opened(name, bound, tls=tls, close=close)

    async def data(self, name: str, app: web.Application, host: str, port: int) -> None:
        """Open the data plane's listener."""
        bound = _bind(name, host, port)
        tls = server_context(self.certificate, self.key) if self.certificate and self.key else None
        runner = make_runner(app)
        await runner.setup()
        await web.SockSite(runner, bound, ssl_context=tls).start()
        self._opened(name, bound, tls=tls is not None, close=runner.cleanup)

    async def close(self) -> None:
        """Close all, the last opened first."""
        while self.closers:
            await self.closers.pop()()

    def _opened(self, name: str, bound: socket.socket, *, tls: bool, close: Callable[[], Awaitable[None]]) -> None:
        host, port = bound.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        self.addresses[name] = f"{'https' if tls else 'http'}://{shown}:{port}"
        self.closers.append(close)


def _bind(name: str, host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(1024)
    except OSError as error:
        bound.close()
        what = f"The listener {name} cannot be opened at {host}:{port} ({error.strerror})"
        raise ListenFailed(f"{what}: set {name}.port to a free one.") from None
    bound.setblocking(False)
    return bound
