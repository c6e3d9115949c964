import asyncio
import logging
from pathlib import Path

import aiohttp
import pytest
from aiohttp import ClientConnectionResetError, web

from tests.dataplane.world import Side, eventually, url_and_token


async def test_hostile_requests_are_errors_and_nothing_else(provider: Side, http: aiohttp.ClientSession) -> None:
    url, headers = url_and_token(await provider.serve(provider.give("f", b"data")))
    async with http.get(url, headers={**headers, "X-Long": "y" * 20_000}) as answer:
        assert answer.status == 400
    async with http.get(url, headers=[("Authorization", "a"), ("Authorization", headers["Authorization"])]) as answer:
        assert answer.status == 401
    for method, status in [("PUT", 405), ("POST", 405), ("DELETE", 405)]:
        async with http.request(method, url, headers=headers, data=b"x") as answer:
            assert answer.status == status
            assert "error" in await answer.json()
    async with http.get(provider.url + "/other") as answer:
        assert (answer.status, "error" in await answer.json()) == (404, True)


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_what_a_listener_holds_ends_with_the_request(provider: Side, http: aiohttp.ClientSession) -> None:
    url, headers = url_and_token(await provider.serve(provider.give("f", bytes(24 * 1024 * 1024))))
    before = _open_files()
    answer = await http.get(url, headers=headers)
    await answer.content.readexactly(10)
    answer.close()
    await eventually(lambda: _open_files() <= before, "the file stayed open after the peer had gone")


@pytest.mark.parametrize("path", ["/x", "/flows/x", "/flows/x/y"])
@pytest.mark.parametrize(
    "request_",
    [
        b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nplain",
        b"Content-Encoding: deflate\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nplain\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\nno chunk\r\n\r\n",
        b"Content-Length: 50\r\n\r\nshort",
        b"no header\r\n\r\n",
    ],
)
async def test_no_caller_writes_a_trace_into_the_log(
    provider: Side, caplog: pytest.LogCaptureFixture, path: str, request_: bytes
) -> None:
    head, end, body = request_.partition(b"\r\n\r\n")
    for method in (b"POST", b"PUT", b"GET"):
        reader, writer = await asyncio.open_connection("127.0.0.1", provider.port)
        writer.write(method + b" " + path.encode() + b" HTTP/1.1\r\nHost: x\r\n" + head + end)
        await reader.readuntil(end)
        writer.write(body)
        writer.write_eof()
        await reader.read()
        writer.close()
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.parametrize(
    "error", [ClientConnectionResetError("closed"), web.RequestPayloadError("x"), ConnectionAbortedError(), EOFError()]
)
def test_what_a_caller_breaks_off_is_no_error_of_the_server(caplog: pytest.LogCaptureFixture, error: Exception) -> None:
    logging.getLogger("connector.dataplane.http").error("Error handling request", exc_info=error)
    assert not caplog.records


def test_the_traces_of_defects_are_bounded(caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(100):
        logging.getLogger("connector.dataplane.http").error("Error handling request", exc_info=ValueError("x"))
    assert 1 <= len(caplog.records) <= 10
