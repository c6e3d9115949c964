"""Listeners open where the settings say, name the setting if they cannot, and close."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from aiohttp import web
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.types import Receive, Scope, Send

from connector.app.listeners import Listeners, ListenFailed
from connector.net.serving.messages import Application, PeerRequest, Reply


async def say_here(_: PeerRequest) -> Reply:
    return Reply(body=b"here")


HERE = Application(answer=say_here, refuse=lambda _, status: Reply(status=status))


async def test_each_listener_answers_at_its_address_until_it_is_closed() -> None:
    listeners = Listeners()
    await listeners.open_peers("protocol", HERE, "127.0.0.1", 0)
    await listeners.open_asgi("management", PlainTextResponse("here"), "127.0.0.1", 0, public=False)
    await listeners.open_data("data", web.Application(), "127.0.0.1", 0)
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(listeners.addresses["protocol"])).text == "here"
        assert (await client.get(listeners.addresses["management"])).text == "here"
        assert (await client.get(listeners.addresses["data"])).status_code == 404
        await listeners.close()
        for address in listeners.addresses.values():
            with pytest.raises(httpx.ConnectError):
                await client.get(address)


@pytest.mark.parametrize("name", ["protocol", "management", "data"])
async def test_a_port_in_use_is_named_with_the_setting_to_change(name: str) -> None:
    listeners = Listeners()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        opening = (
            listeners.open_data(name, web.Application(), "127.0.0.1", port)
            if name == "data"
            else listeners.open_peers(name, HERE, "127.0.0.1", port)
            if name == "protocol"
            else listeners.open_asgi(name, PlainTextResponse("here"), "127.0.0.1", port, public=False)
        )
        with pytest.raises(ListenFailed) as caught:
            await opening
    assert f"{name}.port" in str(caught.value)
    assert f"127.0.0.1:{port}" in str(caught.value)
    assert not listeners.addresses


async def test_an_address_of_version_6_is_written_in_brackets() -> None:
    listeners = Listeners()
    try:
        await listeners.open_peers("protocol", HERE, "::1", 0)
    except ListenFailed as fault:
        # A machine without IPv6 names the address all the same.
        assert "[::1]" in str(fault)  # noqa: PT017 - either outcome is checked
        return
    assert listeners.addresses["protocol"].startswith("http://[::1]:")
    await listeners.close()


@pytest.mark.parametrize("content", ["no certificate", ""])
async def test_a_certificate_that_cannot_be_used_is_named_with_the_settings(tmp_path: Path, content: str) -> None:
    (tmp_path / "city.pem").write_text(content)
    for path in (tmp_path / "city.pem", tmp_path / "none.pem"):
        with pytest.raises(ListenFailed, match=r"net\.certificate"):
            await Listeners(certificate=path).open_peers("protocol", HERE, "127.0.0.1", 0)


@pytest.mark.parametrize("host", ["192.0.2.7", "999.1.1.1"])
async def test_an_address_that_is_not_of_this_machine_names_the_host_and_not_the_port(host: str) -> None:
    with pytest.raises(ListenFailed) as caught:
        await Listeners().open_peers("protocol", HERE, host, 0)
    assert ("protocol.host" in str(caught.value), "protocol.port" in str(caught.value)) == (True, False)


async def test_only_an_unbounded_listener_takes_large_bodies() -> None:
    async def count(scope: Scope, receive: Receive, send: Send) -> None:
        body = await Request(scope, receive).body()
        await PlainTextResponse(str(len(body)))(scope, receive, send)

    listeners = Listeners()
    await listeners.open_asgi("web", count, "127.0.0.1", 0, public=False, bounded=False)
    await listeners.open_asgi("management", count, "127.0.0.1", 0, public=False)
    large = b"x" * 3_000_000
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.post(listeners.addresses["web"], content=large)).text == "3000000"
        try:
            refused = (await client.post(listeners.addresses["management"], content=large)).status_code
        except httpx.HTTPError:
            refused = 413
        assert refused == 413
    await listeners.close()


@pytest.mark.parametrize("name", ["protocol", "management", "data"])
@pytest.mark.parametrize("at_once", [True, False])
async def test_a_body_arrives_whole_although_its_caller_offers_another_protocol(name: str, at_once: bool) -> None:
    async def say_peer(request: PeerRequest) -> Reply:
        return Reply(body=b"<%s>" % await request.read())

    async def say_caller(scope: Scope, receive: Receive, send: Send) -> None:
        body = await Request(scope, receive).body()
        await PlainTextResponse(b"<%s>" % body)(scope, receive, send)

    async def say_web(request: web.Request) -> web.Response:
        return web.Response(body=b"<%s>" % await request.read())

    listeners, data = Listeners(), web.Application()
    data.router.add_post("/", say_web)
    peers = Application(answer=say_peer, refuse=lambda _, status: Reply(status=status))
    await listeners.open_peers("protocol", peers, "127.0.0.1", 0)
    await listeners.open_asgi("management", say_caller, "127.0.0.1", 0, public=False)
    await listeners.open_data("data", data, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", int(listeners.addresses[name].rpartition(":")[2]))
    offer = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAM\r\n"
    head = b"POST / HTTP/1.1\r\nHost: city\r\nExpect: 100-continue\r\n" + offer
    for field, body in ((b"Content-Length: 2", b"ab"), (b"Transfer-Encoding: chunked", b"2\r\nab\r\n0\r\n\r\n")) * 2:
        sent = head + field + b"\r\n\r\n"
        if not at_once:
            writer.write(sent)
            assert b" 100 " in await reader.readuntil(b"\r\n\r\n")
        writer.write(sent + body if at_once else body)
        async with asyncio.timeout(10):
            assert (await reader.readuntil(b">")).endswith(b"<ab>")
    writer.close()
    await listeners.close()


@pytest.mark.parametrize("kept", ["", "Connection: keep-alive\r\n"])
async def test_a_caller_of_an_older_version_gets_a_stream_without_frames(kept: str) -> None:
    async def stream() -> AsyncIterator[bytes]:
        for number in range(3):
            yield b"%d\r\n" % number

    listeners = Listeners()
    await listeners.open_asgi("web", StreamingResponse(stream()), "127.0.0.1", 0, public=False)
    port = int(listeners.addresses["web"].rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET / HTTP/1.0\r\n{kept}\r\n".encode())
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    assert b"transfer-encoding" not in head
    assert body == b"0\r\n1\r\n2\r\n"
    writer.close()
    await listeners.close()
