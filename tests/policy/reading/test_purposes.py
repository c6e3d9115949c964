"""The purposes that a policy names."""

import doctest
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connector.policy.reading import purposes
from connector.policy.reading.purposes import LONGEST, MOST, read_purposes


def _policy(*named: Any) -> bytes:
    constraints = [{"leftOperand": "purpose", "operator": "eq", "rightOperand": name} for name in named]
    rule = {"action": "use", "target": "urn:d", "constraint": constraints}
    return json.dumps({"@id": "urn:p", "permission": rule, "prohibition": {**rule, "constraint": []}}).encode()


def test_the_examples_come_out_as_written() -> None:
    assert doctest.testmod(purposes).failed == 0


def test_purposes_are_in_one_order_once_and_few() -> None:
    assert read_purposes(_policy("urn:b", {"@id": "urn:a"}, "urn:b")) == ("urn:a", "urn:b")
    many = read_purposes(_policy(*(f"urn:{number:03}" for number in range(MOST + 5))))
    assert len(many) == MOST
    assert read_purposes(_policy("x" * 1000)) == ("x" * LONGEST,)


@given(st.binary(max_size=200))
def test_what_cannot_be_read_names_none(document: bytes) -> None:
    assert read_purposes(document) == ()
