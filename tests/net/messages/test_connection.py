import asyncio

import pytest

from connector.net.messages.connection import Broken
from tests.net.messages.test_pool import connect
from tests.net.servers import spoken

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab"


async def test_a_peer_that_speaks_before_it_is_asked_is_not_asked():
    ended = asyncio.Event()

    async def talk(reader, writer):
        writer.write(OK)
        await reader.read()
        ended.set()

    async with spoken(talk) as port:
        connection = await connect(port)
        async with asyncio.timeout(10):
            await ended.wait()
        assert not connection.is_quiet()
        with pytest.raises(Broken):
            await connection.ask(b"GET / HTTP/1.1\r\n\r\n", no_body=False, most=10)


async def test_a_connection_asks_again_unless_the_answer_forbids_it():
    async def talk(reader, writer):
        for answer in (OK, OK.replace(b"OK\r\n", b"OK\r\nConnection: close\r\n")):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
        await reader.read()

    async with spoken(talk) as port:
        connection = await connect(port)
        for kept in (True, False):
            reader = await connection.ask(b"GET / HTTP/1.1\r\n\r\n", no_body=False, most=10)
            assert (reader.body, connection.may_be_kept()) == (b"ab", kept)
        connection.close()
        assert not connection.may_be_kept()


async def test_an_answer_before_the_whole_request_has_left_ends_the_connection():
    async def talk(reader, writer):
        await reader.readexactly(1)
        writer.write(OK)
        await reader.read()

    async with spoken(talk) as port:
        connection = await connect(port)
        reader = await connection.ask(b"x" * 50_000_000, no_body=False, most=10)
        assert (reader.body, connection.may_be_kept()) == (b"ab", False)
        connection.abort()
