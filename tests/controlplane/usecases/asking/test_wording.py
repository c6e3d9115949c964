"""What our people change in terms is in every permission, and nothing else of the terms changes."""

import doctest
from datetime import UTC, datetime
from typing import Any

import pytest

from connector.controlplane.usecases.asking import wording
from connector.controlplane.usecases.asking.wording import state_end, state_purpose

COUNT = {"leftOperand": "count", "operator": "lteq", "rightOperand": 3}
PURPOSE = {"leftOperand": "purpose", "operator": "isA", "rightOperand": "urn:p:1"}
STATED = {"leftOperand": wording.PURPOSE, "operator": "eq", "rightOperand": "urn:p:2"}


def test_examples_come_out_as_written() -> None:
    assert doctest.testmod(wording).failed == 0


def test_a_purpose_is_added_to_every_permission() -> None:
    terms = {"permission": [{"action": "use", "constraint": COUNT}, {"action": "use"}], "prohibition": [{"x": 1}]}
    changed = state_purpose(terms, "urn:p:2")
    assert [rule["constraint"] for rule in changed["permission"]] == [[COUNT, STATED], [STATED]]
    assert changed["prohibition"] == [{"x": 1}]


@pytest.mark.parametrize("name", ["purpose", {"@id": "odrl:purpose"}, "http://www.w3.org/ns/odrl/2/purpose"])
def test_another_purpose_takes_the_place_of_what_the_permission_says(name: Any) -> None:
    terms = {"odrl:permission": {"odrl:constraint": [COUNT, {**PURPOSE, "leftOperand": name}]}}
    (rule,) = state_purpose(terms, "urn:p:2", instead=True)["odrl:permission"]
    assert rule["odrl:constraint"] == [COUNT, STATED]


def test_an_end_is_an_instant_in_utc() -> None:
    (rule,) = state_end({"permission": [{}]}, datetime(2027, 7, 1, tzinfo=UTC))["permission"]
    assert rule["constraint"][0]["rightOperand"]["@value"] == "2027-07-01T00:00:00Z"


def test_what_is_no_rule_stays_as_it_is() -> None:
    assert state_purpose({"permission": ["odd", {"constraint": ["odd"]}]}, "urn:p:2", instead=True) == {
        "permission": ["odd", {"constraint": ["odd", STATED]}]
    }
