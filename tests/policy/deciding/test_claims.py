"""The claims of the participant list as facts."""

from connector.controlplane.judging.facts import FACTS
from connector.controlplane.judging.library import operands
from connector.policy.deciding.claims import identify_party, list_claimable, read_claims
from connector.policy.model.values import Iri

REGISTRY = operands()


def test_what_a_connector_knows_itself_is_no_claim() -> None:
    claimable = list_claimable(REGISTRY)
    assert claimable.keys().isdisjoint(FACTS)
    stated = {row.fact for row in REGISTRY.operands.values() if row.source in {"request", "credential", "connector"}}
    assert claimable.keys() == stated - FACTS.keys()


def test_claims_are_facts_unless_nothing_reads_them() -> None:
    claims = {"role": ["planner", "clerk"], "shoeSize": ["46"], "participant": ["urn:other"]}
    found = read_claims(claims, list_claimable(REGISTRY), REGISTRY)
    assert found == {"role": (Iri("planner"), Iri("clerk"))}
    assert identify_party("urn:city")["participant"] == (Iri("urn:city"),)
