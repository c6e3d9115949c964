"""A document keeps its limits before it is read."""

import json

import pytest

from connector.policy.model.errors import PolicyError
from connector.policy.reading.document import DEFAULT, DocumentLimits, parse
from connector.policy.reading.load import load
from tests.policy.support import agreement, atom, rule


def refused(document: object, **options: object) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        load(document, **options)  # type: ignore[arg-type]  # hostile on purpose
    return caught.value


def test_limits_bound_size_depth_count_and_text() -> None:
    nested: object = atom("odrl:count", "eq", 1)
    for _ in range(60):
        nested = {"and": [nested]}
    many = [rule() for _ in range(5)]
    assert refused(agreement(rule(nested))).code == "too-deep"
    assert refused(b"[" * 100_000).code == "too-deep"
    assert refused(agreement(*many), limits=DocumentLimits(rules=4)).code == "too-large"
    assert refused(agreement(*many), limits=DocumentLimits(nodes=10)).code == "too-large"
    assert refused(agreement(rule(), target="x" * 9_000)).code == "too-large"
    assert refused(json.dumps(agreement(rule())).encode(), limits=DocumentLimits(size=10)).code == "too-large"
    assert refused(agreement(rule(atom("odrl:count", "eq", 10**500)))).code == "too-large"
    assert refused(agreement(rule(atom("odrl:role", "isAnyOf", ["x"] * 2_000)))).code == "too-large"


def test_a_member_named_twice_in_the_text_is_refused() -> None:
    assert refused(b'{"@id": "urn:1", "@id": "urn:2"}').code == "repeated-member"


def test_half_a_character_is_refused() -> None:
    assert refused(b'{"@id": "\\ud800"}').code == "not-json"


@pytest.mark.parametrize("number", [b"9" * 900_000, b"0." + b"9" * 900_000, b"-" + b"1" * 5_000])
def test_a_number_of_many_digits_is_refused(number: bytes) -> None:
    with pytest.raises(PolicyError, match="more than 1000 digits"):
        parse(b'{"x":' + number + b"}", DEFAULT)
