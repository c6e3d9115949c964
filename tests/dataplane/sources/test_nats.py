"""Addresses of NATS; tests/interop/streams has the rest, with a real server."""

import asyncio
import socket
import struct
from typing import Any

import pytest

from connector.dataplane.address.secrets import refuse_secret
from connector.dataplane.sources.nats import NatsSource
from connector.net.own.brokers import Brokers
from connector.ports.flow import SourceError
from tests.dataplane.world import LOOPBACK

GOOD = {"kind": "nats", "url": "tls://nats.example:4222", "stream": "AIR", "subject": "city.air"}


def test_an_address_with_a_stream_and_a_subject_is_taken() -> None:
    NatsSource(Brokers(LOOPBACK, read=refuse_secret)).check(GOOD)


@pytest.mark.parametrize("subject", [None, 7, "", "city.*", ">", "city.>", "a b", ".a", "a..b"])
def test_a_subject_that_is_none_or_has_a_wildcard_is_refused(subject: Any) -> None:
    with pytest.raises(SourceError, match="`subject`"):
        NatsSource(Brokers(LOOPBACK, read=refuse_secret)).check({**GOOD, "subject": subject})


@pytest.mark.parametrize("stream", [None, "", "A.B", "a b", "x" * 201])
def test_a_stream_without_a_name_is_refused(stream: Any) -> None:
    with pytest.raises(SourceError, match="`stream`"):
        NatsSource(Brokers(LOOPBACK, read=refuse_secret)).check({**GOOD, "stream": stream})


async def test_a_server_that_closes_without_a_word_is_asked_for_its_account() -> None:
    """A server that refuses an account writes so and closes at once; the word can be lost on the way."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b'INFO {"server_id":"x","version":"2.10.0","max_payload":1048576,"auth_required":true}\r\n')
        await reader.readline()
        raw = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        source = NatsSource(Brokers(LOOPBACK, read=refuse_secret))
        with pytest.raises(SourceError, match="`secret`"):
            await source.probe({**GOOD, "url": f"nats://127.0.0.1:{port}"})
