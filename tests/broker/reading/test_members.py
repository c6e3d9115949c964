"""Values are found under each of their names."""

import doctest

from connector.broker.reading import members
from connector.broker.reading.members import VALUES, WORDS, find_values, read_texts, read_words


def test_the_examples_are_true() -> None:
    assert doctest.testmod(members).failed == 0


def test_texts_have_a_language_and_words_a_bound() -> None:
    titles = {"dcterms:title": [{"@value": "Luft", "@language": "DE"}, {"en": "Air"}, "x", {"@value": 3}]}
    assert read_texts(titles, "dct:title", 9) == {"de": "Luft", "en": "Air", "und": "x"}
    many = {"dcat:keyword": [str(number) for number in range(999)]}
    assert len(read_words(many, "dcat:keyword")) == WORDS
    assert len(list(find_values(many, "dcat:keyword"))) == VALUES
