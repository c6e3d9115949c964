"""A purpose that the permissions of a policy have in common is declared; the participant list takes precedence."""

import msgspec
import pytest

from connector.controlplane.judging.declared import declare, find_purpose
from connector.controlplane.judging.judgement import judge
from connector.policy.compiling.compiled import Compiled
from connector.policy.model.situation import Phase
from tests.controlplane.agreements import LIBRARY, USE, Json, atom
from tests.controlplane.judging.test_situations import of_city
from tests.support.plane import Desk

TRANSPORT, PUBLIC, ADVERTISING = "dpv:ImproveTransportMobility", "dpv:PublicBenefit", "dpv:Advertising"
RESEARCH, ACADEMIC = "dpv:ResearchAndDevelopment", "dpv:AcademicResearch"
FULL = "https://w3id.org/dpv#ImproveTransportMobility"
STATED = atom("odrl:purpose", "eq", TRANSPORT)


def written(*permissions: list[Json], prohibited: str = "") -> bytes:
    prohibition = [{**USE, "constraint": [atom("odrl:purpose", "isA", prohibited)]}] if prohibited else []
    rules = [{**USE, "constraint": constraints} for constraints in permissions]
    more = {"prohibition": prohibition} if prohibition else {}
    return msgspec.json.encode({"@type": "Offer", "@id": "urn:offer", "permission": rules, **more})


@pytest.mark.parametrize(
    ("permissions", "purpose"),
    [
        ([[STATED]], FULL),
        ([[{"and": [STATED, atom("odrl:count", "lteq", 5)]}]], FULL),
        ([[STATED], [STATED, atom("odrl:count", "lteq", 5)]], FULL),
        ([[atom("odrl:purpose", "isA", TRANSPORT)]], None),
        ([[atom("odrl:purpose", "neq", TRANSPORT)]], None),
        ([[{"or": [STATED, atom("odrl:count", "lteq", 5)]}]], None),
        ([[STATED], [atom("odrl:count", "lteq", 5)]], None),
        ([[STATED], [atom("odrl:purpose", "eq", PUBLIC)]], None),
        ([[]], None),
    ],
)
def test_only_what_limits_every_permission_is_a_stated_purpose(permissions: list[list[Json]], purpose: str) -> None:
    compiled = LIBRARY.compile(written(*permissions))
    assert isinstance(compiled, Compiled)
    assert find_purpose(compiled) == purpose
    assert declare(of_city(), compiled).purpose == purpose
    assert declare(msgspec.structs.replace(of_city(), purpose="urn:p"), compiled).purpose == "urn:p"


@pytest.mark.parametrize(
    ("claims", "document", "denied"),
    [
        ({}, written([atom("odrl:purpose", "isA", TRANSPORT)]), True),
        ({}, written([STATED]), False),
        ({"purpose": (TRANSPORT,)}, written([atom("odrl:purpose", "isA", TRANSPORT)]), False),
        ({"purpose": (ADVERTISING,)}, written([STATED]), True),
        ({}, written([], prohibited="dpv:CommercialPurpose"), True),
        ({}, written([STATED], prohibited="dpv:CommercialPurpose"), False),
        ({}, written([atom("odrl:purpose", "eq", "dpv:CommercialPurpose")], prohibited="dpv:CommercialPurpose"), True),
        ({"purpose": ("dpv:CommercialPurpose",)}, written([STATED], prohibited="dpv:CommercialPurpose"), True),
        # A declared purpose that a claim contains counts, and another one does not replace it.
        ({"purpose": (RESEARCH,)}, written([atom("odrl:purpose", "eq", ACADEMIC)]), False),
        ({"purpose": (ACADEMIC,)}, written([atom("odrl:purpose", "eq", RESEARCH)]), True),
        ({"purpose": (RESEARCH,)}, written([atom("odrl:purpose", "eq", ACADEMIC)], prohibited=RESEARCH), True),
        # Of several claims the declared purpose chooses one.
        ({"purpose": (TRANSPORT, RESEARCH)}, written([STATED]), False),
        ({"purpose": (TRANSPORT, RESEARCH)}, written([atom("odrl:purpose", "eq", ACADEMIC)]), False),
        ({"purpose": (TRANSPORT, RESEARCH)}, written([atom("odrl:purpose", "eq", ADVERTISING)]), True),
        ({"purpose": (TRANSPORT, ADVERTISING)}, written([STATED], prohibited="dpv:CommercialPurpose"), False),
    ],
)
def test_the_purpose_is_decided_before_signing_and_a_claim_prevails(
    desk: Desk, claims: dict[str, tuple[str, ...]], document: bytes, denied: bool
) -> None:
    found = judge(desk.rooms.evaluator, document, of_city(**claims), "urn:dataset", Phase.NEGOTIATION)
    assert found.denied is denied
    if denied and not claims and b"eq" not in document:
        assert "Name the purpose with the request" in found.reasons["en"]
        assert "Teilnehmerliste" in found.reasons["de"]


def test_several_purposes_in_the_list_are_named_with_the_way_to_choose_one(desk: Desk) -> None:
    document = written([atom("odrl:purpose", "isA", TRANSPORT)])
    found = judge(
        desk.rooms.evaluator, document, of_city(purpose=(TRANSPORT, RESEARCH)), "urn:dataset", Phase.NEGOTIATION
    )
    assert found.denied
    assert "several stated: improving transport and mobility, research and development" in found.reasons["en"]
    assert "Name the purpose with the request" in found.reasons["en"]
    assert "mehreres angegeben: " in found.reasons["de"]
