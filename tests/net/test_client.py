import asyncio
import gzip
import zlib

import pytest
from aiohttp import web
from hypothesis import example, given
from hypothesis import strategies as st

from connector.net.client import _VALUE, GuardedClient, _can_carry
from connector.net.errors import BadAnswer, Blocked, NetError, TimedOut, TooLarge, Unreachable
from tests.net.servers import NAME, answers, served


async def echo(request: web.Request) -> web.Response:
    return web.json_response(
        {
            "method": request.method,
            "path": request.raw_path,
            "headers": {name.lower(): value for name, value in request.headers.items()},
            "body": (await request.read()).decode(),
        },
        status=201,
    )


def raw(answer: bytes):
    """A server that says exactly this, whatever it is asked."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    return asyncio.start_server(connected, "127.0.0.1", 0)


async def test_a_message_goes_out_as_given_and_comes_back_whole(client):
    async with served(echo) as port, client() as net:
        url = f"http://{NAME.upper()}:{port}/a/%2F?q=%20x"
        response = await net.request("POST", url, headers={"Authorization": "Bearer t"}, body=b"{}")
    assert response.status == 201
    assert response.headers["content-TYPE"].startswith("application/json")
    for part in (b'"path": "/a/%2F?q=%20x"', b'"authorization": "Bearer t"', b'"body": "{}"', NAME.encode()):
        assert part in response.body
    assert b"cookie" not in response.body


async def test_the_name_is_resolved_once_and_the_checked_address_is_dialled(client):
    asked = []

    async def lookup(host, port):
        asked.append((host, port))
        return ["127.0.0.1"]

    async with served(echo) as port, client(lookup=lookup) as net:
        for _ in range(3):
            await net.request("GET", f"http://{NAME}:{port}/")
    assert asked == [(NAME, port)]


async def test_a_name_that_changes_its_mind_is_refused_when_it_is_asked_again(client):
    async def closing(request: web.Request) -> web.Response:
        return web.Response(headers={"Connection": "close"})

    rebinding = answers(["127.0.0.1"], ["169.254.169.254"])
    async with served(closing) as port, client(lookup=rebinding, dns_ttl_s=0) as net:
        assert (await net.request("GET", f"http://{NAME}:{port}/")).status == 200
        with pytest.raises(Blocked, match=r"169\.254\.169\.254"):
            await net.request("GET", f"http://{NAME}:{port}/")


@pytest.mark.parametrize("found", [["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::ffff:127.0.0.1"], ["10.0.0.1"]])
async def test_no_socket_opens_to_a_name_that_leads_inside(client, found):
    calls = []

    async def handler(request: web.Request) -> web.Response:
        calls.append(request.path)
        return web.Response()

    async with served(handler) as port, client(hosts=[], http=[f"{NAME}:{port}"], lookup=answers(found)) as net:
        with pytest.raises(Blocked, match="not a public address"):
            await net.request("GET", f"http://{NAME}:{port}/")
    assert calls == []


async def test_a_redirect_is_an_error_and_its_target_is_never_called(client):
    calls = []

    async def handler(request: web.Request) -> web.Response:
        calls.append(request.path)
        return web.Response(
            status=int(request.path[1:]), headers={"Location": f"http://127.0.0.1:{request.url.port}/200"}
        )

    async with served(handler) as port, client() as net:
        for status in (301, 302, 303, 307, 308):
            with pytest.raises(BadAnswer, match="redirect"):
                await net.request("GET", f"http://{NAME}:{port}/{status}")
            with pytest.raises(BadAnswer, match="redirect"):
                async with net.stream("GET", f"http://{NAME}:{port}/{status}"):
                    pass
    assert "/200" not in calls


async def test_an_answer_may_be_as_large_as_allowed_and_no_larger(client):
    async def handler(request: web.Request) -> web.StreamResponse:
        size = int(request.query["size"])
        if "chunked" not in request.query:
            return web.Response(body=b"x" * size)
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(size // 1000):
            await response.write(b"x" * 1000)
        return response

    async with served(handler) as port, client() as net:
        for extra in ("", "&chunked"):
            url = f"http://{NAME}:{port}/?size="
            assert len((await net.request("GET", f"{url}50000{extra}", max_bytes=50_000)).body) == 50_000
            with pytest.raises(TooLarge):
                await net.request("GET", f"{url}51000{extra}", max_bytes=50_000)
            with pytest.raises(TooLarge):
                await net.request("GET", f"{url}9000000{extra}", max_bytes=50_000)


async def test_a_compressed_answer_is_unpacked_within_the_same_limit(client):
    bodies = {
        "/good": gzip.compress(b"y" * 50_000),
        "/bomb": gzip.compress(b"\0" * 50_000_000),
        "/cut": gzip.compress(b"y" * 50_000)[:-9],
        "/tail": gzip.compress(b"y") + b"more",
        "/noise": b"no gzip at all",
    }

    async def handler(request: web.Request) -> web.Response:
        encoding = "deflate" if request.path == "/deflate" else "gzip"
        body = bodies.get(request.path) or zlib.compress(b"z")
        return web.Response(body=body, headers={"Content-Encoding": encoding})

    async with served(handler) as port, client() as net:
        base = f"http://{NAME}:{port}"
        assert (await net.request("GET", f"{base}/good", max_bytes=50_000)).body == b"y" * 50_000
        with pytest.raises(TooLarge):
            await net.request("GET", f"{base}/bomb", max_bytes=100_000)
        for path in ("cut", "tail", "noise", "deflate"):
            with pytest.raises(BadAnswer):
                await net.request("GET", f"{base}/{path}")
        with pytest.raises(BadAnswer, match="compressed"):
            async with net.stream("GET", f"{base}/good"):
                pass


async def test_a_peer_that_trickles_runs_into_the_deadline(client):
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        if request.path == "/head":
            await asyncio.Event().wait()
        while True:
            await response.write(b"x")
            await asyncio.sleep(0.01)

    async with served(handler) as port, client() as net:
        for path in ("head", "body"):
            with pytest.raises(TimedOut):
                await net.request("GET", f"http://{NAME}:{port}/{path}", timeout_s=0.1)


async def test_silence_ends_a_stream_but_a_long_stream_may_go_on(client):
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(20):
            await response.write(b"x" * 10)
            await asyncio.sleep(0.03)
        if request.path == "/stalls":
            await asyncio.Event().wait()
        return response

    async def read(net: GuardedClient, url: str) -> int:
        async with net.stream("GET", url, idle_s=0.5) as stream:
            return sum([len(piece) async for piece in stream.chunks()])

    async with served(handler) as port, client() as net:
        assert await read(net, f"http://{NAME}:{port}/ends") == 200
        with pytest.raises(TimedOut):
            await read(net, f"http://{NAME}:{port}/stalls")


async def test_a_body_of_any_length_goes_out_in_pieces_and_our_own_pauses_do_not_count(client):
    async def pieces():
        yield b"a" * 200_000
        await asyncio.sleep(1.1)
        yield b"a" * 100_000

    async with (
        served(counted) as port,
        client() as net,
        net.stream("PUT", f"http://{NAME}:{port}/", body=pieces(), idle_s=1.0) as stream,
    ):
        assert b"".join([piece async for piece in stream.chunks()]) == b"300000"


async def counted(request: web.Request) -> web.Response:
    return web.Response(text=str(sum([len(piece) async for piece in request.content.iter_any()])))


async def test_a_peer_that_stops_taking_our_body_is_given_up(client):
    async def stalling(request: web.Request) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError

    async def endless():
        while True:
            yield b"a" * 1_000_000

    async with served(stalling) as port, client() as net:
        with pytest.raises(TimedOut):
            async with net.stream("PUT", f"http://{NAME}:{port}/", body=endless(), idle_s=0.2):
                pass


async def test_a_range_is_asked_for_and_read(client):
    async def handler(request: web.Request) -> web.Response:
        return web.Response(
            status=206, body=b"0123456789"[request.http_range], headers={"Content-Range": "bytes 4-9/10"}
        )

    async with (
        served(handler) as port,
        client() as net,
        net.stream("GET", f"http://{NAME}:{port}/", headers={"Range": "bytes=4-"}) as stream,
    ):
        assert stream.status == 206
        assert stream.headers["content-range"] == "bytes 4-9/10"
        assert b"".join([piece async for piece in stream.chunks()]) == b"456789"


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer x\r\nX-Admin: yes"},
        {"Authorization": "Bearer x\n"},
        {"Authorization": "Bearer \0"},
        {"Authorization": " padded"},
        {"Authorization": "ümlaut"},
        {"X-A\r\nX-B": "1"},
        {"X:A": "1"},
        {"": "1"},
        {"Host": "127.0.0.1"},
        {"transfer-encoding": "chunked"},
        {"Content-Length": "0"},
        {"X-Long": "x" * 20_000},
    ],
)
async def test_a_header_that_would_change_the_request_is_refused_before_anything_is_sent(client, headers):
    async with client(lookup=answers([])) as net:
        with pytest.raises(Blocked, match="eader"):
            await net.request("GET", f"http://{NAME}:1/", headers=headers)


@given(st.text() | st.text(alphabet="a \t\x1f\x7f\x80\xa0!~", max_size=6))
@example("")
@example(" ")
@example("a\n")
@example("a\tb")
def test_a_quick_look_at_a_header_value_says_what_the_grammar_says(value):
    assert _can_carry(value) is (_VALUE.fullmatch(value) is not None)


async def test_an_unusual_method_is_refused(client):
    async with client() as net:
        with pytest.raises(Blocked, match="Method"):
            await net.request("GET / HTTP/1.1\r\nX: y", f"http://{NAME}:1/")


async def test_failures_to_connect_are_told_apart_from_refusals_to_dial(client):
    async def nowhere(host: str, port: int):
        raise OSError("no such name")

    async def never(host: str, port: int):
        await asyncio.Event().wait()

    async with client(lookup=nowhere) as net:
        with pytest.raises(Unreachable, match="not found"):
            await net.request("GET", f"http://{NAME}:9/")
    async with client(lookup=never) as net:
        with pytest.raises(TimedOut):
            await net.request("GET", f"http://{NAME}:9/", timeout_s=0.05)
    async with served(echo) as port, client() as net:
        pass
    async with client() as net:
        with pytest.raises(Unreachable, match="does not accept connections"):
            await net.request("GET", f"http://{NAME}:{port}/")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"", Unreachable),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", Unreachable),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", BadAnswer),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n", BadAnswer),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", NetError),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", NetError),
    ],
)
async def test_what_is_not_http_is_one_of_our_errors(client, answer, error):
    async with await raw(answer) as server, client() as net:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(error) as caught:
            await net.request("POST", f"http://{NAME}:{port}/secret-path", body=b"x")
    assert "secret-path" not in str(caught.value)


async def test_a_slow_peer_uses_up_its_own_connections_alone(client):
    gate = asyncio.Event()
    begun = asyncio.Semaphore(0)

    async def handler(request: web.Request) -> web.Response:
        if request.path == "/slow":
            begun.release()
            await gate.wait()
        return web.Response()

    names = [f"{NAME}:*", "other.example:*"]
    async with served(handler) as port, client(hosts=names, per_host=2) as net:
        stuck = [asyncio.create_task(net.request("GET", f"http://{NAME}:{port}/slow")) for _ in range(2)]
        await begun.acquire()
        await begun.acquire()
        with pytest.raises(TimedOut):
            await net.request("GET", f"http://{NAME}:{port}/quick", timeout_s=0.1)
        assert (await net.request("GET", f"http://other.example:{port}/quick")).status == 200
        gate.set()
        assert [response.status for response in await asyncio.gather(*stuck)] == [200, 200]
