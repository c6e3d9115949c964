"""A lean server that says what it was asked, and raw callers of it."""

import asyncio
import hashlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from connector.net.serving.bounds import ServingBounds
from connector.net.serving.messages import Application, PeerRequest, Reply
from connector.net.serving.server import GuardedServer, serve_peers

HEAD = b"GET /x HTTP/1.1\r\nHost: city\r\n"
WHOLE = HEAD + b"\r\n"
POST = b"POST /x HTTP/1.1\r\nHost: city\r\n"


async def echo(request: PeerRequest) -> Reply:
    """Say the method, the path, the query and the digest of the body."""
    body = await request.read()
    digest = hashlib.sha256(body).hexdigest()[:8]
    return Reply(body=f"{request.method} {request.path} ?{request.query} {len(body)} {digest}".encode())


def say_status(path: str, status: int) -> Reply:
    return Reply(status=status, body=path.encode()[:20])


ECHO = Application(answer=echo, refuse=say_status)


def bind() -> tuple[socket.socket, int]:
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    bound.setblocking(False)
    return bound, bound.getsockname()[1]


class Peer:
    """What talks to a server byte by byte."""

    def __init__(self, server: GuardedServer, port: int) -> None:
        self.server = server
        self.door = server.door
        self.port = port

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def say(self, *parts: bytes) -> bytes:
        """Send parts one after the other and return everything that is answered until the server closes."""
        reader, writer = await self.connect()
        try:
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(0)
        except ConnectionError:
            pass
        try:
            return await reader.read()
        except ConnectionError:
            return b""
        finally:
            writer.close()

    async def until(self, done: Any) -> None:
        """Look again and again until something is so."""
        async with asyncio.timeout(10):
            while not done():  # noqa: ASYNC110 - what is waited for has no event
                await asyncio.sleep(0.002)


@asynccontextmanager
async def lean(app: Application = ECHO, **bounds: Any) -> AsyncIterator[Peer]:
    bound, port = bind()
    server = serve_peers(app, bound, ServingBounds(**{"idle_s": 0.2, **bounds}))
    try:
        yield Peer(server, port)
    finally:
        await server.close(1)
