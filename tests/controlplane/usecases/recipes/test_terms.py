"""The terms of a product are the meet of those of its inputs, and an offer has to be within them."""

from typing import Any

import msgspec
import pytest

from connector.controlplane.enforcing.executors.table import build_executors
from connector.controlplane.judging.library import Library, operands
from connector.controlplane.usecases.recipes import terms
from connector.controlplane.usecases.recipes.inputs import FoundInput
from connector.controlplane.usecases.recipes.terms import NoTerms, find_terms, find_wider, write_terms
from connector.policy.compiling.compiled import Compiled
from connector.views.products import InputLineage
from tests.controlplane.agreements import atom

LIBRARY = Library(operands(), executors=build_executors())
TRAFFIC = atom("odrl:purpose", "isA", "dpv:ImproveTransportMobility")
BEFORE = atom("odrl:dateTime", "lt", {"@value": "2030-01-01", "@type": "xsd:date"})
SOONER = atom("odrl:dateTime", "lt", {"@value": "2028-01-01", "@type": "xsd:date"})


def use(*constraints: dict[str, Any], action: str = "use", **more: Any) -> dict[str, Any]:
    return {"permission": [{"action": action, **({"constraint": list(constraints)} if constraints else {})}], **more}


def given(policy: dict[str, Any], *, own: bool = False, name: str = "a") -> FoundInput:
    """Return an input of our own, or one under an agreement with a partner about its dataset."""
    framed = {"@type": "Offer", "@id": "urn:o", **policy}
    if not own:
        parties = {"assigner": "urn:them", "assignee": "urn:us", "target": f"urn:{name}"}
        framed = {**framed, "@type": "Agreement", **parties}
    lineage = InputLineage(name=name, dataset=f"urn:{name}", title={"en": name.upper()})
    return FoundInput(lineage=lineage, policy=msgspec.json.encode(framed), own=own)


def combine(*inputs: FoundInput) -> Compiled:
    found = find_terms(LIBRARY, inputs)
    assert isinstance(found, Compiled), found
    return found


def is_within(allowed: Compiled, policy: dict[str, Any]) -> bool:
    return find_wider(LIBRARY, allowed, msgspec.json.encode({"@type": "Offer", "@id": "urn:p", **policy})) is None


def test_constraints_of_all_inputs_hold_and_the_parties_of_none() -> None:
    allowed = combine(given(use(TRAFFIC)), given(use(BEFORE), name="b"), given(use(SOONER), own=True, name="c"))
    assert is_within(allowed, use(TRAFFIC, SOONER))
    assert not is_within(allowed, use(TRAFFIC))
    assert not is_within(allowed, use(TRAFFIC, BEFORE))
    written = msgspec.json.encode(write_terms(allowed))
    assert b"urn:them" not in written
    assert b"urn:us" not in written
    assert is_within(allowed, write_terms(allowed))


def test_duties_and_prohibitions_are_united() -> None:
    one = given(use(obligation=[{"action": "odrl:delete"}]))
    other = given(use(prohibition=[{"action": "odrl:print"}]), name="b")
    allowed = combine(one, other)
    assert is_within(allowed, use(obligation=[{"action": "odrl:delete"}], prohibition=[{"action": "odrl:print"}]))
    assert not is_within(allowed, use(prohibition=[{"action": "odrl:print"}]))
    assert not is_within(allowed, use(obligation=[{"action": "odrl:delete"}]))


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (use(action="odrl:display"), "derive"),
        (use(action="odrl:derive"), "distribute"),
        (use(prohibition=[{"action": "odrl:distribute"}]), "distribute"),
        (use(prohibition=[{"action": "odrl:derive", "constraint": [BEFORE]}]), "derive"),
    ],
)
def test_an_agreement_that_forbids_derivation_or_distribution_makes_no_product(
    policy: dict[str, Any], said: str
) -> None:
    found = find_terms(LIBRARY, [given(policy)])
    assert isinstance(found, NoTerms)
    assert said in found.texts["en"]
    assert "A" in found.texts["de"]


def test_own_data_needs_no_permission_to_derive() -> None:
    assert is_within(combine(given(use(action="odrl:display"), own=True)), use(action="odrl:display"))


def test_terms_that_exclude_each_other_make_no_product() -> None:
    late = atom("odrl:dateTime", "gteq", {"@value": "2031-01-01", "@type": "xsd:date"})
    found = find_terms(LIBRARY, [given(use(BEFORE)), given(use(late), name="b")])
    assert isinstance(found, NoTerms)
    assert "exclude each other" in found.texts["en"]


def test_what_cannot_be_read_makes_no_product_and_no_offer() -> None:
    broken = msgspec.structs.replace(given(use()), policy=b'{"@type": "Agreement", "permission": [{"action": 7}]}')
    assert isinstance(find_terms(LIBRARY, [broken]), NoTerms)
    assert find_wider(LIBRARY, combine(given(use())), b'{"permission": 7}') is not None


def test_an_offer_that_is_wider_is_told_where() -> None:
    found = find_wider(
        LIBRARY, combine(given(use(BEFORE))), msgspec.json.encode({"@type": "Offer", "@id": "u", **use()})
    )
    assert found is not None
    assert "point in time" in found["en"]
    assert terms.find_wider(LIBRARY, combine(given(use())), msgspec.json.encode({"@id": "u", **use(BEFORE)})) is None
