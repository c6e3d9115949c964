"""A database that cannot be reached, or is none, is an error in a bounded time: `make test-sources` has real ones."""

import asyncio
import socket

import pytest

from connector.dataplane.address.members import read_members
from connector.dataplane.databases.postgres import read_postgres
from connector.dataplane.databases.query import SqlAddress
from connector.net.tls import TrustAnchors
from connector.ports.flow import SourceError


async def read(port: int) -> None:
    place = {"host": "127.0.0.1", "port": port, "database": "gis", "user": "reader", "secret": "gis", "tls": False}
    address = read_members({"kind": "sql", "table": "t", **place}, SqlAddress, "sql")
    async with read_postgres(address, {}, "canary", TrustAnchors()):
        pytest.fail("opened")


async def test_a_port_at_which_nobody_listens_is_an_error() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(SourceError, match="cannot be reached") as caught:
        await read(port)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"R\xff\xff\xff\xff" * 10, b"E\0\0\0\4"])
async def test_what_is_no_database_is_an_error(said: bytes) -> None:
    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        with pytest.raises(SourceError, match="database"):
            await read(server.sockets[0].getsockname()[1])
