"""What a peer has not confirmed, and what never left."""

import asyncio

import pytest

from connector.dataplane.listener.confirming import Outflow


@pytest.mark.parametrize("size", [0, 100])
async def test_an_answer_without_a_socket_is_confirmed_and_loses_nothing(size: int) -> None:
    outflow = Outflow(None, None)
    await outflow.wait_confirmed(0.1)
    assert (outflow.count_unconfirmed(), await outflow.cut(), outflow.release()) == (0, 0, 0)


async def test_bytes_that_a_silent_peer_leaves_in_the_kernel_are_lost_when_its_connection_is_cut() -> None:
    writers: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(lambda _, writer: writers.append(writer), "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        _, peer = await asyncio.open_connection("127.0.0.1", port, limit=1)
        peer.transport.pause_reading()  # type: ignore[attr-defined]  # a peer that takes nothing
        while not writers:  # noqa: ASYNC110 - the server has no event for it
            await asyncio.sleep(0)
        writer = writers[0]
        kept = writer.get_extra_info("socket")
        transport = writer.transport
        assert isinstance(transport, asyncio.Transport)
        outflow = Outflow(transport, kept.dup().detach() if hasattr(kept, "dup") else None)
        total = 64 * 1024 * 1024
        writer.write(bytes(total))
        with pytest.raises(TimeoutError):
            await outflow.wait_confirmed(0.0001)
        unconfirmed = outflow.count_unconfirmed()
        lost = await outflow.cut()
        assert 0 < lost <= unconfirmed <= total
        peer.close()
