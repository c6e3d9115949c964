"""What a Dataset states to be, and when two entries agree."""

import doctest
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from connector.broker.reading import likeness
from connector.broker.reading.likeness import KEYS, Likeness, agree, list_likenesses
from connector.ports.broker_store import Statements
from tests.contract.test_record import WORKS, entry

URL = "https://data.example/trees.csv"


def test_it_is_its_identifier_and_the_addresses_of_its_data() -> None:
    files = [{"dcat:downloadURL": {"@id": URL}}, {"accessURL": "https://data.example/trees"}, {"downloadURL": URL}]
    found = list_likenesses({"@id": "urn:a", "dct:identifier": ["urn:doi:10.1", "7"], "distribution": files})
    assert [(one.kind, one.value) for one in found] == [
        ("identifier", "urn:doi:10.1"),
        ("distribution", URL),
        ("distribution", "https://data.example/trees"),
    ]
    assert len({one.key for one in found}) == 3
    assert Likeness("identifier", URL).key != Likeness("distribution", URL).key


json = st.recursive(
    st.none() | st.integers() | st.text(max_size=30) | st.just(URL),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["@id", "@value", "dct:identifier", "distribution", "downloadURL"]), inner)
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(["dct:identifier", "identifier", "distribution", "dcat:distribution"]), json))
def test_whatever_is_stated_has_few_keys_of_one_length(members: dict[str, Any]) -> None:
    keys = [one.key for one in list_likenesses(members)]
    assert len(keys) <= KEYS
    assert {len(key) for key in keys} <= {32}


@pytest.mark.parametrize(
    ("changed", "agrees"),
    [
        ({}, True),
        ({"titles": {"de": "BÄUME  der Stadt", "en": "Other"}}, True),
        ({"titles": {"de": "Sträucher"}}, False),
        ({"titles": {"en": "Trees"}}, False),
        ({"statements": Statements(licences=("urn:other",))}, False),
        ({"statements": Statements(prices=("paid",))}, False),
    ],
)
def test_entries_agree_in_title_licence_and_price(changed: dict[str, Any], agrees: bool) -> None:
    one = entry("a", "Bäume der Stadt")
    assert agree(one, replace(entry("b", "Bäume der Stadt", WORKS), **changed)) is agrees


def test_the_examples_are_true() -> None:
    assert doctest.testmod(likeness).failed == 0
