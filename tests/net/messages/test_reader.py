from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.net.messages.reader import AnswerReader, Malformed, Oversized
from tests.net.odd import ODD, Answer

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab"


def read(*pieces: bytes, most: int = 1000, no_body: bool = False) -> Answer | None:
    """Return the answer in the pieces, followed by the end of the connection; None if there is none."""
    reader = AnswerReader()
    reader.begin(no_body=no_body, most=most)
    try:
        for piece in pieces:
            if not reader.done:
                reader.feed(piece)
    except Malformed:
        return None
    return (reader.status, reader.body) if reader.done or reader.finish() else None


@pytest.mark.parametrize("name", ODD)
def test_odd_http_is_read_or_refused_the_same_in_one_piece_and_byte_by_byte(name):
    answer, expected = ODD[name]
    assert read(*([answer] if answer else [])) == expected
    assert read(*(answer[at : at + 1] for at in range(len(answer)))) == expected


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(ODD)), st.lists(st.integers(0, 200), max_size=5))
def test_the_cuts_between_pieces_do_not_matter(name, cuts):
    answer, expected = ODD[name]
    marks = [0, *sorted(cuts), len(answer)]
    pieces = [answer[begin:end] for begin, end in pairwise(marks)]
    assert read(*(piece for piece in pieces if piece)) == expected


def test_a_body_larger_than_allowed_is_refused_at_its_length_or_at_the_first_byte_too_many():
    reader = AnswerReader()
    for answer in (b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 11):
        reader = AnswerReader()
        reader.begin(no_body=False, most=10)
        with pytest.raises(Oversized):
            reader.feed(answer)
    assert read(b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n", most=10, no_body=True) == (200, b"")
    assert read(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 11\r\n\r\n", most=10) == (304, b"")


def test_one_reader_reads_many_answers_and_keeps_nothing_of_the_last():
    reader = AnswerReader()
    for number in range(3):
        reader.begin(no_body=False, most=10)
        reader.feed(b"HTTP/1.1 20%d OK\r\nX-%d: y\r\nContent-Length: 1\r\n\r\n%d" % (number, number, number))
        assert (reader.status, reader.body, reader.keep) == (200 + number, b"%d" % number, True)
        assert reader.fields == [(b"x-%d" % number, b"y"), (b"content-length", b"1")]
    reader.begin(no_body=True, most=10)
    reader.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n")
    assert reader.keep
    reader.begin(no_body=False, most=10)
    reader.feed(OK)
    assert reader.body == b"ab"


@pytest.mark.parametrize("more", [OK, b"H", b"x", b"HTTP/1.1 100 Continue\r\n\r\n"])
def test_bytes_behind_an_answer_do_not_change_it_and_forbid_another_request(more):
    reader = AnswerReader()
    reader.begin(no_body=False, most=10)
    reader.feed(OK + more)
    assert (reader.done, reader.body, reader.keep) == (True, b"ab", False)


@pytest.mark.parametrize("length", [0, 5])
def test_a_body_behind_an_answer_to_head_is_no_part_of_any_answer(length):
    reader = AnswerReader()
    reader.begin(no_body=True, most=10)
    reader.feed(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\nhello" % length)
    assert (reader.done, reader.body, reader.keep) == (True, b"", False)


def test_fields_of_interim_answers_are_not_those_of_the_answer():
    reader = AnswerReader()
    reader.begin(no_body=False, most=10)
    reader.feed(b"HTTP/1.1 103 Early Hints\r\nLink: <evil>\r\n\r\n" + OK)
    assert reader.fields == [(b"content-length", b"2")]


def test_a_body_of_tiny_chunks_costs_little_more_than_its_bytes():
    reader = AnswerReader()
    reader.begin(no_body=False, most=200_000)
    reader.feed(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(200):
        reader.feed(b"1\r\na\r\n" * 1000)
    reader.feed(b"0\r\n\r\n")
    assert reader.body == b"a" * 200_000


@pytest.mark.parametrize("start", [b"1;", b"0\r\nX: "], ids=["an extension", "a trailer"])
def test_framing_without_content_has_an_end(start):
    reader = AnswerReader()
    reader.begin(no_body=False, most=1000)
    reader.feed(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + start)
    for _ in range(60):
        reader.feed(b"a" * 1000)
    with pytest.raises(Malformed, match="framing"):
        reader.feed(b"a" * 10_000)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=4), st.booleans())
def test_no_bytes_raise_anything_but_a_refusal(pieces, no_body):
    read(b"HTTP/1.1 200 OK\r\n", *(piece for piece in pieces if piece), no_body=no_body)
