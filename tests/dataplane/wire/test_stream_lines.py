"""Lines of a stream are read strictly, and positions are compared."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.dataplane.streaming.framing import JsonStream
from connector.dataplane.wire.stream_lines import BadLines, is_behind, read_lines, read_position


@given(data=st.binary(max_size=200), number=st.integers(0, 10**17))
def test_a_message_comes_out_as_it_went_in(data: bytes, number: int) -> None:
    line = JsonStream().write_message(f"7f.{number}", "2026-05-01T10:00:00.000Z", data)
    (found,) = read_lines(line.split(b"\n"))
    assert (found.id, found.at) == (f"7f.{number}", "2026-05-01T10:00:00.000Z")
    assert found.line + b"\n" == line
    try:
        assert json.loads(found.data) == json.loads(data)
    except ValueError:
        assert found.data == data


def test_an_event_has_a_name_and_no_data() -> None:
    (found,) = read_lines(JsonStream().write_event("gap", "7f.3", {"reason": "old", "count": 7}).split(b"\n"))
    assert (found.event, found.id, found.data) == ("gap", "7f.3", b"")


@given(st.binary(max_size=100))
def test_any_other_bytes_are_refused_or_read_without_another_error(data: bytes) -> None:
    with suppress(BadLines):
        assert all(read_position(one.id) for one in read_lines(data.split(b"\n")))


@pytest.mark.parametrize("value", [None, "", "7f", "7f.", ".1", "7F.1", "7f.1 ", "7f." + "1" * 19, "7f.-1", "7f.1\n"])
def test_what_is_no_position_is_none(value: str | None) -> None:
    assert read_position(value) is None


def test_too_many_lines_are_refused() -> None:
    with pytest.raises(BadLines, match="20000 lines"):
        read_lines([b'{"id":"7f.1","data":1}'] * 20_001)


@given(first=st.integers(0, 10**6), second=st.integers(0, 10**6))
def test_positions_of_one_generation_are_in_order(first: int, second: int) -> None:
    assert is_behind(f"7f.{first}", f"7f.{second}") is (first > second)
    assert is_behind(f"7f.{first}", f"8a.{second}")
