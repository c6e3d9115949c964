"""A purpose that our people state is one that exists, and one that the terms allow; else nothing is asked."""

import pytest

from connector.controlplane.core.errors import Invalid
from connector.controlplane.usecases.asking.purposes import read_purpose
from connector.ports.entities import PageBounds
from tests.controlplane.agreements import LIBRARY, atom
from tests.controlplane.usecases.test_negotiation import Json, ask, show, using
from tests.support.plane import OWNER, Desk

TRANSPORT = atom("odrl:purpose", "isA", "dpv:ImproveTransportMobility")
NO_COMMERCE: Json = {
    **using(),
    "prohibition": [{"action": "use", "constraint": [atom("odrl:purpose", "isA", "dpv:CommercialPurpose")]}],
}


@pytest.mark.parametrize(
    ("text", "iri"),
    [
        ("dpv:Marketing", "https://w3id.org/dpv#Marketing"),
        ("https://w3id.org/dpv#Marketing", "https://w3id.org/dpv#Marketing"),
        ("https://city.example/purposes/7", "https://city.example/purposes/7"),
        ("urn:city:purpose", "urn:city:purpose"),
    ],
)
def test_a_purpose_is_a_term_or_an_absolute_iri(text: str, iri: str) -> None:
    assert read_purpose(LIBRARY.operands, text) == iri


@pytest.mark.parametrize("text", ["dies und das", "", "research!", "dpv:Nonsense", "urn:with space", "1:x", ":x"])
async def test_any_other_purpose_is_refused_before_asking(desk: Desk, text: str) -> None:
    show(desk, using(TRANSPORT))
    with pytest.raises(Invalid, match="absolute IRI") as caught:
        await ask(desk, purpose=text)
    assert caught.value.code == "unknown-purpose"
    assert "absolute IRI" in caught.value.reasons["de"]
    assert await desk.store.negotiations(OWNER, PageBounds()) == ([], None)


@pytest.mark.parametrize(
    ("policy", "purpose"),
    [
        (using(TRANSPORT), "dpv:Marketing"),
        (using(atom("odrl:purpose", "eq", "dpv:Marketing")), "dpv:AcademicResearch"),
        (using(atom("odrl:purpose", "neq", "dpv:Marketing")), "dpv:Marketing"),
        (NO_COMMERCE, "dpv:CommercialPurpose"),
        (NO_COMMERCE, "dpv:CommercialResearch"),
    ],
)
async def test_a_purpose_that_the_terms_exclude_is_refused_before_asking(
    desk: Desk, policy: Json, purpose: str
) -> None:
    show(desk, policy)
    with pytest.raises(Invalid):
        await ask(desk, purpose=purpose)
    assert await desk.store.negotiations(OWNER, PageBounds()) == ([], None)


@pytest.mark.parametrize(
    ("policy", "purpose"), [(using(TRANSPORT), "dpv:ImproveTransportMobility"), (NO_COMMERCE, "dpv:AcademicResearch")]
)
async def test_a_purpose_that_the_terms_allow_is_asked_for(desk: Desk, policy: Json, purpose: str) -> None:
    show(desk, policy)
    process = await ask(desk, purpose=purpose)
    assert purpose.removeprefix("dpv:").encode() in process.offer
