"""Both clients over real connections to peers that say more, less or something else than was asked for."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from connector.net.errors import BadAnswer, Blocked, TimedOut, TooLarge, Unreachable
from tests.net.servers import NAME, answers, spoken

PATIENCE_S = 10


def ok(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </style>\r\n\r\n"


class Peer:
    """Answers request n with part n of a script, and what follows the last with it; notes requests and ends."""

    def __init__(self, *script: bytes, close: bool = False) -> None:
        self.script = list(script)
        self.asked: list[bytes] = []
        self.ended = asyncio.Semaphore(0)
        self.close = close

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                if b"\r\nContent-Length: " in head:
                    await reader.readexactly(int(head.partition(b"\r\nContent-Length: ")[2].split(b"\r\n")[0]))
                self.asked.append(head.split(b" ")[1])
                writer.write(self.script.pop(0) if len(self.script) > 1 else self.script[0])
                if self.close:
                    return
        finally:
            self.ended.release()

    async def wait_for_end(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            await self.ended.acquire()


async def test_an_answer_that_comes_late_on_an_idle_connection_is_never_the_answer_to_the_next_request(client):
    arrived, ended, seen = asyncio.Event(), asyncio.Event(), []

    async def talk(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        seen.append(head.split()[1])
        writer.write(ok(b"first" if not ended.is_set() else b"second"))
        await arrived.wait()
        writer.write(ok(b"poison"))
        await reader.read()
        ended.set()

    async with spoken(talk) as port, client() as net:
        assert (await net.request("GET", f"http://{NAME}:{port}/first")).body == b"first"
        arrived.set()
        async with asyncio.timeout(PATIENCE_S):
            await ended.wait()
        arrived.clear()
        assert (await net.request("POST", f"http://{NAME}:{port}/second", body=b"x")).body == b"second"
        arrived.set()
    assert seen == [b"/first", b"/second"]


@contextmanager
def threaded(talk: Callable[[socket.socket, int], None]) -> Iterator[int]:
    """Talk to each connection in a thread of its own, so that bytes arrive while the loop is busy."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        number = 0
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            number += 1
            threading.Thread(target=talk, args=(connection, number), daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(PATIENCE_S)


@pytest.mark.parametrize("extra", [ok(b"poison"), b"H", b""], ids=["an answer", "a byte", "the end"])
async def test_bytes_that_the_loop_has_not_read_yet_are_no_answer_to_the_next_request(client, extra):
    first_is_read, stray_is_sent = threading.Event(), threading.Event()
    seen = []

    def talk(connection: socket.socket, number: int) -> None:
        with connection, contextlib.suppress(ConnectionResetError):
            seen.append((number, connection.recv(65536).split()[1]))
            connection.sendall(ok(b"answer %d" % number))
            if number == 1:
                first_is_read.wait(PATIENCE_S)
                if extra:
                    connection.sendall(extra)
                else:
                    connection.shutdown(socket.SHUT_WR)
                stray_is_sent.set()
            while connection.recv(65536):
                seen.append((number, b"asked again"))

    with threaded(talk) as port:
        async with client() as net:
            assert (await net.request("GET", f"http://{NAME}:{port}/a")).body == b"answer 1"
            first_is_read.set()
            stray_is_sent.wait(PATIENCE_S)  # in this thread: the loop reads nothing meanwhile
            assert (await net.request("POST", f"http://{NAME}:{port}/b", body=b"x")).body == b"answer 2"
    assert seen == [(1, b"/a"), (2, b"/b")]


@pytest.mark.parametrize("extra", [ok(b"poison"), b"HTTP", b"0\r\n\r\n", EARLY])
async def test_bytes_behind_an_answer_end_the_connection_and_are_no_answer(client, extra):
    peer = Peer(ok(b"first") + extra, ok(b"second"))
    async with spoken(peer) as port, client() as net:
        with contextlib.suppress(BadAnswer):  # aiohttp refuses the answer too, if what follows is no HTTP
            assert (await net.request("GET", f"http://{NAME}:{port}/")).body == b"first"
        await peer.wait_for_end()
        assert (await net.request("GET", f"http://{NAME}:{port}/")).body == b"second"


async def test_a_stream_takes_no_byte_that_it_did_not_ask_for_either(client):
    peer = Peer(ok(b"first") + ok(b"poison"), ok(b"second"))
    async with spoken(peer) as port, client() as net:
        for expected in (b"first", b"second"):
            async with net.stream("GET", f"http://{NAME}:{port}/") as stream:
                assert b"".join([piece async for piece in stream.chunks()]) == expected


async def test_some_interim_answers_are_passed_over_and_a_row_of_them_is_refused(client):
    async with spoken(Peer(EARLY * 8 + ok(b"final"))) as port, client() as net:
        assert (await net.request("GET", f"http://{NAME}:{port}/")).body == b"final"
        assert (await net.request("GET", f"http://{NAME}:{port}/")).body == b"final"
        async with net.stream("GET", f"http://{NAME}:{port}/") as stream:
            assert [piece async for piece in stream.chunks()] == [b"final"]
    peer = Peer(EARLY * 9 + ok(b"final"))
    async with spoken(peer) as port, client() as net:
        with pytest.raises(BadAnswer):
            await net.request("GET", f"http://{NAME}:{port}/")
        with pytest.raises(BadAnswer):
            async with net.stream("GET", f"http://{NAME}:{port}/"):
                pass
        await peer.wait_for_end()


async def test_an_endless_row_of_interim_answers_ends_with_the_connection_and_not_with_the_deadline(client):
    ended = asyncio.Event()

    async def talk(reader, writer):
        try:
            await reader.readuntil(b"\r\n\r\n")
            while True:
                writer.write(EARLY)
                await writer.drain()
                await asyncio.sleep(0)
        finally:
            ended.set()

    async with spoken(talk) as port, client() as net:
        with pytest.raises(BadAnswer):
            await net.request("GET", f"http://{NAME}:{port}/", timeout_s=60)
        async with asyncio.timeout(PATIENCE_S):
            await ended.wait()


async def test_a_switch_of_protocols_is_refused(client):
    switch = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n"
    peer = Peer(switch + ok(b"x"))
    async with spoken(peer) as port, client() as net:
        for _ in range(2):
            with pytest.raises(BadAnswer, match="101"):
                await net.request("GET", f"http://{NAME}:{port}/")
            await peer.wait_for_end()


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("method", "answer", "closes", "status", "body"),
    [
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n", False, 200, b""),
        ("HEAD", b"HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n", False, 404, b""),
        ("HEAD", b"HTTP/1.1 200 OK\r\n\r\n", False, 200, b""),
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n", False, 204, b""),
        ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", False, 304, b""),
        ("GET", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", False, 200, b""),
        ("GET", b"HTTP/1.1 200 OK\r\n\r\nuntil the end", True, 200, b"until the end"),
        ("GET", b"HTTP/1.0 200 OK\r\n\r\nold", True, 200, b"old"),
        ("GET", b"HTTP/1.1 200 OK\r\n\r\n", True, 200, b""),
        ("GET", b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nab", True, 200, b"ab"),
        ("GET", b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nab", False, 200, b"ab"),
        ("GET", b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nab", False, 200, b"ab"),
        ("GET", CHUNKED + b'3;a=b;c="d"\r\nabc\r\n1\r\nd\r\n0\r\nDigest: x\r\n\r\n', False, 200, b"abcd"),
        ("GET", CHUNKED + b"0\r\n\r\n", False, 200, b""),
        ("POST", b"HTTP/1.1 500 \r\nContent-Length: 3\r\n\r\nbad", False, 500, b"bad"),
    ],
)
async def test_each_way_to_end_an_answer_is_read_and_leaves_the_next_one_right(
    client, method, answer, closes, status, body
):
    async with spoken(Peer(answer, close=closes)) as port, client() as net:
        for _ in range(3):
            response = await net.request(method, f"http://{NAME}:{port}/")
            assert (response.status, response.body) == (status, body)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\nab",
        CHUNKED + b"-1\r\nab\r\n0\r\n\r\n",
        CHUNKED + b"fffffffffffffffff\r\nab\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"Content-Length: 0\r\n\r\n",
        b"220 mail.example ESMTP\r\n\r\n",
    ],
)
async def test_an_answer_whose_end_is_unclear_is_refused_and_its_connection_closed(client, answer):
    peer = Peer(answer, ok(b"next"))
    async with spoken(peer) as port, client() as net:
        with pytest.raises(BadAnswer, match="did not answer with HTTP"):
            await net.request("GET", f"http://{NAME}:{port}/")
        await peer.wait_for_end()
        assert (await net.request("GET", f"http://{NAME}:{port}/")).body == b"next"


@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1 200", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", CHUNKED + b"5\r\nshor", EARLY],
)
async def test_an_answer_that_breaks_off_is_never_taken_for_a_whole_one(client, answer):
    async with spoken(Peer(answer, close=True)) as port, client() as net:
        with pytest.raises(Unreachable):
            await net.request("GET", f"http://{NAME}:{port}/")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
