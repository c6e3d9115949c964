"""A server ends as its callers can bear: current answers are given, resting connections closed, the rest cut off."""

import asyncio
from pathlib import Path

import pytest

from connector.net.serving.bounds import ServingBounds
from connector.net.serving.messages import Application, PeerRequest, Reply
from connector.net.serving.server import serve_peers
from connector.net.tls import client_context, server_context
from tests.net.serving.lean import ECHO, HEAD, WHOLE, Peer, bind, say_status
from tests.net.test_tls import Authority


async def test_a_closing_server_gives_the_current_answers_and_takes_no_more() -> None:
    go_on = asyncio.Event()

    async def answer(_: PeerRequest) -> Reply:
        await go_on.wait()
        return Reply(body=b"here")

    bound, port = bind()
    server = serve_peers(Application(answer=answer, refuse=say_status), bound, ServingBounds())
    peer = Peer(server, port)
    resting = await peer.connect()
    asking = asyncio.create_task(peer.say(WHOLE))
    await peer.until(lambda: peer.door.running)
    closing = asyncio.create_task(server.close(5))
    assert await resting[0].read() == b""
    go_on.set()
    said = await asking
    assert b"here" in said
    assert b"connection: close" in said
    await closing
    assert not peer.door.open
    resting[1].close()
    with pytest.raises(ConnectionError):
        await peer.connect()


async def test_what_does_not_end_in_time_is_cut_off() -> None:
    async def never(_: PeerRequest) -> Reply:
        await asyncio.Event().wait()
        return Reply()

    bound, port = bind()
    server = serve_peers(Application(answer=never, refuse=say_status), bound, ServingBounds())
    peer = Peer(server, port)
    asking = asyncio.create_task(peer.say(WHOLE))
    await peer.until(lambda: peer.door.running)
    await server.close(0.01)
    assert await asking == b""
    assert not peer.door.running


async def test_a_request_over_tls_is_answered_and_a_refused_one_is_told_so(tmp_path: Path) -> None:
    authority = Authority(tmp_path, "ca")
    bound, port = bind()
    bounds = ServingBounds(handshake_s=0.2)
    server = serve_peers(ECHO, bound, bounds, server_context(*authority.issue("city.example")))
    tls = client_context(ca_file=authority.file)

    async def say(wire: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls, server_hostname="city.example")
        writer.write(wire)
        head = await reader.readuntil(b"\r\n\r\n")
        writer.close()
        return head

    assert b" 200 " in await say(WHOLE)
    assert b" 431 " in await say(HEAD + b"X: " + b"a" * 300_000)
    # Who does not finish the handshake is cut off.
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"\x16\x03\x01")
    assert await reader.read() == b""
    writer.close()
    await server.close(1)
