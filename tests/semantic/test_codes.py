"""The code lists of a description: every value has an IRI and labels, and people name it in several ways."""

import doctest
import tomllib
from typing import get_args

import pytest

from connector import resources
from connector.language.catalogue import LANGUAGES
from connector.protocol.dcat import is_area_key, name_area
from connector.semantic import codes
from connector.semantic.codes import ListName, find_area, find_code, find_file_type, find_language, read_codes

LISTS = get_args(ListName)


def test_examples_come_out_as_written() -> None:
    assert doctest.testmod(codes).failed == 0


def test_each_list_is_a_file_and_each_file_a_list() -> None:
    # The areas have names in place of codes.
    assert {path.stem for path in resources.find_path("vocab", "codes").iterdir()} == {*LISTS, "area"}


def test_each_area_has_a_key_of_its_list_and_each_city_lies_in_a_state() -> None:
    document = tomllib.loads(resources.read_text("vocab", "codes", "area.toml"))
    assert sorted(document["states"]) == [f"{number:02}" for number in range(1, 17)]
    assert len(set(document["cities"].values())) == len(document["cities"])
    for key, name in (document["states"] | document["cities"]).items():
        assert is_area_key(key)
        assert len(key) in {2, 5}
        assert key[:2] in document["states"]
        assert find_area(name_area(key)) == name
    for key, name in document["cities"].items():
        assert find_area(name_area(f"{key}000")) == name


@pytest.mark.parametrize("name", LISTS)
def test_every_value_is_found_by_its_code_its_iri_and_its_labels(name: ListName) -> None:
    found = read_codes(name)
    assert len({code.iri for code in found.values()}) == len(found)
    for code in found.values():
        assert set(code.labels) == set(LANGUAGES)
        for spelling in (code.code, code.code.swapcase(), code.iri, *code.labels.values(), *code.also):
            assert find_code(name, spelling) is code, spelling


@pytest.mark.parametrize("name", LISTS)
def test_no_spelling_means_two_values(name: ListName) -> None:
    spelled = [
        {codes._fold(text) for text in (code.code, code.iri, *code.labels.values(), *code.also)}
        for code in read_codes(name).values()
    ]
    assert sum(map(len, spelled)) == len(set().union(*spelled))


def test_a_media_type_has_one_file_type() -> None:
    kinds = [kind for code in read_codes("file-type").values() for kind in code.media_types]
    assert len(kinds) == len(set(kinds))
    assert find_file_type("application/octet-stream") is None


@pytest.mark.parametrize(("tag", "code"), [("de", "DEU"), ("en-GB", "ENG"), ("GSW", "GSW"), ("DEU", "DEU")])
def test_a_language_tag_has_the_iri_of_its_language(tag: str, code: str) -> None:
    assert find_language(tag) == f"http://publications.europa.eu/resource/authority/language/{code}"
