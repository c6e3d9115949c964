"""The meet of two policies, and the provider's answers: bounded, monotone, never more than the reservation."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.policy.analysis.contains import contains
from connector.policy.analysis.findings import Containment, Finding
from connector.policy.analysis.negotiate import (
    MOST_ROUNDS,
    AcceptRequest,
    CounterOffer,
    NoAgreement,
    PersonNeeded,
    respond,
)
from connector.policy.model.dump import dump
from connector.policy.model.policy import ODRL
from tests.policy.analysis import generate
from tests.policy.analysis.support import EVERY_TIER, before, purpose, times, use
from tests.policy.support import atom, build

UID = "urn:counter"


OFFER = use(purpose("dpv:ResearchAndDevelopment"), times(100), atom("odrl:spatial", "isPartOf", "EU"))


RESERVE = use(purpose("dpv:ResearchAndDevelopment"), times(1000), atom("odrl:spatial", "isPartOf", "world"))


CONTAINED = Containment.CONTAINED


def test_a_narrower_request_is_agreed_as_it_is() -> None:
    request = use(purpose("dpv:AcademicResearch"), times(5), atom("odrl:spatial", "isPartOf", "DE"))
    assert respond(OFFER, request, uid=UID) == AcceptRequest(request.policy)


def test_a_wider_request_is_countered_and_later_met_within_the_reservation() -> None:
    request = use(purpose("dpv:AcademicResearch"), times(500), atom("odrl:spatial", "isPartOf", "world"))
    first = respond(OFFER, request, uid=UID, concessions=[RESERVE])
    assert isinstance(first, CounterOffer)
    assert first.level == 0
    assert contains(OFFER, build(first.policy)).verdict is CONTAINED
    second = respond(OFFER, request, uid=UID, concessions=[RESERVE], round_number=2, level=first.level)
    assert second == AcceptRequest(request.policy)
    greedy = use(purpose("dpv:AcademicResearch"), times(9000), atom("odrl:spatial", "isPartOf", "world"))
    third = respond(OFFER, greedy, uid=UID, concessions=[RESERVE], round_number=3, level=1)
    assert isinstance(third, CounterOffer)
    assert contains(RESERVE, build(third.policy)).verdict is CONTAINED
    assert "1000" in str(dump(third.policy))


def test_what_even_the_reservation_excludes_ends_the_negotiation_without_telling_it() -> None:
    kept = use(purpose("dpv:ResearchAndDevelopment"), times(1000), atom("odrl:spatial", "isPartOf", "DE"))
    offer = use(purpose("dpv:ResearchAndDevelopment"), times(100), atom("odrl:spatial", "isPartOf", "DE-BW"))
    request = use(purpose("dpv:AcademicResearch"), times(5), atom("odrl:spatial", "isPartOf", "FR"))
    found = respond(offer, request, uid=UID, concessions=[kept])
    assert isinstance(found, NoAgreement)
    assert found.reasons[0].operands == (ODRL + "spatial",)
    assert respond(offer, request, uid=UID) == found


@pytest.mark.parametrize(
    ("offered", "asked", "ends"),
    [
        (purpose("dpv:NonCommercialPurpose"), purpose("dpv:ScientificResearch", "eq"), False),
        (purpose("dpv:ResearchAndDevelopment"), purpose("dpv:Marketing"), False),
        (purpose("dpv:PublicBenefit"), atom("odrl:purpose", "isAnyOf", ["dpv:Marketing", "dpv:Advertising"]), False),
        (purpose("dpv:Marketing", "neq"), purpose("dpv:Marketing", "eq"), True),
        (atom("odrl:spatial", "isPartOf", "DE"), atom("odrl:spatial", "eq", "FR"), True),
        (atom("dk:role", "eq", "urn:a"), atom("dk:role", "eq", "urn:b"), None),
        (atom("dk:participant", "eq", "urn:a"), atom("dk:participant", "eq", "urn:b"), True),
    ],
)
def test_terms_of_a_vocabulary_that_calls_them_not_exclusive_are_for_a_person(
    offered: object, asked: object, ends: bool | None
) -> None:
    found = respond(use(offered), use(asked), uid=UID)
    if ends is None:
        assert not isinstance(found, NoAgreement)
    else:
        assert isinstance(found, NoAgreement if ends else PersonNeeded)
        assert (found.reasons[0].code == "unrelated-terms") is not ends


def test_another_reason_to_part_ends_the_negotiation_although_purposes_are_unrelated() -> None:
    asked = use(purpose("dpv:Marketing"), atom("odrl:spatial", "isPartOf", "CH"))
    assert isinstance(respond(OFFER, asked, uid=UID), NoAgreement)


def test_a_request_beside_the_offer_meets_the_reservation_at_once() -> None:
    european = use(purpose("dpv:AcademicResearch"), times(5), atom("odrl:spatial", "isPartOf", "CH"))
    found = respond(OFFER, european, uid=UID, concessions=[RESERVE])
    assert isinstance(found, CounterOffer)
    assert found.level == 1


def test_what_cannot_be_told_waits_for_a_person() -> None:
    assert isinstance(respond(OFFER, use(purpose("urn:other:purpose", "eq"), times(5)), uid=UID), PersonNeeded)
    narrower = use(purpose("dpv:AcademicResearch"), times(1))
    found = respond(OFFER, use(), uid=UID, concessions=[narrower])
    assert found == PersonNeeded((Finding("reservation-narrower"),))


def test_rounds_are_bounded_and_a_request_about_the_past_is_refused() -> None:
    assert respond(OFFER, OFFER, uid=UID, round_number=MOST_ROUNDS + 1) == NoAgreement((Finding("rounds-exhausted"),))
    past = use(before("2026-01-01T00:00:00Z"))
    found = respond(use(), past, uid=UID, now=datetime(2026, 5, 4, tzinfo=UTC))
    assert found == NoAgreement((Finding("nothing-granted"),))


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_answers_to_one_request_only_ever_widen_up_to_the_last_concession(data: st.DataObject) -> None:
    found = generate.pair(lambda values: data.draw(st.sampled_from(list(values))))
    if found is None:
        return
    published, request = found
    wider = use()
    level, last = 0, None
    for number in range(1, MOST_ROUNDS + 2):
        answer = respond(published, request, uid=UID, concessions=[wider], round_number=number, level=level)
        if not isinstance(answer, CounterOffer):
            assert not isinstance(answer, AcceptRequest) or contains(wider, request).verdict is CONTAINED
            break
        assert answer.level >= level
        counter = build(answer.policy, accept=EVERY_TIER)
        assert contains((published, wider)[answer.level], counter).verdict is CONTAINED
        assert contains(request, counter).verdict is CONTAINED
        assert last is None or contains(counter, last).verdict is not Containment.NOT_CONTAINED
        level, last = answer.level, counter
        assert number <= MOST_ROUNDS
