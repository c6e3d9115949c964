"""Who has not ended the TLS handshake is counted like everybody else, by every server, on both event loops."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import uvloop
from aiohttp import web
from starlette.responses import Response

from connector.app.listeners import Listeners
from connector.net.serving.bounds import ServingBounds
from connector.net.serving.messages import Application, PeerRequest, Reply
from connector.net.serving.server import serve_peers
from connector.net.tls import client_context
from tests.net.serving.lean import ECHO, WHOLE, Peer, bind, lean, say_status
from tests.net.test_tls import Authority

NAMES = ("protocol", "management", "data")
LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"


async def say_here(_: PeerRequest) -> Reply:
    return Reply(body=b"here")


@asynccontextmanager
async def secured(folder: Path, **bounds: object) -> AsyncIterator[tuple[Listeners, Path]]:
    """Open every kind of listener under TLS; yields them and the trust anchor."""
    authority = Authority(folder, "ca")
    certificate, key = authority.issue("city.example")
    made = Listeners(certificate, key, ServingBounds(**{"proxies": (), **bounds}))  # type: ignore[arg-type]
    await made.open_peers("protocol", Application(answer=say_here, refuse=say_status), "127.0.0.1", 0)
    await made.open_asgi("management", Response(b"here"), "127.0.0.1", 0, public=True)
    await made.open_data("data", web.Application(), "127.0.0.1", 0)
    try:
        yield made, authority.file
    finally:
        await made.close()


async def ask(port: int, anchor: Path, source: str) -> bytes:
    """Return the head of an answer over TLS, or nothing if the connection is refused."""
    tls, name = client_context(ca_file=anchor), "city.example"
    try:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", port, ssl=tls, server_hostname=name, local_addr=(source, 0)
        )
        writer.write(WHOLE)
        head = await reader.readuntil(b"\r\n\r\n")
    except (OSError, asyncio.IncompleteReadError):
        return b""
    writer.close()
    return head


@contextmanager
def half_open(port: int, sources: list[str]) -> Iterator[list[socket.socket]]:
    """Begin a TLS handshake from each source and never go on."""
    held = [socket.create_connection(("127.0.0.1", port), source_address=(source, 0)) for source in sources]
    try:
        for one in held:
            one.sendall(HELLO)
            one.setblocking(False)
        yield held
    finally:
        for one in held:
            one.close()


def is_open(one: socket.socket) -> bool:
    try:
        return one.recv(1) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not done():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)


async def served_again(port: int, anchor: Path, source: str) -> None:
    async with asyncio.timeout(20):
        while not await ask(port, anchor, source):  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)


def count_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def on(loop: str, scenario: Callable[[], Awaitable[None]]) -> None:
    async def run() -> None:
        await scenario()

    with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        runner.run(run())


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("name", NAMES)
def test_an_address_holds_no_more_half_open_handshakes_than_connections(tmp_path: Path, name: str, loop: str) -> None:
    async def scenario() -> None:
        async with secured(tmp_path, per_address=8) as (listeners, anchor):
            port = urlsplit(listeners.addresses[name]).port or 0
            with half_open(port, ["127.0.0.9"] * 40) as held:
                await until(lambda: sum(map(is_open, held)) == 8)
                assert await ask(port, anchor, "127.0.0.9") == b""
                assert await ask(port, anchor, "127.0.0.10")
                assert sum(map(is_open, held)) == 8
            # The places are returned when the callers leave.
            await served_again(port, anchor, "127.0.0.9")

    on(loop, scenario)


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("name", NAMES)
def test_hundreds_of_half_open_handshakes_take_a_listener_no_more_files_than_its_places(
    tmp_path: Path, name: str, loop: str
) -> None:
    async def scenario() -> None:
        async with secured(tmp_path, connections=50, per_address=10) as (listeners, anchor):
            port = urlsplit(listeners.addresses[name]).port or 0
            before = count_files()
            with half_open(port, [f"127.0.1.{number % 60 + 1}" for number in range(480)]) as held:
                await until(lambda: sum(map(is_open, held)) <= 50)
                # The oldest that has not ended its handshake gives way to each new caller.
                for number in range(60):
                    assert await ask(port, anchor, f"127.0.2.{number % 20 + 1}"), number
                # One more for a connection that is just being closed.
                assert count_files() - before - len(held) <= 50 + 10

    on(loop, scenario)


@pytest.mark.parametrize("loop", LOOPS)
def test_a_handshake_that_does_not_end_in_time_returns_its_place(tmp_path: Path, loop: str) -> None:
    async def scenario() -> None:
        async with secured(tmp_path, per_address=4, handshake_s=0.3) as (listeners, anchor):
            port = urlsplit(listeners.addresses["protocol"]).port or 0
            with half_open(port, ["127.0.0.9"] * 4) as held:
                await until(lambda: not any(map(is_open, held)))
                await served_again(port, anchor, "127.0.0.9")

    on(loop, scenario)


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("name", NAMES)
def test_an_address_begins_no_more_handshakes_than_its_rate_also_if_each_ends(
    tmp_path: Path, name: str, loop: str
) -> None:
    async def scenario() -> None:
        async with secured(tmp_path, handshakes_per_s=0.001, handshakes_at_once=3) as (listeners, anchor):
            port = urlsplit(listeners.addresses[name]).port or 0
            assert [bool(await ask(port, anchor, "127.0.0.9")) for _ in range(5)] == [True] * 3 + [False] * 2
            assert await ask(port, anchor, "127.0.0.10")

    on(loop, scenario)


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("name", NAMES)
def test_a_proxy_that_speaks_tls_begins_as_many_handshakes_as_it_likes(tmp_path: Path, name: str, loop: str) -> None:
    async def scenario() -> None:
        bounds = {"handshakes_per_s": 0.001, "handshakes_at_once": 1, "proxies": ("127.0.0.9/32",)}
        async with secured(tmp_path, **bounds) as (listeners, anchor):
            port = urlsplit(listeners.addresses[name]).port or 0
            for _ in range(4):
                assert await ask(port, anchor, "127.0.0.9")

    on(loop, scenario)


@pytest.mark.parametrize("loop", LOOPS)
def test_a_server_that_closes_waits_for_no_handshake(tmp_path: Path, loop: str) -> None:
    async def scenario() -> None:
        async with secured(tmp_path) as (listeners, _):
            port = urlsplit(listeners.addresses["protocol"]).port or 0
            with half_open(port, ["127.0.0.9"] * 4) as held:
                await until(lambda: all(map(is_open, held)))
                async with asyncio.timeout(4):
                    await listeners.close()
                assert not any(map(is_open, held))

    on(loop, scenario)


@pytest.mark.parametrize("loop", LOOPS)
def test_requests_that_arrive_with_the_end_of_the_handshake_are_answered_in_order(tmp_path: Path, loop: str) -> None:
    async def scenario() -> None:
        async with secured(tmp_path) as (listeners, anchor):
            for name in NAMES:
                port = urlsplit(listeners.addresses[name]).port or 0
                answers = await asyncio.gather(*(ask(port, anchor, "127.0.0.9") for _ in range(20)))
                assert all(answers)

    on(loop, scenario)


async def test_without_tls_who_finds_no_place_is_told_when_to_come_again() -> None:
    async with lean(connections=1, per_address=1, proxies=()) as peer:
        held = await peer.connect()
        held[1].write(WHOLE[:5])
        await peer.until(lambda: peer.door.open)
        refused = await peer.connect()
        said = await refused[0].read()
        assert b" 503 " in said
        assert b"retry-after" in said
        held[1].close()
        refused[1].close()


async def test_a_listener_without_descriptors_rests_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    class Exhausted:
        """A socket at which the system has no descriptor for the first callers."""

        def __init__(self, bound: socket.socket) -> None:
            self.bound = bound
            self.failures = 2

        def __getattr__(self, name: str) -> object:
            return getattr(self.bound, name)

        def accept(self) -> tuple[socket.socket, object]:
            if self.failures:
                self.failures -= 1
                raise OSError(24, "Too many open files")
            return self.bound.accept()

    monkeypatch.setattr("connector.net.serving.entrance.REST_S", 0.01)
    bound, port = bind()
    exhausted = Exhausted(bound)
    server = serve_peers(ECHO, exhausted, ServingBounds(idle_s=0.2))  # type: ignore[arg-type]  # a socket but for accept
    assert b" 200 " in await Peer(server, port).say(WHOLE)
    assert not exhausted.failures
    await server.close(1)
