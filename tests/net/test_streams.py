"""What only the transport for streams has to guard; `test_dial` tries it beside the client for messages."""

import pytest

from connector.net.errors import BadAnswer
from connector.net.streams import GuardedConnector
from connector.net.transport import MAX_INTERIM
from tests.net.servers import NAME, dial, spoken

EARLY = b"HTTP/1.1 103 Early Hints\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab"


def test_the_places_of_aiohttp_that_the_guard_replaces_exist():
    for name in ("_get", "_release", "_create_connection"):
        assert callable(getattr(GuardedConnector.__mro__[1], name))


async def test_interim_answers_are_counted_for_each_request_anew():
    async def talk(reader, writer):
        for many in (MAX_INTERIM, MAX_INTERIM, MAX_INTERIM + 1):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(EARLY * many + OK)
        await reader.read()

    async with spoken(talk) as port, dial(messages=True)() as net:
        for _ in range(2):
            async with net.stream("GET", f"http://{NAME}:{port}/") as stream:
                assert [piece async for piece in stream.chunks()] == [b"ab"]
        with pytest.raises(BadAnswer):
            async with net.stream("GET", f"http://{NAME}:{port}/"):
                pass


async def test_an_answer_to_half_a_body_is_read_and_its_connection_closed():
    async def talk(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK)
        await reader.read()

    async def endless():
        while True:
            yield b"x" * 100_000

    async with (
        spoken(talk) as port,
        dial(messages=True)() as net,
        net.stream("PUT", f"http://{NAME}:{port}/", body=endless()) as stream,
    ):
        assert stream.status == 200
