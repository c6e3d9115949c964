"""The bytes of an answer."""

import pytest

from connector.net.serving.messages import Reply
from connector.net.serving.writing import render_answer, render_refusal


def test_an_answer_states_its_length_and_whether_the_connection_ends() -> None:
    answer = Reply(status=201, body=b"{}", media_type="application/json", headers={"Link": "<x>"})
    assert render_answer(answer, close=False) == (
        b"HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: 2\r\nlink: <x>\r\n\r\n{}"
    )
    assert b"connection: close\r\n\r\n{}" in render_answer(answer, close=True)
    assert render_answer(answer, close=False, head_only=True).endswith(b"link: <x>\r\n\r\n")


def test_an_answer_without_content_has_no_length() -> None:
    assert render_answer(Reply(status=204), close=False) == b"HTTP/1.1 204 No Content\r\n\r\n"


@pytest.mark.parametrize("value", ["a\r\nb", "a\nb", "a\0", "\x7f", "ä", "\u2028"])
def test_a_field_that_would_break_the_line_is_not_written(value: str) -> None:
    with pytest.raises(ValueError, match="not printable"):
        render_answer(Reply(headers={"X": value}), close=False)


@pytest.mark.parametrize(("status", "again"), [(400, False), (503, True), (429, True), (599, False)])
def test_a_refusal_closes_the_connection_and_says_when_to_come_again(status: int, again: bool) -> None:
    said = render_refusal(status)
    assert b"connection: close" in said
    assert (b"retry-after" in said) is again
