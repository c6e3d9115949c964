"""Mark-up leaves texts; signs that are none stay."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.broker.harvesting import texts
from connector.broker.harvesting.texts import strip_markup


def test_examples_come_out_as_written() -> None:
    assert doctest.testmod(texts).failed == 0


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ('<p class="x">A<br/>B</p>', "A B"),
        ("Lärm<b>karte</b> <a href='https://a.example'>hier</a>", "Lärmkarte hier"),
        ("A<script>alert(1)</script>B <style>p {", "A B"),
        ("Straßen &amp; Wege &lt;Nord&gt;", "Straßen & Wege <Nord>"),
        ("<h2>1</h2><table><tr><td>2</td><td>3</td></tr></table>", "1 2 3"),
    ],
)
def test_mark_up_is_left_out(text: str, plain: str) -> None:
    assert strip_markup(text) == plain


@pytest.mark.parametrize("text", ["a < b > c", "PM10 <10 µm", "<Name>", "Wert>5 & Wert<9", "R&D", "x\ny"])
def test_other_signs_stay(text: str) -> None:
    assert strip_markup(text) == text


@given(st.text(alphabet="<>/pbscriptyle &;#x\n", max_size=300))
def test_whatever_the_text_is_nothing_is_added(text: str) -> None:
    assert len(strip_markup(text)) <= len(text)
