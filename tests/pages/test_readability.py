"""The German texts of the pages are easy: short sentences, none of them long, and words that people know."""

import doctest

from tests.pages import readability
from tests.pages.readability import count_words, list_texts, measure_ease, measure_length

MOST_WORDS, LONGEST, LEAST_EASE = 10, 18, 60
"""The mean of all sentences, the longest one, and the reading ease after Amstad of all together."""


def test_examples_come_out_as_written() -> None:
    assert doctest.testmod(readability).failed == 0


def test_sentences_are_short() -> None:
    sentences = list_texts()
    assert len(sentences) > 400
    assert measure_length(sentences) <= MOST_WORDS
    assert [one for one in sentences if count_words(one) > LONGEST] == []


def test_the_words_are_easy() -> None:
    assert measure_ease(list_texts()) >= LEAST_EASE
