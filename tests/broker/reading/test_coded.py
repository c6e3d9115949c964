"""A value of a code list is the same one, however a catalogue writes it."""

import doctest

import pytest

from connector.broker.reading import coded
from connector.broker.reading.coded import find_coded, read_coded
from connector.broker.reading.statements import read_statements

EU = "http://publications.europa.eu/resource/authority/"


@pytest.mark.parametrize(
    ("term", "value", "code"),
    [
        ("dct:language", "de-AT", "language/DEU"),
        ("dct:language", "GER", "language/DEU"),
        ("dct:language", {"@id": "http://lexvo.org/id/iso639-3/cat"}, "language/CAT"),
        ("dct:language", {"@id": "http://publications.europa.eu/mdr/authority/language/FRA"}, "language/FRA"),
        ("dct:language", "https://w3id.org/idsa/code/DE", "language/DEU"),
        ("dct:language", {"@id": "_:x", "rdfs:label": "Englisch"}, "language/ENG"),
        ("dct:accrualPeriodicity", "Annual", "frequency/ANNUAL"),
        ("dct:accrualPeriodicity", "R/P3M", "frequency/QUARTERLY"),
        ("dct:accrualPeriodicity", {"@id": "http://purl.org/cld/freq/biweekly"}, "frequency/BIWEEKLY"),
        ("dct:accrualPeriodicity", {"@id": "https://p.example/f", "rdfs:label": "P1D"}, "frequency/DAILY"),
        ("dct:accessRights", {"rdfs:label": [{"@value": "öffentlich", "@language": "de"}]}, "access-right/PUBLIC"),
    ],
)
def test_each_spelling_means_the_code(term: str, value: object, code: str) -> None:
    assert find_coded({term: value}, term) == (EU + code,)


def test_what_is_in_no_list_is_kept_as_it_came_and_only_iris_are_references() -> None:
    stated = {"dct:accessRights": ["nach Anmeldung", {"@id": "https://p.example/rights"}]}
    assert read_coded((stated,), "dct:accessRights") == ("nach Anmeldung", "https://p.example/rights")
    assert find_coded(stated, "dct:accessRights") == ("https://p.example/rights",)


def test_a_search_finds_one_value_for_all_spellings() -> None:
    stated = {"dct:language": ["deu", "de", "Katalanisch"], "dct:accrualPeriodicity": "http://purl.org/cld/freq/daily"}
    found = read_statements(stated, 1)
    assert (found.languages, found.frequency) == (("de", "ca"), "DAILY")


def test_the_examples_are_true() -> None:
    assert doctest.testmod(coded).failed == 0
