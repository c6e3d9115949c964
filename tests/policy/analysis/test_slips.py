"""Slips of the pen: what nobody can pay is an error, and what is most likely no name is a warning."""

import pytest

from connector.policy.analysis.lint import lint
from connector.policy.analysis.slips import (
    find_contradicting_amounts,
    find_odd_names,
    find_odd_parties,
    find_unpayable,
)
from connector.policy.analysis.space.cells import StepBudget
from tests.policy.analysis.support import use
from tests.policy.support import agreement, atom, build, rule


def pay(operator: str, amount: str, action: str = "odrl:compensate") -> dict[str, object]:
    return {"action": action, "constraint": [atom("odrl:payAmount", operator, amount, unit="EUR")]}


@pytest.mark.parametrize("amount", ["-5", "0", "-0.01", "0.00"])
@pytest.mark.parametrize("operator", ["eq", "lteq", "gteq"])
def test_an_amount_that_no_payment_meets_is_an_error(operator: str, amount: str) -> None:
    asked = agreement(rule(duty=[pay(operator, amount)]))
    owed = agreement(rule(), obligation=[{**pay("eq", "5"), "consequence": [pay(operator, amount)]}])
    action = {"rdf:value": {"@id": "odrl:compensate"}, "refinement": pay(operator, amount)["constraint"]}
    refined = agreement(rule(duty=[{"action": [action]}]))
    for document in (asked, owed, refined, agreement(rule(atom("odrl:payAmount", operator, amount)))):
        assert ("error", "unpayable") in {(entry.level, entry.finding.code) for entry in lint(build(document))}


def test_amounts_above_zero_and_questions_whether_anything_was_paid_are_none() -> None:
    for document in (
        agreement(rule(duty=[pay("eq", "0.01")])),
        agreement(rule(atom("odrl:payAmount", "gt", "0"))),
        agreement(rule(), prohibition=[rule(atom("odrl:payAmount", "eq", "0"))], conflict="prohibit"),
    ):
        assert list(find_unpayable(build(document))) == []


def ask_amounts(*asked: tuple[str, str]) -> dict[str, object]:
    amounts = [atom("odrl:payAmount", operator, amount, unit="EUR") for operator, amount in asked]
    return {"action": "odrl:compensate", "constraint": amounts}


@pytest.mark.parametrize(
    "asked",
    [
        (("gteq", "5"), ("lteq", "3")),
        (("eq", "5"), ("eq", "6")),
        (("gt", "5"), ("lteq", "5.00")),
        (("eq", "5"), ("neq", "5")),
        (("lteq", "9"), ("isAnyOf", ["10", "11"])),
    ],
)
def test_amounts_that_no_payment_meets_together_are_an_error(asked: tuple[tuple[str, str], ...]) -> None:
    duty = ask_amounts(*asked)
    for document in (
        agreement(rule(duty=[duty])),
        agreement(rule(), obligation=[{**pay("eq", "5"), "consequence": [duty]}]),
    ):
        assert ("error", "unpayable-together") in {(entry.level, entry.finding.code) for entry in lint(build(document))}


def test_bounds_with_amounts_between_them_are_no_error() -> None:
    for asked in ((("gteq", "3"), ("lteq", "5")), (("eq", "5"), ("lteq", "5")), (("neq", "5"),), (("gteq", "5"),)):
        assert not list(find_contradicting_amounts(build(agreement(rule(duty=[ask_amounts(*asked)]))), StepBudget()))


@pytest.mark.parametrize(
    "party",
    [
        "http://xmlns.com/foaf/0.1/Agent",
        "http://www.w3.org/ns/auth/acl#AuthenticatedAgent",
        "https://schema.org/Organization",
        "http://www.w3.org/ns/prov#Agent",
        {"@type": "PartyCollection", "source": "http://x.example/teams"},
    ],
)
def test_a_party_that_stands_for_many_is_a_warning(party: object) -> None:
    found = lint(build(agreement(rule(assignee=party))))
    assert ("warning", "odd-party") in {(entry.level, entry.finding.code) for entry in found}


@pytest.mark.parametrize("party", ["urn:participant:office", "https://schema.org/office", "did:web:agent.example"])
def test_a_participant_is_no_party_that_stands_for_many(party: str) -> None:
    assert list(find_odd_parties(build(agreement(rule(assignee=party))))) == []


@pytest.mark.parametrize(
    ("left", "name", "code"),
    [
        ("odrl:purpose", "dpv:Marketing,dpv:AcademicResearch", "odd-name"),
        ("odrl:purpose", '["dpv:Marketing"]', "odd-name"),
        ("odrl:purpose", "planning and building", "odd-name"),
        ("dk:legalBasis", "A6-1-a; A6-1-e", "odd-name"),
        ("odrl:spatial", "de", "odd-place"),
        ("odrl:spatial", "Deutschland", "odd-place"),
        ("dk:seat", "Bielefeld, DE", "odd-place"),
    ],
)
def test_a_name_that_is_most_likely_none_is_a_warning(left: str, name: str, code: str) -> None:
    (found,) = [entry for entry in lint(use(atom(left, "eq", name))) if entry.finding.code == code]
    assert found.level == "warning"


def test_the_nearest_place_is_named() -> None:
    names = [find_odd_names(use(atom("odrl:spatial", "eq", name))) for name in ("de", "Deutschland", "Atlantis")]
    assert [finding.detail for found in names for finding in found] == ["de → DE", "Deutschland → DE", "Atlantis"]


@pytest.mark.parametrize(
    ("left", "name"),
    [
        ("odrl:purpose", "dpv:Marketing"),
        ("odrl:purpose", "urn:purpose:ours"),
        ("odrl:purpose", "winterdienst"),
        ("odrl:spatial", "DE-NW"),
        ("odrl:spatial", "US"),
        ("odrl:spatial", "DEA41"),
        ("odrl:spatial", "https://example.org/place/1"),
        ("dk:role", "urn:a,b"),
    ],
)
def test_free_names_stay_free(left: str, name: str) -> None:
    assert list(find_odd_names(use(atom(left, "eq", name)))) == []
