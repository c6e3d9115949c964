"""The listeners of a process: uvicorn for ASGI applications, aiohttp for the data plane."""

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
    """A listener could not be opened; the message names the setting to change."""


class EmbeddedServer(uvicorn.Server):
    """A uvicorn server beside others in one process; `serve` handles the signals of the process."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open the sockets and set `up`."""
        await super().startup(sockets)
        self.up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Install no signal handlers."""
        yield


class BoundedConnection(HttpToolsProtocol):
    """An HTTP connection that is closed if the head of a request is not complete within `HEAD_S`.

    Without this limit, a caller that sends single bytes keeps the connection forever. Bodies have a limit of their own.
    """

    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Start the timer for the first request."""
        super().connection_made(transport)
        self._start_timer()

    def on_message_begin(self) -> None:
        """Start the timer for the next request."""
        super().on_message_begin()
        if self._timer is None:
            self._start_timer()

    def on_headers_complete(self) -> None:
        """Stop the timer: the head is complete."""
        self._stop_timer()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timer: the connection is closed."""
        self._stop_timer()
        super().connection_lost(exc)

    def _start_timer(self) -> None:
        self._timer = self.loop.call_later(HEAD_S, self.transport.close)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


@dataclass
class Listeners:
    """The open listeners: the address of each by its name, and the functions that close them."""

    certificate: Path | None = None
    key: Path | None = None
    addresses: dict[str, str] = field(default_factory=dict)
    closers: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    async def open_asgi(self, name: str, app: ASGIApp, host: str, port: int, *, public: bool) -> None:
        """Open a listener for an ASGI application; a `public` one uses TLS if a certificate is set.

        Raises ListenFailed.
        """
        bound = _bind(name, host, port)
        tls = public and self.certificate is not None
        config = uvicorn.Config(
            app,
            http=BoundedConnection,
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
        server = EmbeddedServer(config)
        task = asyncio.create_task(server.serve(sockets=[bound]), name=f"listener {name}")
        up = asyncio.create_task(server.up.wait())
        await asyncio.wait({task, up}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            up.cancel()
            raise ListenFailed(
                f"The listener {name} did not start at {host}:{port}: the log contains the reason."
            ) from task.exception()

        async def close() -> None:
            server.should_exit = True
            await task

        self._register(name, bound, tls=tls, close=close)

    async def open_data(self, name: str, app: web.Application, host: str, port: int) -> None:
        """Open the listener of the data plane. Raises ListenFailed."""
        bound = _bind(name, host, port)
        tls = server_context(self.certificate, self.key) if self.certificate and self.key else None
        runner = make_runner(app)
        await runner.setup()
        await web.SockSite(runner, bound, ssl_context=tls).start()
        self._register(name, bound, tls=tls is not None, close=runner.cleanup)

    async def close(self) -> None:
        """Close all listeners, in reverse order of opening."""
        while self.closers:
            await self.closers.pop()()

    def _register(self, name: str, bound: socket.socket, *, tls: bool, close: Callable[[], Awaitable[None]]) -> None:
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
        raise ListenFailed(f"{what}: set {name}.port to a free port.") from None
    bound.setblocking(False)
    return bound
