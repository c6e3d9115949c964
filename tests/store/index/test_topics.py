"""What a text is about."""

import doctest

from hypothesis import given
from hypothesis import strategies as st

from connector.store.index import topics
from connector.store.index.topics import TOPICS, list_topics


def test_words_of_every_text_are_no_topics() -> None:
    asked = "Wie viele Räder fahren über die Brücke, und wann?"
    assert list_topics(asked) == ("rader", "fahren", "brucke")
    assert list_topics("How many of the people are on the bridge?") == ("people", "bridge")


@given(st.text(max_size=300))
def test_any_text_has_few_topics(text: str) -> None:
    found = list_topics(text)
    assert len(found) == len(set(found)) <= TOPICS
    assert all(len(word) >= 3 for word in found)


def test_the_examples_are_true() -> None:
    assert doctest.testmod(topics).failed == 0
