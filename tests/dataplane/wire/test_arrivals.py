"""Messages that wait between a broker's client and the journal."""

import asyncio

import pytest

from connector.dataplane.wire.arrivals import MOST, Arrivals
from connector.ports.flow import Cause, SourceError


async def test_messages_are_taken_in_their_order_in_bounded_pieces() -> None:
    arrivals = Arrivals[int | bytes]()
    for number in range(600):
        arrivals.put(b"%d" % number, 10)
    pieces = [await arrivals.take() for _ in range(3)]
    assert [len(piece) for piece in pieces] == [256, 256, 88]
    assert pieces[2][-1] == b"599"


async def test_what_has_no_room_is_counted_in_its_place() -> None:
    arrivals = Arrivals[bytes]()
    for _ in range(MOST + 5):
        arrivals.put(b"x", 1)
    taken = [one for _ in range(5) for one in (await arrivals.take() if arrivals._waiting else [])]
    assert taken == [*[b"x"] * MOST, 5]


async def test_a_broken_connection_is_told_after_what_arrived() -> None:
    arrivals = Arrivals[bytes]()
    arrivals.put(b"1", 1)
    arrivals.break_off("The broker closed the connection.")
    assert await arrivals.take() == [b"1"]
    with pytest.raises(SourceError) as error:
        await arrivals.take()
    assert error.value.cause is Cause.UNAVAILABLE


async def test_whoever_waits_is_woken_by_a_message() -> None:
    arrivals = Arrivals[bytes]()
    waiting = asyncio.create_task(arrivals.take())
    await asyncio.sleep(0)
    arrivals.put(b"1", 1)
    assert await waiting == [b"1"]
