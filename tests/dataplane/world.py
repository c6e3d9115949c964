"""Two data planes over real loopback connections, in-memory stores, and a wire that breaks where a test wants it."""

import asyncio
import hashlib
import socket
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web

from connector.dataplane.kinds import Site, build_sinks, build_sources
from connector.dataplane.listener.pull import Accel
from connector.dataplane.listener.serve import list_routes, make_app, make_runner
from connector.dataplane.signaling.plane import LocalDataPlane
from connector.dataplane.treating.delivery import Treating
from connector.net.addresses import net_policy
from connector.net.client import GuardedClient
from connector.net.dial import SocketTransport
from connector.ports.dataplane import FlowReport, FlowRequest
from connector.ports.entities import FlowDirection, Lease
from connector.ports.streams import StreamSource
from connector.protocol.dsp.common import DataAddress, authorization, endpoint_url
from connector.store.memory.store import MemoryStore

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

OWNER = "city"
FLOW = "urn:uuid:7f0c3ad4-7a3e-4a3c-9d53-1d5f0d2b8a11"
LOOPBACK = net_policy(ports=range(1, 65536), networks=["127.0.0.0/8"], plain_http=["127.0.0.1:*"])


def now_ms() -> int:
    return int(time.time() * 1000)


def lease(epoch: int = 1, *, seconds: float | None = 60, **limits: Any) -> Lease:
    until = None if seconds is None else now_ms() + int(seconds * 1000)
    return Lease(owner=OWNER, flow_id=FLOW, agreement_id="agreement", epoch=epoch, valid_until=until, **limits)


def flow_request(direction: FlowDirection, **rest: object) -> FlowRequest:
    facts = {"owner": OWNER, "flow_id": FLOW, "agreement_id": "agreement", "dataset": "trees", "peer": "did:web:peer"}
    return msgspec.convert({**facts, "direction": direction, **rest}, FlowRequest)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def blob(size: int, seed: int = 1) -> bytes:
    """Bytes that do not repeat, so that a piece put in a wrong place changes the digest."""
    return hashlib.shake_128(seed.to_bytes(4, "big")).digest(size)


async def eventually(condition: Callable[[], object], what: str) -> None:
    """Wait until the condition holds, a bounded time."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.002)
    assert condition(), what


async def no_pause(_: float) -> None:
    await asyncio.sleep(0.001)


@dataclass
class Side:
    """One connector's data plane with its listener, folders and store; `told` is what its listener heard."""

    plane: LocalDataPlane
    store: MemoryStore
    client: GuardedClient
    folder: Path
    url: str
    port: int
    told: list[FlowReport]

    def give(self, name: str, data: bytes) -> dict[str, str]:
        """Put a file below the source root and return its address."""
        place = self.folder / "out" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        return {"kind": "file", "path": name}

    def got(self, name: str) -> bytes:
        return (self.folder / "in" / name).read_bytes()

    async def serve(self, source: dict[str, str], granted: Lease | None = None, **rest: object) -> DataAddress:
        """Start serving a source under a lease and return the address a peer gets."""
        report = await self.plane.start(flow_request(FlowDirection.SERVE, source=source, **rest))
        assert report.data_address, report.error
        await self.plane.renew(granted or lease())
        return msgspec.json.decode(report.data_address, type=DataAddress)

    async def wait_for_end(self) -> FlowReport:
        await eventually(lambda: self.told, "the flow neither completed nor failed")
        return self.told[-1]


@asynccontextmanager
async def side(
    folder: Path,
    *,
    store: MemoryStore | None = None,
    public_url: str | None = None,
    patience_s: float = 0.05,
    stall_s: float = 60,
    accel: Accel | None = None,
    tls: ssl.SSLContext | None = None,
    treating: Treating | None = None,
    streams: Mapping[str, Callable[[], StreamSource]] | None = None,
) -> AsyncIterator[Side]:
    for name in ("out", "in"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    transport = SocketTransport(LOOPBACK)
    client = GuardedClient(LOOPBACK, transport)
    site = Site(folder / "out", folder / "in", client)
    store = store or MemoryStore()
    url = f"http://127.0.0.1:{port}"
    plane = LocalDataPlane(
        store,
        sources=build_sources(site),
        sinks=build_sinks(site),
        client=client,
        public_url=public_url or url,
        now=now_ms,
        pause=no_pause,
        treating=treating,
        streams=streams,
    )
    made = Side(plane, store, client, folder, url, port, [])

    async def hear(owner: str, report: FlowReport) -> None:
        assert owner == OWNER
        made.told.append(report)

    plane.listen(hear)
    runner = make_runner(make_app(list_routes(plane, OWNER, patience_s=patience_s, stall_s=stall_s, accel=accel)))
    await runner.setup()
    await web.SockSite(runner, listening, ssl_context=tls).start()
    try:
        yield made
    finally:
        await plane.close()
        await transport.close()
        await runner.cleanup()


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    """Run one aiohttp handler for every path as a foreign peer or backend; yields its URL."""
    app = web.Application(client_max_size=1 << 30)
    app.router.add_route("*", "/{tail:.*}", handler)
    listening = socket.create_server(("127.0.0.1", 0))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.SockSite(runner, listening).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def breaking_wire(port: int, cuts: Sequence[int], *, upstream: bool = False) -> AsyncIterator[str]:
    """Relay to a port and kill the n-th connection that moves data after `cuts[n]` bytes in one direction."""
    left = list(cuts)

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
        dead = asyncio.Event()

        async def copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter, counted: bool) -> None:
            moved = 0
            try:
                while chunk := await source.read(65536):
                    if counted and left and moved + len(chunk) >= left[0]:
                        sink.write(chunk[: left.pop(0) - moved])
                        await sink.drain()
                        break
                    moved += len(chunk)
                    sink.write(chunk)
                    await sink.drain()
            except ConnectionError:
                pass
            dead.set()

        tasks = [
            asyncio.create_task(copy(reader, inner_writer, upstream)),
            asyncio.create_task(copy(inner_reader, writer, not upstream)),
        ]
        await dead.wait()
        for task in tasks:
            task.cancel()
        writer.close()
        inner_writer.close()

    server = await asyncio.start_server(relay, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def url_and_token(address: DataAddress) -> tuple[str, dict[str, str]]:
    """Return the URL of an address and the headers that a peer sends."""
    return endpoint_url(address) or "", {"Authorization": f"Bearer {authorization(address)}"}
