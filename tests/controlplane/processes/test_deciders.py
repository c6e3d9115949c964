"""Who decides a negotiation, and how: by policies alone as far as they tell, else by a person."""

import msgspec
import pytest

from connector.controlplane.usecases.offering import assets
from connector.ports.decider import Agree, HoldFor, Terminate, Verify, Wait
from connector.ports.entities import DataClass
from connector.protocol.dsp.machines.negotiation_machine import Negotiation, NegotiationState
from tests.controlplane.agreements import atom
from tests.controlplane.processes.bargain import (
    ACADEMIC,
    RESEARCH,
    Json,
    counter_offer,
    decided,
    offered,
    requested,
    terms,
)
from tests.support.plane import CITY, ME, Desk


async def test_the_offer_itself_is_agreed_in_whatever_spelling(desk: Desk) -> None:
    await offered(desk, terms(RESEARCH, 10))
    assert await decided(desk, requested(terms(RESEARCH, 10))) == Agree()
    spelt = msgspec.json.decode(
        msgspec.json.encode(terms(RESEARCH, 10)).replace(b'"odrl:', b'"http://www.w3.org/ns/odrl/2/')
    )
    assert await decided(desk, requested(spelt)) == Agree()


@pytest.mark.parametrize(
    "change",
    [
        {"action": "odrl:http://www.w3.org/ns/odrl/2/use"},
        {"odrl:http://www.w3.org/ns/odrl/2/duty": []},
        {"odrl:consequence": [], "duty": "pay"},
    ],
)
async def test_words_that_cannot_be_read_are_not_signed_although_they_look_like_those_of_the_offer(
    desk: Desk, change: Json
) -> None:
    await offered(desk, None)
    step = await decided(desk, requested({"permission": [{"action": "use", **change}]}))
    assert isinstance(step, Terminate), step


async def test_whom_the_terms_exclude_is_told_why(desk: Desk) -> None:
    await offered(desk, terms(RESEARCH, 10))
    for asked in (terms(RESEARCH, 10), terms(RESEARCH, 5)):
        step = await decided(desk, requested(asked, claims={"purpose": ["dpv:Marketing"]}))
        assert isinstance(step, Terminate)
        assert step.code == "not-permitted"
        assert step.reason.startswith("Purpose: expected research and development; stated marketing.")
        assert step.reasons["de"].startswith("Zweck: erwartet Forschung und Entwicklung; angegeben Marketing.")


@pytest.mark.parametrize(
    ("constraint", "agreed"),
    [
        (atom("odrl:dateTime", "gteq", {"@value": "2027-01-01", "@type": "xsd:date"}), True),
        (atom("odrl:dateTime", "lt", {"@value": "2025-01-01", "@type": "xsd:date"}), False),
        (atom("dk:timeOfDay", "lt", {"@value": "06:00:00", "@type": "xsd:time"}), True),
        (atom("dk:dayOfWeek", "eq", "Sunday"), True),
        (atom("odrl:elapsedTime", "gteq", {"@value": "P30D", "@type": "xsd:duration"}), True),
    ],
)
async def test_a_contract_is_made_before_its_time_has_come_but_not_after(
    desk: Desk, constraint: Json, agreed: bool
) -> None:
    await offered(desk, None)
    step = await decided(desk, requested({"permission": [{"action": "use", "constraint": [constraint]}]}))
    assert (step == Agree()) is agreed, step


async def test_delicate_data_is_given_by_a_person_and_refused_without_one(desk: Desk) -> None:
    await offered(desk, terms(RESEARCH, 10), data_class=DataClass.CONFIDENTIAL)
    for asked in (terms(RESEARCH, 10), terms(ACADEMIC, 5), terms(ACADEMIC, 50)):
        answer = await decided(desk, requested(asked), DataClass.CONFIDENTIAL)
        assert isinstance(answer, HoldFor)
        assert "vertraulich" in answer.reasons["de"]
    step = await decided(
        desk, requested(terms("dpv:Marketing"), claims={"purpose": ["dpv:Marketing"]}), DataClass.CONFIDENTIAL
    )
    assert isinstance(step, Terminate)


async def test_what_this_side_has_offered_itself_and_the_peer_accepts_is_not_approved_again(desk: Desk) -> None:
    data_class = DataClass.CONFIDENTIAL
    await offered(desk, terms(RESEARCH, 10), data_class=data_class)
    own = terms(ACADEMIC, 5)
    assert isinstance(await decided(desk, requested(own), data_class), HoldFor)
    assert await decided(desk, requested(own, state=NegotiationState.ACCEPTED), data_class) == Agree()
    gone = requested(own, state=NegotiationState.ACCEPTED, claims={"purpose": ["dpv:Marketing"]})
    assert isinstance(await decided(desk, gone, data_class), Terminate)


async def test_what_is_no_longer_offered_is_not_agreed(desk: Desk) -> None:
    await offered(desk, None)
    await assets.withdraw(desk.rooms.publisher, "air")
    step = await decided(desk, requested({"permission": [{"action": "use"}]}))
    assert isinstance(step, Terminate)
    assert step.code == "withdrawn"


async def test_nothing_is_decided_while_it_is_the_peers_turn(desk: Desk) -> None:
    await offered(desk, None)
    process = requested({"permission": [{"action": "use"}]}, state=NegotiationState.AGREED)
    assert await decided(desk, process) == Wait()


UNREADABLE = {"permission": [{"action": "use", "constraint": [atom("inForceDate", "lteq", "contractAgreement+8s")]}]}


@pytest.mark.parametrize("asked", [None, UNREADABLE, {"permission": [{"action": "use"}]}])
async def test_an_offer_that_cannot_be_read_ends_the_negotiation_of_a_consumer(desk: Desk, asked: Json | None) -> None:
    step = await decided(desk, counter_offer(asked, UNREADABLE))
    assert isinstance(step, Terminate)
    assert step.code == "not-acceptable"
    assert "inForceDate" in step.reason


def agreed(offer: Json, agreement: Json) -> Negotiation:
    process = counter_offer(offer, offer)
    frame = {"@type": "Agreement", "@id": "urn:agreement:1", "target": "air", "assigner": CITY, "assignee": ME}
    return msgspec.structs.replace(
        process, state=NegotiationState.AGREED, agreement=msgspec.json.encode(frame | agreement)
    )


async def test_an_agreement_is_verified_only_on_terms_that_can_be_read_and_say_what_was_accepted(desk: Desk) -> None:
    known = terms(RESEARCH, 10)
    assert await decided(desk, agreed(known, known)) == Verify()
    for offer, agreement, code in (
        (UNREADABLE, UNREADABLE, "not-acceptable"),
        (known, terms(RESEARCH, 11), "other-terms"),
        (known, {**known, "@context": {"odrl": "https://peer.example/terms#"}}, "other-terms"),
        (known, {**known, "profile": "https://peer.example/terms"}, "other-terms"),
    ):
        step = await decided(desk, agreed(offer, agreement))
        assert isinstance(step, Terminate)
        assert step.code == code