async def test_no_request_is_sent_twice_when_the_connection_breaks(client, method):
    peer = Peer(ok(b"first"), b"")
    served = []

    async def talk(reader, writer):
        served.append(len(served))
        peer.close = False
        await reader.readuntil(b"\r\n\r\n")
        writer.write(ok(b"first"))
        await reader.readuntil(b"\r\n\r\n")
        peer.asked.append(b"again")

    async with spoken(talk) as port, client() as net:
        assert (await net.request("GET", f"http://{NAME}:{port}/")).body == b"first"
        with pytest.raises(Unreachable):
            await net.request(method, f"http://{NAME}:{port}/", body=None if method == "GET" else b"x")
    assert (served, peer.asked) == ([0], [b"again"])


async def test_a_cancelled_request_closes_its_connection(client):
    begun, ended = asyncio.Event(), asyncio.Event()

    async def talk(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        begun.set()
        await reader.read()
        ended.set()

    async with spoken(talk) as port, client() as net:
        request = asyncio.create_task(net.request("GET", f"http://{NAME}:{port}/"))
        await begun.wait()
        request.cancel()
        async with asyncio.timeout(PATIENCE_S):
            await ended.wait()


async def test_idle_connections_are_closed_by_a_timer(client):
    peer = Peer(ok(b"x"))
    async with spoken(peer) as port, client(keepalive_s=0.05) as net:
        await net.request("GET", f"http://{NAME}:{port}/")
        await peer.wait_for_end()


async def test_the_pool_shrinks_after_a_burst_although_requests_go_on(client):
    many, open_now, gate = 12, set(), asyncio.Event()

    async def talk(reader, writer):
        open_now.add(writer)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                if len(open_now) == many:
                    gate.set()
                if b"/burst" in head:
                    await gate.wait()
                writer.write(ok(b"x"))
        finally:
            open_now.discard(writer)

    async with spoken(talk) as port, client(keepalive_s=0.2) as net:
        await asyncio.gather(*(net.request("GET", f"http://{NAME}:{port}/burst") for _ in range(many)))
        async with asyncio.timeout(PATIENCE_S):
            while len(open_now) > 1:
                await net.request("GET", f"http://{NAME}:{port}/later")


async def test_each_address_of_a_name_is_tried(client):
    async with spoken(Peer(ok(b"here"))) as port:
        for found in (["127.0.0.2", "127.0.0.1"], ["::1", "127.0.0.3", "127.0.0.1"]):
            async with client(lookup=answers(found)) as net:
                assert (await net.request("GET", f"http://{NAME}:{port}/")).body == b"here"
        async with client(lookup=answers(["127.0.0.2", "127.0.0.3"])) as net:
            with pytest.raises(Unreachable, match="does not accept connections"):
                await net.request("GET", f"http://{NAME}:{port}/")


async def test_an_address_that_does_not_answer_holds_up_the_next_one_for_a_moment_only(client):
    async with spoken(Peer(ok(b"here"))) as port, contextlib.AsyncExitStack() as stack:
        deaf = stack.enter_context(socket.create_server(("127.0.0.2", port), backlog=0))
        # The queue of the listener is full, so the system drops further requests to connect.
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(deaf.getsockname())
        async with client(lookup=answers(["127.0.0.2", "127.0.0.1"]), connect_s=60) as net:
            assert (await net.request("GET", f"http://{NAME}:{port}/", timeout_s=60)).body == b"here"
        async with client(lookup=answers(["127.0.0.2"]), connect_s=0.05) as net:
            with pytest.raises(TimedOut):
                await net.request("GET", f"http://{NAME}:{port}/", timeout_s=60)


async def test_an_open_connection_is_used_no_longer_than_the_dns_names_its_address(client):
    peer = Peer(ok(b"x"))
    rebinding = answers(["127.0.0.1"], ["169.254.169.254"])
    async with spoken(peer) as port, client(lookup=rebinding, dns_ttl_s=0) as net:
        assert (await net.request("GET", f"http://{NAME}:{port}/")).status == 200
        with pytest.raises(Blocked, match=r"169\.254\.169\.254"):
            await net.request("GET", f"http://{NAME}:{port}/")
    peer = Peer(ok(b"x"))
    moving = answers(["127.0.0.1"], ["127.0.0.2"])
    async with spoken(peer) as port, client(lookup=moving, dns_ttl_s=0) as net:
        assert (await net.request("GET", f"http://{NAME}:{port}/")).status == 200
        with pytest.raises(Unreachable, match="does not accept connections"):
            await net.request("GET", f"http://{NAME}:{port}/")


async def test_all_requests_to_a_slow_name_share_one_lookup(client):
    asked, answer = [], asyncio.Event()

    async def slow(host, port):
        asked.append(host)
        await answer.wait()
        return ["127.0.0.1"]

    async with spoken(Peer(ok(b"x"))) as port, client(lookup=slow) as net:
        url = f"http://{NAME}:{port}/"
        with pytest.raises(TimedOut):
            await net.request("GET", url, timeout_s=0.05)
        asyncio.get_running_loop().call_later(0.05, answer.set)
        requests = [net.request("GET", url) for _ in range(5)]
        assert [response.status for response in await asyncio.gather(*requests)] == [200] * 5
    assert asked == [NAME]


async def test_the_open_connections_are_limited_in_all_and_streams_leave_room_for_messages(client):
    gate, begun = asyncio.Event(), asyncio.Semaphore(0)

    async def talk(reader, writer):
        while True:
            await reader.readuntil(b"\r\n\r\n")
            begun.release()
            await gate.wait()
            writer.write(ok(b"x"))

    hosts = [f"{letter}.example:*" for letter in "abcdefgh"]
    async with spoken(talk) as port, client(hosts=hosts, connections=4, per_host=2) as net:
        stuck = [
            asyncio.create_task(net.request("GET", f"http://{letter}.example:{port}/", timeout_s=60))
            for letter in "abcd"
        ]
        await begun.acquire()
        with pytest.raises(TimedOut):
            await net.request("GET", f"http://e.example:{port}/", timeout_s=0.2)
        gate.set()
        assert [response.status for response in await asyncio.gather(*stuck)] == [200] * 4


async def test_a_slot_of_a_stream_is_held_until_its_answer_is_closed(client):
    async with spoken(Peer(ok(b"x"))) as port, client(per_host=1) as net:
        url = f"http://{NAME}:{port}/"
        async with net.stream("GET", url) as first:
            assert [piece async for piece in first.chunks()] == [b"x"]
            with pytest.raises(TimedOut):
                async with net.stream("GET", url, idle_s=0.05):
                    pass
        async with net.stream("GET", url) as second:
            assert second.status == 200


@pytest.mark.parametrize("url", ["http://[::1]:{}/a", "http://[0:0:0:0:0:0:0:1]:{}/a"])
async def test_an_ipv6_address_in_place_of_a_name_is_dialled_and_named_in_brackets(client, url):
    hosts = []

    async def talk(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        hosts.append(head.partition(b"Host: ")[2].split(b"\r\n")[0])
        writer.write(ok(b"six"))

    try:
        async with spoken(talk, "::1") as port, client(hosts=["[::1]:*"], lookup=answers([])) as net:
            assert (await net.request("GET", url.format(port))).body == b"six"
            assert hosts == [b"[::1]:%d" % port]
    except OSError as error:
        pytest.skip(f"this machine has no IPv6: {error.strerror}")


async def test_the_length_that_a_peer_announces_is_believed_only_to_refuse_it(client):
    async with spoken(Peer(b"HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n")) as port, client() as net:
        with pytest.raises(TooLarge):
            await net.request("GET", f"http://{NAME}:{port}/", timeout_s=60)
