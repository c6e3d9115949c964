"""The terms in a message are checked before anything of them is kept."""

import json
from typing import Any

import pytest

from connector.controlplane.processes.inbound_terms import (
    FUTURE_MS,
    find_offer_fault,
    find_time_fault,
    is_same_agreement,
)

NOW = 1_764_000_000_000
AGREED = {"@id": "urn:a:1", "target": "urn:d", "assigner": "p", "assignee": "c", "permission": [{"action": "use"}]}


@pytest.mark.parametrize(
    ("offer", "code"),
    [
        ({}, None),
        ({"target": "urn:d", "assigner": "p", "assignee": "c"}, None),
        ({"assignee": "odrl:All"}, None),
        ({"assignee": "http://www.w3.org/ns/odrl/2/All"}, None),
        ({"assignee": "odrl:Group"}, "wrong-party"),
        ({"assigner": "odrl:All"}, "wrong-party"),
        ({"assignee": ["odrl:All"]}, "wrong-party"),
        ({"target": "urn:other"}, "wrong-target"),
        ({"assigner": "c"}, "wrong-party"),
        ({"assignee": "p"}, "wrong-party"),
        ({"assigner": "c", "assignee": "p"}, "wrong-party"),
    ],
)
def test_an_offer_names_its_dataset_and_its_parties_or_leaves_them_out(offer: dict[str, Any], code: str | None) -> None:
    fault = find_offer_fault(offer, dataset="urn:d", provider="p", consumer="c")
    assert (fault.code if fault else None) == code


def test_an_agreement_is_made_at_most_a_day_ahead_of_our_clock() -> None:
    stamped = {"timestamp": "2025-11-25T16:00:00Z"}
    assert find_time_fault(stamped, NOW + 86_400_000 - FUTURE_MS, since=NOW) is None
    assert find_time_fault(stamped, NOW + 86_400_000 - FUTURE_MS - 1, since=NOW) is not None
    assert find_time_fault({}, NOW, since=NOW) is not None


def test_an_agreement_is_not_made_before_its_negotiation() -> None:
    for at in ("1999-01-01T00:00:00Z", "2025-11-22T16:00:00Z", "0001-01-01T00:00:00Z"):
        fault = find_time_fault({"timestamp": at}, NOW, since=NOW)
        assert fault is not None, at
        assert "before its negotiation" in fault.reason
    assert find_time_fault({"timestamp": "2025-11-24T00:00:00"}, NOW, since=NOW) is None


def test_an_agreement_that_comes_again_differs_in_identifier_time_and_spelling_alone() -> None:
    first = json.dumps(AGREED).encode()
    for same in ({"@id": "urn:a:2"}, {"timestamp": "x"}, {"permission": [{"action": "odrl:use"}]}, {"obligation": []}):
        assert is_same_agreement(first, json.dumps({**AGREED, **same}).encode())
    for other in ({"target": "urn:e"}, {"assigner": "q"}, {"assignee": "d"}, {"permission": [{"action": "read"}]}):
        assert not is_same_agreement(first, json.dumps({**AGREED, **other}).encode())


@pytest.mark.parametrize(
    "context",
    [
        [{"use": "http://evil.example/distribute", "permission": "http://www.w3.org/ns/odrl/2/prohibition"}],
        {"odrl": "http://evil.example/", "dpv": "http://evil.example/2"},
        "http://evil.example/context.jsonld",
        ["https://w3id.org/dspace/2025/1/context.jsonld", "http://evil.example/context.jsonld"],
        [None, {"@vocab": "http://evil.example/"}],
        [7],
    ],
)
def test_an_agreement_that_comes_again_gives_no_name_another_meaning(context: object) -> None:
    first, again = (json.dumps(agreed).encode() for agreed in (AGREED, {**AGREED, "@context": context}))
    assert not is_same_agreement(first, again)
    assert not is_same_agreement(again, first)
    assert is_same_agreement(again, again)


@pytest.mark.parametrize("context", [None, [], {}, "https://w3id.org/dspace/2025/1/context.jsonld", [{}, None]])
def test_the_contexts_that_everybody_knows_change_no_meaning(context: object) -> None:
    assert is_same_agreement(*(json.dumps(one).encode() for one in (AGREED, {**AGREED, "@context": context})))


@pytest.mark.parametrize(
    "other",
    [
        {"@type": "Offer"},
        {"permission": [{"action": "odrl:http://www.w3.org/ns/odrl/2/use"}]},
        {"permission": [{"odrl:http://www.w3.org/ns/odrl/2/action": "use"}]},
    ],
)
def test_an_agreement_that_comes_again_is_of_the_same_kind_and_has_one_prefix_a_name(other: dict[str, Any]) -> None:
    assert not is_same_agreement(*(json.dumps(one).encode() for one in (AGREED, {**AGREED, **other})))
