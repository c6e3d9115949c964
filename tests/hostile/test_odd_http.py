"""Odd HTTP at the lean server and at a general one: both take the same requests, and the lean one is never laxer.

What the lean server refuses although the general one takes it is in `STRICTER`, each with its reason.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from tests.net.serving.lean import bind, lean

GET, POST = b"GET /x?q HTTP/1.1\r\nHost: city\r\n", b"POST /x HTTP/1.1\r\nHost: city\r\n"
CLOSE, CHUNKED = b"Connection: close\r\n", b"Transfer-Encoding: chunked\r\n"
LAST = b"GET /last HTTP/1.1\r\nHost: city\r\nConnection: close\r\n\r\n"

ODD = {
    "plain": GET + CLOSE + b"\r\n",
    "kept": GET + b"\r\n" + LAST,
    "post": POST + CLOSE + b"Content-Length: 3\r\n\r\nabc",
    "post-kept": POST + b"Content-Length: 3\r\n\r\nabc" + LAST,
    "no-body": POST + CLOSE + b"Content-Length: 0\r\n\r\n",
    "chunks": POST + CLOSE + CHUNKED + b"\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
    "chunk-extensions": POST + CHUNKED + b'\r\n3;a=b;c="d"\r\nabc\r\n0;e\r\n\r\n' + LAST,
    "trailers": POST + CHUNKED + b"\r\n3\r\nabc\r\n0\r\nX-After: y\r\nHost: other\r\n\r\n" + LAST,
    "chunk-upper-hex": POST + CLOSE + CHUNKED + b"\r\nA\r\n0123456789\r\n0\r\n\r\n",
    "chunk-leading-zeros": POST + CLOSE + CHUNKED + b"\r\n0000003\r\nabc\r\n000\r\n\r\n",
    "chunk-space": POST + CHUNKED + b"\r\n3 \r\nabc\r\n0\r\n\r\n",
    "chunk-bare-lf": POST + CHUNKED + b"\r\n3\nabc\n0\n\n",
    "chunk-too-long": POST + CHUNKED + b"\r\n3\r\nabcd\r\n0\r\n\r\n",
    "chunk-size-huge": POST + CHUNKED + b"\r\nfffffffffffffffff\r\nabc",
    "chunk-size-signed": POST + CHUNKED + b"\r\n+3\r\nabc\r\n0\r\n\r\n",
    "chunk-size-hex": POST + CHUNKED + b"\r\n0x3\r\nabc\r\n0\r\n\r\n",
    "length-and-chunks": POST + b"Content-Length: 3\r\n" + CHUNKED + b"\r\n0\r\n\r\n" + LAST,
    "chunks-and-length": POST + CHUNKED + b"Content-Length: 3\r\n\r\n0\r\n\r\n" + LAST,
    "two-lengths": POST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    "two-equal-lengths": POST + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
    "length-list": POST + b"Content-Length: 3, 3\r\n\r\nabc",
    "length-signed": POST + b"Content-Length: +3\r\n\r\nabc",
    "length-hex": POST + b"Content-Length: 0x3\r\n\r\nabc",
    "length-negative": POST + b"Content-Length: -1\r\n\r\nabc",
    "length-empty": POST + b"Content-Length: \r\n\r\n",
    "length-huge": POST + b"Content-Length: 99999999999999999999999\r\n\r\nabc",
    "coding-gzip": POST + b"Transfer-Encoding: gzip\r\n\r\nabc",
    "coding-gzip-chunked": POST + CLOSE + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "coding-chunked-gzip": POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
    "coding-twice": POST + CHUNKED + b"Transfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "coding-like-chunked": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "coding-tab": POST + CLOSE + b"Transfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n",
    "coding-vertical-tab": POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "coding-1.0": b"POST /x HTTP/1.0\r\n" + CHUNKED + b"\r\n3\r\nabc\r\n0\r\n\r\n",
    "bare-lf": b"GET /x HTTP/1.1\nHost: city\n\n",
    "bare-lf-in-head": b"GET /x HTTP/1.1\r\nHost: city\nX: y\r\n\r\n",
    "bare-cr": b"GET /x HTTP/1.1\r\nHost: city\rX: y\r\n\r\n",
    "double-cr": b"GET /x HTTP/1.1\r\nHost: city\r\r\n\r\n",
    "folded": GET + b"X: y\r\n z\r\n\r\n",
    "folded-host": b"GET /x HTTP/1.1\r\nHost:\r\n city\r\n\r\n",
    "space-before-colon": b"GET /x HTTP/1.1\r\nHost : city\r\n\r\n",
    "space-before-field": b"GET /x HTTP/1.1\r\n Host: city\r\n\r\n",
    "no-field-name": GET + b": y\r\n\r\n",
    "no-colon": GET + b"nothing\r\n\r\n",
    "odd-field-name": GET + b"X(y): z\r\n\r\n",
    "nul-in-value": GET + b"X: a\0b\r\n\r\n",
    "obs-text": GET + CLOSE + b"X: \xe4\xff\r\n\r\n",
    "empty-value": GET + CLOSE + b"X:\r\n\r\n",
    "no-host": b"GET /x HTTP/1.1\r\n" + CLOSE + b"\r\n",
    "two-hosts": GET + CLOSE + b"Host: other\r\n\r\n",
    "absolute-form": b"GET http://city/x?q HTTP/1.1\r\nHost: city\r\n" + CLOSE + b"\r\n",
    "authority-form": b"CONNECT city:443 HTTP/1.1\r\nHost: city\r\n" + CLOSE + b"\r\n",
    "asterisk-form": b"OPTIONS * HTTP/1.1\r\nHost: city\r\n" + CLOSE + b"\r\n",
    "fragment": b"GET /x#y HTTP/1.1\r\nHost: city\r\n" + CLOSE + b"\r\n",
    "relative": b"GET x HTTP/1.1\r\nHost: city\r\n\r\n",
    "raw-utf8": b"GET /\xc3\xa4 HTTP/1.1\r\nHost: city\r\n\r\n",
    "escaped": b"GET /%C3%A4%2F%00%zz HTTP/1.1\r\nHost: city\r\n" + CLOSE + b"\r\n",
    "version-0.9": b"GET /x\r\n\r\n",
    "version-1.0": b"GET /x?q HTTP/1.0\r\n\r\n",
    "version-1.0-kept": b"GET /x?q HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    "version-1.2": b"GET /x HTTP/1.2\r\nHost: city\r\n\r\n",
    "version-2.0": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "version-lower": b"GET /x http/1.1\r\nHost: city\r\n\r\n",
    "other-protocol": b"GET /x RTSP/1.0\r\nHost: city\r\n\r\n",
    "unknown-method": b"BREW /x HTTP/1.1\r\nHost: city\r\n\r\n",
    "lower-method": b"get /x HTTP/1.1\r\nHost: city\r\n\r\n",
    "tabs": b"GET\t/x\tHTTP/1.1\r\nHost: city\r\n\r\n",
    "two-spaces": b"GET  /x?q  HTTP/1.1\r\nHost: city\r\n" + CLOSE + b"\r\n",
    "leading-lines": b"\r\n\r\n" + GET + CLOSE + b"\r\n",
    "tls-hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
    "head": b"HEAD /x?q HTTP/1.1\r\nHost: city\r\n" + CLOSE + b"\r\n",
    "get-with-body": GET + b"Content-Length: 2\r\n\r\nab" + LAST,
    "expect": POST + CLOSE + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\nab",
    "expect-odd": POST + CLOSE + b"Expect: 200-ok\r\nContent-Length: 2\r\n\r\nab",
    "upgrade-h2c": GET + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAM\r\n\r\n",
    "upgrade-websocket": GET + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: a\r\n\r\n",
    "after-close": GET + CLOSE + b"\r\n" + LAST,
    "pipelined": GET + b"\r\n" + POST + b"Content-Length: 1\r\n\r\na" + LAST,
    "garbage-after": GET + b"\r\n" + b"garbage\r\n\r\n",
}

STRICTER = {
    "no-host": "RFC 9112, section 3.2: a request without Host is 400",
    "two-hosts": "RFC 9112, section 3.2: a request with two Hosts is 400",
    "coding-gzip-chunked": "RFC 9112, section 6.1: a coding that is not understood is 501, not part of the body",
    "coding-1.0": "RFC 9112, section 6.1: a coding with HTTP/1.0 is faulty framing",
    "authority-form": "RFC 9110, section 9.3.6: only a proxy is asked to connect",
    "fragment": "RFC 9112, section 3.2: a target has no fragment",
    "relative": "RFC 9112, section 3.2: a target has one of four forms",
    "version-0.9": "RFC 9112, appendix C: HTTP/0.9 has no fields",
    "expect-odd": "RFC 9110, section 10.1.1: an unknown expectation is 417",
}

# These tests are not about time: beside much other work, a second passes before the first byte is read.
PATIENT = {"idle_s": 30, "head_s": 30, "body_s": 30}
# The general server drops the answer to a request if what follows it is broken.
ANSWERED_FIRST = {"garbage-after"}


async def general(scope: Scope, receive: Receive, send: Send) -> None:
    """Say what the lean server's application says."""
    request = Request(scope, receive)
    try:
        body = await request.body()
    except ClientDisconnect:
        return
    digest = hashlib.sha256(body).hexdigest()[:8]
    text = f"{request.method} {scope['path']} ?{request.url.query} {len(body)} {digest}"
    await PlainTextResponse(text)(scope, receive, send)


