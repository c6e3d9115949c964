"""The limits in the address of a stream."""

from typing import Any

import pytest

from connector.dataplane.wire.stream_limits import read_stream_limits
from connector.ports.flow import SourceError


def test_an_address_without_limits_has_the_usual_ones() -> None:
    found = read_stream_limits({"kind": "mqtt", "topic": "x"})
    assert (found.largest, found.keep_messages) == (256 * 1024, 100_000)


@pytest.mark.parametrize(
    "wrong",
    [
        {"largest": 0},
        {"largest": 2**21},
        {"keep_messages": 1},
        {"keep_seconds": "1"},
        {"silent_after": 0},
        {"secret": "../key"},
        {"secret": ""} | {"keep_bytes": 1},
    ],
)
def test_a_limit_out_of_its_bounds_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(SourceError, match="A limit of the stream"):
        read_stream_limits(wrong)
