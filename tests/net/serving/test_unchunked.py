"""Answers to callers of HTTP/1.0 lose the frames of chunks, and nothing else."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from connector.net.serving.unchunked import UnchunkedTransport

_CUTS = st.lists(st.integers(0, 10_000), max_size=8)
_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n"


class Sent:
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        self.data = b""
        self.closed = False

    def write(self, data: bytes, /) -> None:
        self.data += data

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


def _send(wire: bytes, cuts: list[int]) -> bytes:
    sent = Sent()
    transport = UnchunkedTransport(sent)
    places = [0, *sorted(cut % (len(wire) + 1) for cut in cuts), len(wire)]
    for begin, end in pairwise(places):
        transport.write(wire[begin:end])
    return sent.data


@given(parts=st.lists(st.binary(min_size=1, max_size=300), max_size=5), cuts=_CUTS)
def test_a_chunked_answer_is_its_body_wherever_it_is_cut(parts: list[bytes], cuts: list[int]) -> None:
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
    found = _send(_HEAD + b"transfer-encoding: chunked\r\n\r\n" + chunks, cuts)
    assert found == _HEAD + b"\r\n" + b"".join(parts)


@given(body=st.binary(max_size=300), cuts=_CUTS)
def test_an_answer_of_known_length_stays_as_it_is(body: bytes, cuts: list[int]) -> None:
    wire = _HEAD + b"content-length: %d\r\n\r\n" % len(body) + body
    assert _send(wire, cuts) == wire


def test_the_end_of_the_answer_is_that_of_the_connection() -> None:
    sent = Sent()
    transport = UnchunkedTransport(sent)
    assert not transport.is_closing()
    transport.close()
    assert transport.is_closing()
