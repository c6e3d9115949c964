"""The second act: it fails with the expected and the actual result if a check does not hold."""

import pytest

from connector.cli.demo.agreeing import negotiate, reach_agreement, read_terms, search
from connector.cli.demo.show import NotShown, Show
from tests.cli.management import Management, agreement, negotiation


def test_the_first_offer_has_to_be_found(show: Show, management: Management) -> None:
    hit = {"participant": "urn:city", "id": "air", "title": {"de": "Luftqualität"}}
    management.answer("GET", "/v1/search", {"items": [hit | {"id": "other"}, hit], "total": 2})
    assert search(show) == "The company searches for “Luftqualität” and finds “Luftqualität” of urn:city."
    management.answer("GET", "/v1/search", {"items": [hit | {"id": "other"}], "total": 1})
    with pytest.raises(NotShown, match="should find Luftqualität and does not"):
        search(show)


def test_the_policy_is_read_as_a_sentence(show: Show, management: Management) -> None:
    dataset = {"@id": "air", "hasPolicy": [{"@id": "urn:o", "permission": [{"action": "use"}]}]}
    management.answer("GET", "/v1/catalog/dataset", dataset)
    assert read_terms(show) == "It reads the policy: may use."


def test_an_agreement_is_negotiated_once(show: Show, management: Management) -> None:
    management.answer("GET", "/v1/agreements", {"items": [], "next": None})
    management.answer("POST", "/v1/negotiations", negotiation(None), status=202)
    management.answer("GET", "/v1/negotiations/urn:n/wait", negotiation("FINALIZED"))
    assert reach_agreement(show, show.assets[0]) == "urn:a"
    management.answer("GET", "/v1/agreements", {"items": [agreement(id="urn:known")], "next": None})
    assert reach_agreement(show, show.assets[0]) == "urn:known"
    assert len(management.bodies("POST", "/v1/negotiations")) == 1


def test_a_negotiation_that_is_refused_fails_with_its_state(show: Show, management: Management) -> None:
    management.answer("GET", "/v1/agreements", {"items": [], "next": None})
    management.answer("POST", "/v1/negotiations", negotiation(None), status=202)
    management.answer("GET", "/v1/negotiations/urn:n/wait", negotiation("TERMINATED", ended="No."))
    with pytest.raises(NotShown, match="should be FINALIZED and is TERMINATED"):
        reach_agreement(show, show.assets[0])


def test_both_sides_have_to_store_the_same_agreement(show: Show, management: Management) -> None:
    management.answer("GET", "/v1/agreements", {"items": [agreement()], "next": None})
    management.answer("GET", "/v1/agreements/urn:a", agreement())
    assert negotiate(show).startswith("It requests agreements")
    management.answer("GET", "/v1/agreements/urn:a", agreement(), agreement(sha256="1" * 64))
    with pytest.raises(NotShown, match="should store the same agreement on Luftqualität and do not"):
        negotiate(show)
