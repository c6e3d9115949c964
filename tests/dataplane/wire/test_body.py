from collections.abc import AsyncIterator

import pytest

from connector.dataplane.control.gate import LeaseEnded
from connector.dataplane.wire.body import WatchedBody, yield_nothing


async def breaking(error: Exception | None) -> AsyncIterator[bytes]:
    yield b"first"
    if error:
        raise error
    yield b"second"


async def test_a_complete_body_has_ended_regularly() -> None:
    body = WatchedBody(breaking(None))
    assert [chunk async for chunk in body.chunks()] == [b"first", b"second"]
    assert (body.size, body.ended, body.failure) == (11, True, None)


async def test_a_body_that_fails_remembers_its_error() -> None:
    error = LeaseEnded("the lease has expired")
    body = WatchedBody(breaking(error))
    with pytest.raises(LeaseEnded):
        [chunk async for chunk in body.chunks()]
    assert (body.size, body.ended, body.failure) == (5, False, error)


async def test_an_empty_body_has_no_chunk() -> None:
    assert [chunk async for chunk in yield_nothing()] == []
