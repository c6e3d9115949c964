"""Signs that hide or turn a text are shown as a sign of their own."""

import doctest
import html

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from connector.web.frame import unseen
from connector.web.frame.unseen import SHOWN, show_unseen


def test_examples_come_out_as_written() -> None:
    assert doctest.testmod(unseen).failed == 0


@pytest.mark.parametrize("sign", ["\0", "\x1b", "\x7f", "\x85", "\u202e", "\u2066", "\ufeff", "\ufffe", "\U0010ffff"])
def test_an_unseen_sign_is_shown(sign: str) -> None:
    assert show_unseen(f"a{sign}b") == f"a{SHOWN}b"


@pytest.mark.parametrize("text", ["Straße & Weg", "a\tb\nc", "שלום", "\u200fשלום\u200e", "😀", "", "a\u00adb"])
def test_what_people_write_stays(text: str) -> None:
    assert show_unseen(text) == text


TWICE = Environment(autoescape=True, finalize=show_unseen).from_string(
    "{% macro write(text) %}{{ text }}{% endmacro %}{{ write(text) }}"
)


@given(st.text(), st.sampled_from(["\u202e", "\0", ""]))
def test_a_text_of_a_template_is_escaped_once_and_shown_whole(text: str, sign: str) -> None:
    shown = TWICE.render(text=f"{text}{sign}<&>")
    assert html.unescape(shown) == show_unseen(f"{text}{sign}<&>")
    assert "<" not in shown
