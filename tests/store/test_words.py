"""The folding of words."""

import doctest

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.store import words as module
from connector.store.words import HIGH, spans, words


@given(st.text(max_size=40), st.integers(0, 40))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_beginning_of_a_word_folds_to_the_beginning_of_its_folding(text: str, length: int) -> None:
    for word in text.split():
        if len(words(word)) == 1 and len(words(word[:length])) == 1:
            assert words(word)[0].startswith(words(word[:length])[0])


@given(st.text(max_size=60))
def test_spans_lie_in_the_text_one_after_the_other(text: str) -> None:
    last = 0
    for begin, end, word in spans(text):
        assert last <= begin < end <= len(text)
        assert word
        last = end


@given(st.text(max_size=40))
def test_a_word_has_letters_of_two_bytes_at_most_or_of_three_at_least(text: str) -> None:
    assert words("WLAN热点 ﬁnanz") == ["wlan", "热点", "finanz"]
    for word in words(text):
        assert {ord(letter) < HIGH for letter in word} in ({True}, {False})


def test_the_examples_are_true() -> None:
    assert doctest.testmod(module).failed == 0
