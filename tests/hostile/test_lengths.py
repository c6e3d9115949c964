"""Lengths that lie, in both directions: nothing that is shorter or longer than it says is taken for a delivery."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from connector.protocol.dsp.common import http_address
from connector.protocol.dsp.machines.transfer_machine import FlowState
from tests.dataplane.listener.test_receive import receiving
from tests.dataplane.transfer.fetching import fetch
from tests.dataplane.world import side, url_and_token

ANSWERS = {
    "fewer bytes than stated": b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nfew",
    "a last piece that is missing": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nfew\r\n",
    "a piece that is shorter than stated": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"ff\r\nfew\r\n0\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nfew!",
    "a length and pieces": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3\r\nfew\r\n0\r\n\r\n",
    "a length that is none": b"HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\nfew",
    "a length beyond all numbers": b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 40 + b"\r\n\r\nfew",
    "a digest of other bytes": b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nRepr-Digest: sha-256=:"
    + b"A" * 43
    + b"=:\r\n\r\nfew",
}
BODIES = {
    "fewer bytes than stated": b"Content-Length: 1000\r\n\r\nfew",
    "fewer bytes than the range": b"Content-Length: 3\r\nContent-Range: bytes 0-999/1000\r\n\r\nfew",
    "more bytes than the range": b"Content-Length: 3\r\nContent-Range: bytes 0-0/1\r\n\r\nfew",
    "a last piece that is missing": b"Transfer-Encoding: chunked\r\n\r\n3\r\nfew\r\n",
    "two lengths": b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nfew!",
    "a length and pieces": b"Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nfew\r\n0\r\n\r\n",
}


@asynccontextmanager
async def answering(answer: bytes) -> AsyncIterator[str]:
    """Answer every connection with these bytes, and close it."""

    async def answer_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer_one, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize("kind", ANSWERS)
async def test_an_answer_whose_length_lies_is_no_delivery(tmp_path: Path, kind: str) -> None:
    async with side(tmp_path) as consumer, answering(ANSWERS[kind]) as url:
        await fetch(consumer, http_address(url + "/data", "token"))
        report = await consumer.wait_for_end()
        assert report.error
        assert report.state != FlowState.COMPLETED
        assert not list((consumer.folder / "in").glob("**/f.bin"))


@pytest.mark.parametrize("kind", BODIES)
async def test_a_push_whose_length_lies_is_no_delivery(tmp_path: Path, kind: str) -> None:
    async with side(tmp_path, stall_s=1) as consumer:
        url, headers = url_and_token(await receiving(consumer))
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        path = url.removeprefix(consumer.url)
        reader, writer = await asyncio.open_connection("127.0.0.1", consumer.port)
        writer.write(f"PUT {path} HTTP/1.1\r\nHost: x\r\n{head}".encode() + BODIES[kind])
        writer.write_eof()
        answer = await reader.read(1024)
        writer.close()
        assert answer == b"" or int(answer.split()[1]) >= 400, answer
        assert not consumer.told
        assert not list((consumer.folder / "in").glob("**/f.bin"))
