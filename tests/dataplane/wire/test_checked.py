"""The bytes of an arrival are passed on as long as they are what was announced."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.dataplane.wire.checked import CheckedArrival
from connector.ports.flow import Arrival, SourceError
from tests.dataplane.world import sha256


async def pieces(*data: bytes) -> AsyncIterator[bytes]:
    for piece in data:
        yield piece


def check(data: list[bytes], most: int | None = None, **known: Any) -> CheckedArrival:
    return CheckedArrival(Arrival(flow_id="f", media_type="text/csv", **known), pieces(*data), most)


@given(data=st.lists(st.binary(max_size=20), max_size=5))
async def test_what_was_announced_passes_whole(data: list[bytes]) -> None:
    whole = b"".join(data)
    checked = check(data, size=len(whole), sha256=sha256(whole), most=len(whole))
    assert [chunk async for chunk in checked.chunks()] == data
    assert (checked.size, checked.sha256) == (len(whole), sha256(whole))


@pytest.mark.parametrize(
    ("known", "most", "words"),
    [
        ({"size": 4}, None, "more than the 4 bytes"),
        ({"size": 6}, None, "after 5 of 6 bytes"),
        ({"sha256": "0" * 64}, None, "SHA-256"),
        ({"offset": 1}, None, "cannot be continued"),
        ({}, 4, "larger than 4 bytes"),
        ({"size": 5}, 4, "larger than 4 bytes"),
    ],
)
async def test_anything_else_is_an_error_before_the_end(known: dict[str, Any], most: int | None, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        assert [chunk async for chunk in check([b"abc", b"de"], most, **known).chunks()]
