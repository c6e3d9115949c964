"""The lean server as its callers meet it: framing, bounds, times, order and the end of connections."""

import asyncio

import pytest

from connector.net.serving.messages import Application, BodyFault, Disconnected, PeerRequest, Reply
from tests.net.serving.lean import ECHO, HEAD, POST, WHOLE, lean, say_status

LARGE = 300_000


def count(said: bytes, status: int) -> int:
    return said.count(b"HTTP/1.1 %d " % status)


async def test_a_request_is_answered_and_the_connection_kept() -> None:
    async with lean() as peer:
        reader, writer = await peer.connect()
        for _ in range(3):
            writer.write(b"GET /a%20b?q=%20 HTTP/1.1\r\nHost: city\r\n\r\n")
            head = await reader.readuntil(b"\r\n\r\n")
            assert b"connection" not in head
            assert b"GET /a b ?q=%20 0" in await reader.readexactly(int(head.split(b"content-length: ")[1].split()[0]))
        writer.close()


@pytest.mark.parametrize("step", [1, 3, 7, 1000])
async def test_a_request_in_pieces_is_the_same_request(step: int) -> None:
    wire = (
        POST + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n5;x=y\r\nhello\r\n1\r\n!\r\n0\r\nT: v\r\n\r\n"
    )
    async with lean() as peer:
        said = await peer.say(*(wire[at : at + step] for at in range(0, len(wire), step)))
    assert b"POST /x ? 6 ce06092f" in said


