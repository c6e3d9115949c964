"""The lines of a stream that is followed."""

import pytest

from connector.client.frame.errors import Damaged
from connector.client.stream import StreamLine, StreamReading


def test_lines_are_read_however_they_are_cut() -> None:
    text = b'{"id":"a.1","at":"t","data":{"n":1}}\n{"event":"keep-alive","id":"a.1"}\n{"event":"end","again":true}\n'
    for size in (1, 7, 1000):
        seen = list[StreamLine]()
        reading = StreamReading(lambda line, seen=seen: seen.append(line) is None)
        going = [reading.feed(text[at : at + size]) for at in range(0, len(text), size)]
        assert [(line.id, line.event, bytes(line.data)) for line in seen] == [
            ("a.1", "", b'{"n":1}'),
            ("a.1", "keep-alive", b""),
        ]
        assert reading.end is not None
        assert reading.end.again
        assert not going[-1]


def test_whoever_has_enough_stops() -> None:
    reading = StreamReading(lambda _: False)
    assert not reading.feed(b'{"id":"a.1","data":1}\n')
    assert reading.end is None


@pytest.mark.parametrize("piece", [b"no json\n", b"[1]\n", b"x" * (17 * 1024 * 1024)])
def test_what_is_no_line_of_a_stream_is_an_error(piece: bytes) -> None:
    with pytest.raises(Damaged):
        StreamReading(lambda _: True).feed(piece)