@asynccontextmanager
async def general_server() -> AsyncIterator[int]:
    """The general server alone, without a guard."""
    config = Config(general, lifespan="off", ws="none", log_config=None, timeout_keep_alive=1)
    config.load()
    state = ServerState()
    bound, port = bind()
    server = await asyncio.get_running_loop().create_server(lambda: HttpToolsProtocol(config, state, {}), sock=bound)
    try:
        yield port
    finally:
        server.close()
        for connection in tuple(state.connections):
            connection.transport.abort()  # type: ignore[union-attr]  # this state knows only connections of httptools


def read_answers(said: bytes) -> list[tuple[int, bytes]]:
    """Return status and content of each final answer; a refusal counts by its first digit."""
    found = []
    while said.startswith(b"HTTP/1.1 "):
        head, _, rest = said.partition(b"\r\n\r\n")
        status = int(head[9:12])
        length = next(
            (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        content, said = rest[:length], rest[length:]
        if status == 200:
            found.append((200, content))
        elif status >= 400:
            found.append((400, b""))
    return found


async def ask(port: int, *parts: bytes, ends: bool = True) -> list[tuple[int, bytes]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    said = b""
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0)
        if ends:
            writer.write_eof()
        async with asyncio.timeout(2):
            while more := await reader.read(65536):
                said += more
    except (OSError, TimeoutError):
        pass
    finally:
        writer.close()
    return read_answers(said)


@pytest.mark.parametrize("name", ODD)
async def test_both_servers_take_the_same_and_the_lean_one_is_never_laxer(name: str) -> None:
    async with lean(**PATIENT) as peer, general_server() as port:
        ours, theirs = await ask(peer.port, ODD[name]), await ask(port, ODD[name], ends=False)
        taken = [answer for answer in ours if answer[0] == 200]
        if name not in ANSWERED_FIRST:
            assert taken == [answer for answer in theirs if answer[0] == 200][: len(taken)]
        if name in ANSWERED_FIRST:
            assert [status for status, _ in ours] == [200, 400]
        elif name in STRICTER:
            assert ours == [(400, b"")]
        elif ours != theirs:
            # A refusal of the one is a refusal or a silent close of the other.
            assert taken == [answer for answer in theirs if answer[0] == 200]
            assert [status for status, _ in ours if status != 200] == [400]


@pytest.mark.parametrize("name", ODD)
async def test_the_pieces_in_which_a_request_arrives_do_not_matter(name: str) -> None:
    wire, random = ODD[name], Random(name)
    async with lean(**PATIENT) as peer:
        whole = await ask(peer.port, wire)
        for _ in range(3):
            cuts = sorted(random.choices(range(len(wire) + 1), k=5))
            parts = [wire[at:end] for at, end in zip([0, *cuts], [*cuts, len(wire)], strict=True)]
            assert await ask(peer.port, *parts) == whole
        assert await ask(peer.port, *(wire[at : at + 1] for at in range(len(wire)))) == whole