@pytest.mark.parametrize(
    ("status", "wire"),
    [
        (414, b"GET /" + b"a" * LARGE),
        (414, b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: city\r\n\r\n"),
        (431, HEAD + b"X: " + b"a" * LARGE),
        (431, HEAD + b"a" * LARGE),
        (431, HEAD + b"X: " + b"a" * 40_000 + b"\r\n\r\n"),
        (431, HEAD + b"X: a\r\n" * 200 + b"\r\n"),
        (431, HEAD + b"X: a\r\n" * 30_000),
        (431, b"\r\n" * LARGE),
        (400, b"nonsense"),
        (400, b"GET /x HTTP/1.1\r\n\r\n"),
        (400, HEAD + b"Host: other\r\n\r\n"),
        (400, b"GET x HTTP/1.1\r\nHost: city\r\n\r\n"),
        (400, b"GET /x#y HTTP/1.1\r\nHost: city\r\n\r\n"),
        (400, b"POST /x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        (501, POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
        (505, b"GET /x\r\n\r\n"),
        (417, POST + b"Expect: miracles\r\nContent-Length: 1\r\n\r\nx"),
    ],
)
async def test_a_head_that_cannot_be_taken_is_refused_and_nothing_is_handed_over(status: int, wire: bytes) -> None:
    asked: list[PeerRequest] = []

    async def answer(request: PeerRequest) -> Reply:
        asked.append(request)
        return Reply()

    async with lean(Application(answer=answer, refuse=say_status)) as peer:
        said = await peer.say(wire)
        assert count(said, status) == said.count(b"HTTP/1.1 ") == 1
        assert b"connection: close" in said
        assert asked == []
        await peer.until(lambda: not peer.door.open)


async def test_a_head_within_the_bounds_is_taken() -> None:
    fields = b"".join(b"X-%d: " % number + b"v" * 300 + b"\r\n" for number in range(90))
    async with lean() as peer:
        said = await peer.say(
            b"GET /" + b"a" * 8000 + b" HTTP/1.1\r\nHost: city\r\nConnection: close\r\n" + fields + b"\r\n"
        )
    assert count(said, 200) == 1


@pytest.mark.parametrize(
    ("status", "wire"),
    [
        (413, POST + b"Content-Length: 2000000\r\n\r\n" + b"x" * 1_500_000),
        (413, POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"10000\r\n" + (b"x" * 65536 + b"\r\n10000\r\n") * 20),
        (400, POST + b"Transfer-Encoding: chunked\r\n\r\n5;" + b"e" * LARGE),
        (400, POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 50_000),
        (400, POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhelloxx"),
        (431, POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n" + b"T: v\r\n" * 30_000),
        (400, POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nT: " + b"v" * LARGE),
    ],
)
async def test_a_body_that_breaks_its_bounds_fails_for_its_reader(status: int, wire: bytes) -> None:
    async with lean(Application(answer=tell_fault, refuse=say_status)) as peer:
        said = await peer.say(wire)
        assert count(said, status) == said.count(b"HTTP/1.1 ") == 1
        await peer.until(lambda: not peer.door.open)
        assert peer.door.held == 0


async def tell_fault(request: PeerRequest) -> Reply:
    try:
        return Reply(body=str(len(await request.read())).encode())
    except BodyFault as fault:
        return Reply(status=fault.status)
    except Disconnected:
        return Reply(status=400)


async def test_requests_that_wait_are_answered_in_order_and_bounded() -> None:
    started = asyncio.Event()

    async def slow(request: PeerRequest) -> Reply:
        await started.wait()
        return Reply(body=request.path.encode())

    wire = b"".join(b"GET /n%d HTTP/1.1\r\nHost: city\r\n\r\n" % number for number in range(5))
    async with lean(Application(answer=slow, refuse=say_status)) as peer:
        asking = asyncio.create_task(peer.say(wire))
        await peer.until(lambda: peer.door.running)
        started.set()
        said = await asking
        places = [said.index(b"/n%d" % number) for number in range(5)]
        assert places == sorted(places)
        flood = await peer.say(b"GET / HTTP/1.1\r\nHost: city\r\n\r\n" * 5000)
        assert count(flood, 503) == 1
        assert count(flood, 200) <= 8


async def test_a_caller_that_is_refused_by_its_head_is_not_asked_for_the_body() -> None:
    async def refuse(_: PeerRequest) -> Reply:
        return Reply(status=401)

    async with lean(Application(answer=refuse, refuse=say_status)) as peer:
        reader, writer = await peer.connect()
        writer.write(POST + b"Content-Length: 900000\r\nExpect: 100-continue\r\n\r\n")
        said = await reader.read()
        assert count(said, 401) == said.count(b"HTTP/1.1 ") == 1
        writer.close()


async def test_a_body_is_asked_for_when_it_is_read() -> None:
    async with lean() as peer:
        reader, writer = await peer.connect()
        writer.write(POST + b"Content-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n")
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(b"ok")
        assert b"POST /x ? 2" in await reader.read()
        writer.close()


async def test_a_large_body_is_not_held_before_it_is_wanted() -> None:
    wanted = asyncio.Event()

    async def later(request: PeerRequest) -> Reply:
        await wanted.wait()
        return Reply(body=str(len(await request.read())).encode())

    size = 1_000_000
    async with lean(Application(answer=later, refuse=say_status)) as peer:
        wire = POST + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % size + b"x" * size
        asking = asyncio.create_task(peer.say(wire))
        await peer.until(lambda: peer.door.running)
        assert peer.door.held <= 512 * 1024
        wanted.set()
        assert b"\r\n\r\n1000000" in await asking
        assert peer.door.held == 0


async def test_large_bodies_share_a_budget_and_small_ones_do_not_wait_for_it() -> None:
    async with lean(Application(answer=tell_fault, refuse=say_status), held=200_000) as peer:
        holding = [await peer.connect() for _ in range(3)]
        for _, writer in holding:
            writer.write(POST + b"Content-Length: 900000\r\n\r\n" + b"x" * 150_000)
        said = await peer.say(POST + b"Content-Length: 500000\r\nConnection: close\r\n\r\n" + b"x" * 500_000)
        assert count(said, 503) == 1
        assert b"\r\n\r\n1000" in await peer.say(
            POST + b"Content-Length: 1000\r\nConnection: close\r\n\r\n" + b"x" * 1000
        )
        for _, writer in holding:
            writer.close()
        await peer.until(lambda: not peer.door.open)
        assert peer.door.held == 0


@pytest.mark.parametrize(
    ("begun", "status"), [(b"", 0), (b"GET", 408), (HEAD, 408), (POST + b"Content-Length: 5\r\n\r\nab", 408)]
)
async def test_who_is_late_is_told_so_if_anything_was_begun(begun: bytes, status: int) -> None:
    async with lean(Application(answer=tell_fault, refuse=say_status), head_s=0.05, body_s=0.05) as peer:
        said = await peer.say(begun)
        assert count(said, status) == said.count(b"HTTP/1.1 ") if status else said == b""


async def test_a_connection_that_rests_is_closed() -> None:
    async with lean(idle_s=0.05) as peer:
        said = await peer.say(WHOLE)
        assert count(said, 200) == 1
        await peer.until(lambda: not peer.door.open)


async def test_a_caller_that_does_not_read_its_answer_is_cut_off() -> None:
    async def much(_: PeerRequest) -> Reply:
        return Reply(body=b"x" * 20_000_000)

    async with lean(Application(answer=much, refuse=say_status), write_s=0.1) as peer:
        reader, writer = await peer.connect()
        writer.write(WHOLE * 3)
        await peer.until(lambda: peer.door.open)
        await peer.until(lambda: not peer.door.open)
        writer.close()
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(60_000_000)


async def test_a_caller_that_leaves_lets_the_reader_of_its_body_go() -> None:
    left: list[Exception] = []

    async def answer(request: PeerRequest) -> Reply:
        try:
            await request.read()
        except Disconnected as gone:
            left.append(gone)
        return Reply(status=400)

    async with lean(Application(answer=answer, refuse=say_status)) as peer:
        for end in ("write_eof", "abort"):
            _, writer = await peer.connect()
            writer.write(POST + b"Content-Length: 5\r\n\r\nab")
            await peer.until(lambda: peer.door.running)
            if end == "abort":
                writer.transport.abort()
            else:
                writer.write_eof()
            await peer.until(lambda: not peer.door.running)
            writer.close()
    assert len(left) == 2


async def test_half_a_close_still_gets_its_answer() -> None:
    async with lean() as peer:
        reader, writer = await peer.connect()
        writer.write(WHOLE)
        writer.write_eof()
        assert count(await reader.read(), 200) == 1
        writer.close()


@pytest.mark.parametrize(
    "wire",
    [
        HEAD + b"Connection: Upgrade, close\r\nUpgrade: h2c\r\n\r\nPRI * HTTP/2.0\r\n\r\n",
        HEAD + b"Connection: close\r\n\r\nGET /stray HTTP/1.1\r\n\r\n",
        b"GET http://city/x HTTP/1.1\r\nHost: city\r\nConnection: close\r\n\r\n",
        b"GET /x HTTP/1.0\r\n\r\n",
        b"GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    ],
)
async def test_odd_but_allowed_requests_get_one_answer_and_a_close(wire: bytes) -> None:
    async with lean() as peer:
        said = await peer.say(wire)
    assert count(said, 200) == said.count(b"HTTP/1.1 ") == 1
    assert b"GET /x ? 0" in said
    assert b"connection: close" in said


async def test_a_head_request_has_the_length_and_no_body() -> None:
    async with lean() as peer:
        said = await peer.say(b"HEAD /x HTTP/1.1\r\nHost: city\r\nConnection: close\r\n\r\n")
    assert said.endswith(b"\r\n\r\n")
    assert b"content-length: 20" in said


async def test_a_fault_of_the_application_is_a_refusal_and_an_answer_that_cannot_be_sent_too() -> None:
    async def fail(request: PeerRequest) -> Reply:
        if request.path == "/x":
            raise KeyError("canary")
        return Reply(headers={"Link": "a\r\nSet-Cookie: x"})

    async with lean(Application(answer=fail, refuse=say_status)) as peer:
        said = await peer.say(WHOLE)
        assert count(said, 500) == 1
        assert b"canary" not in said
        broken = await peer.say(b"GET /y HTTP/1.1\r\nHost: city\r\n\r\n")
        assert count(broken, 500) == 1
        assert b"Set-Cookie" not in broken


async def test_connections_beyond_the_limit_are_told_so_and_places_are_given_again() -> None:
    async with lean(connections=3, per_address=2, proxies=()) as peer:
        held = [await peer.connect() for _ in range(2)]
        await peer.until(lambda: len(peer.door.open) == 2)
        assert count(await peer.say(WHOLE), 503) == 1
        for _, writer in held:
            writer.close()
        await peer.until(lambda: not peer.door.open)
        assert count(await peer.say(WHOLE), 200) == 1


async def test_a_proxy_has_no_limit_of_its_own_and_who_rests_gives_way() -> None:
    go_on = asyncio.Event()

    async def answer(_: PeerRequest) -> Reply:
        await go_on.wait()
        return Reply()

    async with lean(Application(answer=answer, refuse=say_status), connections=3, per_address=1) as peer:
        held = [await peer.connect() for _ in range(3)]
        for _, writer in held[:2]:
            writer.write(WHOLE)
        await peer.until(lambda: len(peer.door.running) == 2)
        asking = asyncio.create_task(peer.say(WHOLE))
        await peer.until(lambda: len(peer.door.running) == 3)
        assert count(await peer.say(WHOLE), 503) == 1
        go_on.set()
        assert count(await asking, 200) == 1
        for _, writer in held:
            writer.close()


async def test_fields_of_one_name_are_joined_and_odd_characters_kept() -> None:
    async def tell(request: PeerRequest) -> Reply:
        return Reply(body=request.headers["x-odd"].encode("latin-1"))

    async with lean(Application(answer=tell, refuse=say_status)) as peer:
        said = await peer.say(HEAD + b"X-Odd: \xe4 \r\nX-ODD: b\r\nConnection: close\r\n\r\n")
    assert said.endswith(b"\r\n\r\n\xe4, b")


async def test_what_comes_after_an_answer_is_called_once_it_is_written() -> None:
    order: list[str] = []

    async def answer(_: PeerRequest) -> Reply:
        return Reply(after=lambda: order.append("after"))

    async with lean(Application(answer=answer, refuse=say_status)) as peer:
        assert count(await peer.say(WHOLE), 200) == 1
    assert order == ["after"]


async def test_an_application_is_served_as_it_is() -> None:
    assert ECHO.refuse("/x", 404).status == 404
