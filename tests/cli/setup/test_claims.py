"""Claims that are most likely slips: nothing reads them, or their word is no term of the vocabulary."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.cli.setup.claims import list_odd_claims
from connector.controlplane.judging.library import operands
from connector.policy.deciding.claims import list_claimable

REGISTRY = operands()
READ = list_claimable(REGISTRY)


@pytest.mark.parametrize("name", sorted(name for name, operand in READ.items() if operand.taxonomy))
def test_every_term_of_the_vocabulary_is_a_claim_without_a_remark(name: str) -> None:
    terms = list(REGISTRY.taxonomies[READ[name].taxonomy].terms)
    assert list(list_odd_claims(name, terms)) == []
    assert list(list_odd_claims(name, ["urn:own:term"])) == []
    assert list(list_odd_claims(name, ["quatsch"])) == [("setup.claim-term", "quatsch")]


@given(st.from_regex(r"[a-z]{3,12}", fullmatch=True), st.lists(st.text(max_size=9), max_size=3))
def test_only_a_claim_that_a_condition_can_read_passes_unremarked(name: str, values: list[str]) -> None:
    found = {key for key, _ in list_odd_claims(name, values)}
    assert ("setup.claim-unread" in found) is (name not in READ and bool(values))
