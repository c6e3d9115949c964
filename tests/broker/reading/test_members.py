"""Values are found under each of their names."""

import doctest

from connector.broker.reading import members
from connector.broker.reading.members import VALUES, WORDS, find_nodes, find_values, read_texts, read_words


def test_the_examples_are_true() -> None:
    assert doctest.testmod(members).failed == 0


def test_texts_have_a_language_and_words_a_bound() -> None:
    titles = {"dcterms:title": [{"@value": "Luft", "@language": "DE"}, {"en": "Air"}, "x", {"@value": 3}]}
    assert read_texts(titles, "dct:title", 9) == {"de": "Luft", "en": "Air", "und": "x"}
    many = {"dcat:keyword": [str(number) for number in range(999)]}
    assert len(read_words(many, "dcat:keyword")) == WORDS
    assert len(list(find_values(many, "dcat:keyword"))) == VALUES


def test_a_value_under_two_names_of_a_term_is_one_value() -> None:
    part = {"@type": "Distribution", "format": "HttpData-PULL"}
    other = {"@type": "Distribution", "format": "HttpData-PUSH"}
    members = {"distribution": [part, part], "dcat:distribution": [part, other]}
    assert find_values(members, "dcat:distribution") == [part, other]
    assert find_values({"distribution": [part, part]}, "dcat:distribution") == [part, part]


def test_what_is_written_under_any_name_of_a_term_is_read_and_described_alike() -> None:
    place = {"@type": "Location", "skos:prefLabel": "Musterstadt"}
    for name in ("dct:spatial", "dcterms:spatial", "http://purl.org/dc/terms/spatial", "spatial"):
        assert read_words({name: place}, "dct:spatial") == ("Musterstadt",)
        assert list(find_nodes({name: place}, "dct:spatial")) == [place]
    assert read_words({"prefLabel": "x", "politicalGeocodingURI": "x"}, "dcatde:politicalGeocodingURI") == ()
