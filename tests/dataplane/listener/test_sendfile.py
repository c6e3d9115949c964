"""Large files leave through the kernel: over real sockets, with everything that can come between."""

import asyncio
import errno
import fcntl
import os
import socket
import threading
import tracemalloc
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import uvloop

from connector.dataplane.listener import sendfile
from connector.net.tls import client_context, server_context
from tests.dataplane.world import FLOW, OWNER, Side, blob, eventually, lease, sha256, side, url_and_token
from tests.support.certificates import write_certificates

MIB = 1024 * 1024
LARGE = 24 * MIB
Shown = tuple[str, dict[str, str]]


@pytest.fixture
def in_kernel(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What the kernel took, call by call: 0 where the peer had no room."""
    taken: list[int] = []
    whole = os.sendfile

    def noted(*arguments: Any) -> int:
        moved = 0
        try:
            moved = whole(*arguments)
        finally:
            taken.append(moved)
        return moved

    monkeypatch.setattr(os, "sendfile", noted)
    return taken


@pytest.fixture
async def provider(tmp_path: Path) -> AsyncIterator[Side]:
    async with side(tmp_path, stall_s=30) as made:
        yield made


async def serving(provider: Side, data: bytes, **limits: Any) -> Shown:
    return url_and_token(await provider.serve(provider.give("large", data), lease(**limits)))


@asynccontextmanager
async def asking(provider: Side, shown: Shown, more: str = "", *, window: int | None = None) -> AsyncIterator[Any]:
    """Ask over a connection of its own, with a small window where a test wants a peer that takes little ahead."""
    taken = socket.socket()
    if window:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
    taken.setblocking(False)
    await asyncio.get_running_loop().sock_connect(taken, ("127.0.0.1", provider.port))
    reader, writer = await asyncio.open_connection(sock=taken, limit=4096 if window else 2**16)
    path = shown[0].removeprefix(provider.url)
    token = shown[1]["Authorization"]
    writer.write(f"GET {path} HTTP/1.1\r\nHost: city\r\nAuthorization: {token}\r\n{more}\r\n".encode())
    try:
        await reader.readuntil(b"\r\n\r\n")
        yield reader
    finally:
        writer.close()


async def rest_of(reader: asyncio.StreamReader) -> int:
    """Read to the end, whatever it is; return how many bytes came."""
    count = 0
    try:
        while piece := await reader.read(MIB):
            count += len(piece)
    except ConnectionError:
        pass
    return count


async def booked(provider: Side) -> int:
    return (await provider.store.usage(OWNER, "agreement")).bytes_moved


async def idle(provider: Side) -> None:
    """Wait until no stream runs."""
    await eventually(lambda: not provider.plane.register.gates[OWNER, FLOW].in_passage, "a stream goes on")


async def test_a_large_file_arrives_as_it_is_and_the_connection_goes_on(provider: Side, in_kernel: list[int]) -> None:
    data = blob(LARGE + 1)
    url, headers = await serving(provider, data)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as http:
        for asked, part in (("bytes=0-", data), (f"bytes={MIB + 7}-{9 * MIB}", data[MIB + 7 : 9 * MIB + 1])):
            async with http.get(url, headers={**headers, "Range": asked}) as answer:
                assert sha256(await answer.read()) == sha256(part)
        async with http.get(url, headers={**headers, "Range": f"bytes=-{2 * MIB}"}) as answer:
            assert await answer.read() == data[-2 * MIB :]
        async with http.head(url, headers=headers) as answer:
            assert (answer.status, answer.headers["Content-Length"]) == (200, str(len(data)))
    moved = len(data) + 8 * MIB - 6 + 2 * MIB
    assert sum(in_kernel) == moved - 3 * sendfile.TAIL
    await idle(provider)
    assert await booked(provider) == moved


def test_on_the_loop_of_a_serving_process_it_is_the_same(tmp_path: Path, in_kernel: list[int]) -> None:
    async def pull() -> None:
        async with side(tmp_path) as provider:
            data = blob(LARGE)
            shown = await serving(provider, data)
            async with asking(provider, shown, window=MIB) as reader:
                await eventually(lambda: 0 in in_kernel, "the peer always had room")
                assert sha256(await reader.readexactly(LARGE)) == sha256(data)

    uvloop.run(pull())
    assert sum(in_kernel) == LARGE - sendfile.TAIL


async def test_many_pulls_at_once_get_the_same(provider: Side, in_kernel: list[int]) -> None:
    data = blob(3 * MIB)
    url, headers = await serving(provider, data)

    async def pulled(http: aiohttp.ClientSession) -> str:
        async with http.get(url, headers=headers) as answer:
            return sha256(await answer.read())

    async with aiohttp.ClientSession() as http:
        assert set(await asyncio.gather(*(pulled(http) for _ in range(16)))) == {sha256(data)}
    await idle(provider)
    assert await booked(provider) == 16 * len(data)
    assert sum(in_kernel) == 16 * (len(data) - sendfile.TAIL)


async def test_what_the_kernel_cannot_send_is_copied(provider: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    def unable(*_: Any) -> int:
        raise OSError(errno.EINVAL, "this file system has no sendfile")

    monkeypatch.setattr(os, "sendfile", unable)
    data = blob(2 * MIB)
    url, headers = await serving(provider, data)
    async with aiohttp.ClientSession() as http, http.get(url, headers=headers) as answer:
        assert await answer.read() == data
    await idle(provider)
    assert await booked(provider) == len(data)


async def test_under_tls_everything_is_copied(tmp_path: Path, in_kernel: list[int]) -> None:
    files = write_certificates(tmp_path)
    ours = server_context(Path(files["DATENKONTOR_NET__CERTIFICATE"]), Path(files["DATENKONTOR_NET__KEY"]))
    trust = client_context(ca_file=Path(files["DATENKONTOR_NET__CA"]))
    data = blob(3 * MIB)
    async with side(tmp_path, tls=ours) as provider, aiohttp.ClientSession() as http:
        url, headers = await serving(provider, data)
        async with http.get(url.replace("http:", "https:"), headers=headers, ssl=trust) as answer:
            assert await answer.read() == data
    assert not in_kernel


async def test_a_limit_on_bytes_ends_the_stream_at_its_last_byte(provider: Side) -> None:
    limit = 10 * MIB + 123
    data = blob(LARGE)
    shown = await serving(provider, data, max_bytes=limit)
    async with asking(provider, shown) as reader:
        assert await rest_of(reader) == limit
    assert "limit of bytes" in ((await provider.wait_for_end()).error or "")
    assert await booked(provider) == limit


@pytest.mark.parametrize("verb", ["suspend", "terminate"])
async def test_who_takes_nothing_is_cut_off_by_the_verb_and_what_went_is_booked(provider: Side, verb: str) -> None:
    shown = await serving(provider, blob(LARGE))
    async with asking(provider, shown, window=MIB) as reader:
        await reader.readexactly(1024)
        await getattr(provider.plane, verb)(OWNER, FLOW, "because")
        came = 1024 + await rest_of(reader)
    await eventually(lambda: provider.plane.register.gates.get((OWNER, FLOW)) is None or _quiet(provider), "it runs on")
    assert came <= await booked(provider) < LARGE


async def test_a_step_that_runs_when_the_lease_ends_moves_nothing_more(
    provider: Side, in_kernel: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, released, whole = threading.Event(), threading.Event(), os.sendfile

    def held(*arguments: Any) -> int:
        entered.set()
        assert released.wait(10)
        return whole(*arguments)

    monkeypatch.setattr(os, "sendfile", held)
    shown = await serving(provider, blob(LARGE))
    async with asking(provider, shown) as reader:
        await asyncio.to_thread(entered.wait, 10)
        await provider.plane.suspend(OWNER, FLOW, "because")
        for _ in range(10):
            await asyncio.sleep(0)  # the end of the lease reaches the stream
        released.set()
        came = await rest_of(reader)
    await idle(provider)
    assert len(in_kernel) == 1
    assert came <= await booked(provider) <= sum(in_kernel)


def _quiet(provider: Side) -> bool:
    return not provider.plane.register.gates[OWNER, FLOW].in_passage


async def test_leave_for_what_a_lost_peer_did_not_take_is_given_back(provider: Side) -> None:
    shown = await serving(provider, blob(LARGE), max_bytes=LARGE)
    async with asking(provider, shown) as reader:
        await reader.readexactly(1024)
    await idle(provider)
    gate = provider.plane.register.gates[OWNER, FLOW]
    assert gate.moved == gate.volume.moved == await booked(provider) < LARGE
    assert not gate.used_up


@pytest.mark.parametrize("size", [LARGE, 256 * 1024], ids=["before all is with the kernel", "after it"])
async def test_who_takes_nothing_for_too_long_loses_the_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr("connector.dataplane.listener.pull.SMALLEST", size)
    async with side(tmp_path, stall_s=0.1) as provider:
        shown = await serving(provider, blob(size))
        async with asking(provider, shown, window=4096) as reader:
            await idle(provider)
            came = await rest_of(reader)
        assert came <= await booked(provider) < size


async def test_peers_that_take_nothing_hold_no_thread(provider: Side) -> None:
    shown = await serving(provider, blob(LARGE))
    async with AsyncExitStack() as stack, asyncio.timeout(10):
        for _ in range(12):
            await stack.enter_async_context(asking(provider, shown, window=MIB))
        async with asking(provider, shown) as reader:
            assert await rest_of_exactly(reader, LARGE) == LARGE


def _truncate(file: Path) -> None:
    os.truncate(file, 8 * MIB)


def _overwrite(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.write(b"changed")


def _append(file: Path) -> None:
    with file.open("ab") as opened:
        opened.write(b"more")


@pytest.mark.parametrize("change", [_truncate, _overwrite, _append])
async def test_a_file_that_changes_while_it_is_sent_never_arrives_whole(
    provider: Side, in_kernel: list[int], change: Callable[[Path], None]
) -> None:
    shown = await serving(provider, blob(LARGE))
    async with asking(provider, shown, window=MIB) as reader:
        await reader.readexactly(1024)
        change(provider.folder / "out" / "large")
        before = sum(in_kernel)
        assert 1024 + await rest_of(reader) < LARGE
    assert sum(in_kernel) <= before + 2 * MIB, "more was sent than the calls that were under way"


async def test_a_change_before_the_peer_has_confirmed_what_went_before_the_end_is_seen(
    provider: Side, in_kernel: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel takes all but the end at once, and sends pages of the file that may still change."""
    monkeypatch.setattr("connector.dataplane.listener.pull.SMALLEST", 256 * 1024)
    looks, whole = list[Any](), fcntl.ioctl
    monkeypatch.setattr(fcntl, "ioctl", lambda *asked: looks.append(asked) or whole(*asked))
    shown = await serving(provider, blob(256 * 1024))
    async with asking(provider, shown, window=4096) as reader:
        await eventually(lambda: len(looks) > 1, "what the peer has confirmed is not looked at")
        assert sum(in_kernel) == 256 * 1024 - sendfile.TAIL
        _overwrite(provider.folder / "out" / "large")
        assert await rest_of(reader) < 256 * 1024


async def test_a_file_that_is_replaced_by_another_arrives_as_it_was(provider: Side) -> None:
    data = blob(LARGE)
    shown = await serving(provider, data)
    async with asking(provider, shown, window=MIB) as reader:
        begin = await reader.readexactly(1024)
        other = provider.folder / "out" / "other"
        other.write_bytes(bytes(LARGE))
        other.replace(provider.folder / "out" / "large")
        assert sha256(begin + await reader.readexactly(LARGE - 1024)) == sha256(data)


async def test_memory_does_not_grow_with_the_file(provider: Side) -> None:
    shown = await serving(provider, bytes(64 * MIB))
    async with asking(provider, shown) as reader:
        tracemalloc.start()
        try:
            assert await rest_of_exactly(reader, 64 * MIB) == 64 * MIB
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 8 * MIB


async def rest_of_exactly(reader: asyncio.StreamReader, size: int) -> int:
    """Read a body of a known size and throw it away."""
    left = size
    while left and (piece := await reader.read(64 * 1024)):
        left -= len(piece)
    return size - left
