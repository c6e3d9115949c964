"""Requests that differ from the offer are agreed, countered, refused or held; consumers check counter-offers."""

import copy
import random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.controlplane.core import documents
from connector.controlplane.core.errors import Invalid
from connector.controlplane.core.messages import plan_negotiation
from connector.controlplane.processes.deciders import ByPolicy
from connector.policy.analysis.proving.evaluate import grant_example
from connector.policy.compiling.compiled import Compiled
from connector.policy.model.dump import dump
from connector.ports.decider import Accept, Agree, HoldFor, MakeOffer, Terminate
from connector.ports.entities import AssetStatus
from connector.protocol.dsp.machines.negotiation_machine import NegotiationState
from tests.controlplane.agreements import atom
from tests.controlplane.processes.bargain import (
    ACADEMIC,
    DELETE,
    RESEARCH,
    Json,
    counter_offer,
    decided,
    offered,
    requested,
    terms,
)
from tests.policy.analysis import generate
from tests.policy.analysis.test_sound import point
from tests.support.plane import CITY, ME, NOW, Desk


async def test_a_narrower_request_is_agreed_as_it_is(desk: Desk) -> None:
    await offered(desk, terms(RESEARCH, 10))
    assert await decided(desk, requested(terms(ACADEMIC, 5))) == Agree()
    assert await decided(desk, requested(terms(RESEARCH, 10, obligation=[{**DELETE, "assignee": CITY}]))) == Agree()


async def test_a_wider_request_is_answered_with_what_both_grant(desk: Desk) -> None:
    await offered(desk, terms(RESEARCH, 10))
    process = requested(terms(ACADEMIC, 500))
    step = await decided(desk, process)
    assert isinstance(step, MakeOffer)
    counter = msgspec.json.decode(step.policy)
    (rule,) = counter["permission"]
    assert {entry["leftOperand"]: entry["rightOperand"] for entry in rule["constraint"]} == {
        "odrl:purpose": {"@id": "https://w3id.org/dpv#AcademicResearch"},
        "odrl:count": {"@value": "10", "@type": "xsd:integer"},
    }
    assert "conflict" not in counter
    # It is a message that the state machine takes, and the consumer's answer is agreed as it stands.
    planned, _ = plan_negotiation(desk.rooms.context, process, step, ())
    accepted = msgspec.structs.replace(planned, state=NegotiationState.ACCEPTED, pending=None)
    assert await decided(desk, accepted) == Agree()
    again = requested(counter, rounds=3)
    assert await decided(desk, again) == Agree()


async def test_the_reservation_is_the_most_that_is_given_and_only_later(desk: Desk) -> None:
    asset = await offered(desk, terms(RESEARCH, 10), reservation=terms(RESEARCH, 100))
    assert b"100" not in asset.document
    assert isinstance(await decided(desk, requested(terms(ACADEMIC, 50))), MakeOffer)
    assert await decided(desk, requested(terms(ACADEMIC, 50), rounds=3)) == Agree()
    greedy = await decided(desk, requested(terms(ACADEMIC, 5000), rounds=3))
    assert isinstance(greedy, MakeOffer)
    assert b'"100"' in greedy.policy


async def test_a_negotiation_without_end_goes_to_a_person(desk: Desk) -> None:
    await offered(desk, terms(RESEARCH, 10))
    answer = await decided(desk, requested(terms(ACADEMIC, 500), rounds=11))
    assert isinstance(answer, HoldFor)
    assert "Five rounds" in answer.reason
    assert "fünf Runden" in answer.reasons["de"]


async def test_what_cannot_be_told_waits_for_a_person_with_the_findings_on_record(desk: Desk) -> None:
    await offered(desk, terms(RESEARCH, 10))
    sets = [atom("dk:role", "isAllOf", [f"urn:{number}:{name}" for name in range(60)]) for number in range(8)]
    either = {"or": [atom("dk:role", "isNoneOf", [f"urn:{number}"]) for number in range(20)]}
    claims = {"purpose": [ACADEMIC], "role": [role for entry in sets for role in entry["rightOperand"]]}
    asked = requested({"permission": [{"action": "use", "constraint": [*sets, either]}]}, claims=claims)
    answer = await ByPolicy(desk.rooms.enforcer, frozenset()).decide(asked, NOW)
    assert isinstance(answer, HoldFor)
    assert answer.who == "provider"
    assert answer.judged["compared"]["found"] == "hold"
    assert [entry["code"] for entry in answer.judged["compared"]["findings"]] == ["too-many-clauses"]


def by_channel(name: str) -> Json:
    return {"permission": [{"action": "use", "constraint": [atom("odrl:deliveryChannel", "eq", name)]}]}


async def test_terms_with_nothing_in_common_end_with_the_reason_in_both_languages(desk: Desk) -> None:
    await offered(desk, by_channel("HttpData-PULL"), reservation=by_channel("HttpData-PULL"))
    step = await decided(desk, requested(by_channel("HttpData-PUSH"), claims={}))
    assert isinstance(step, Terminate)
    assert step.code == "no-common-terms"
    assert step.reason == "Offer and request exclude each other: delivery channel. Ask for what is offered."
    assert step.reasons["de"].startswith("Angebot und Anfrage schließen sich aus: ")


async def test_a_stated_purpose_that_the_offer_does_not_cover_ends_the_negotiation(desk: Desk) -> None:
    await offered(desk, terms("dpv:NonCommercialPurpose", 10), reservation=terms("dpv:NonCommercialPurpose", 100))
    stated = {"permission": [{"action": "use", "constraint": [atom("odrl:purpose", "eq", "dpv:ScientificResearch")]}]}
    answer = await decided(desk, requested(stated, claims={}))
    assert isinstance(answer, Terminate)
    assert "stated scientific research" in answer.reason
    assert "100" not in str(answer)


async def test_what_cannot_be_told_goes_to_a_person(desk: Desk) -> None:
    await offered(desk, terms(RESEARCH))
    other = {"permission": [{"action": "use", "constraint": [atom("odrl:purpose", "eq", "urn:x:purpose")]}]}
    assert isinstance(await decided(desk, requested(other, claims={})), HoldFor)


@pytest.mark.parametrize(
    ("constraint", "said"),
    [
        (atom("odrl:mood", "eq", "good"), "Unknown left operand odrl:mood"),
        (atom("dk:waterLevel", "gt", "1"), "This connector cannot check a condition: water level."),
        (atom("odrl:purpose", "matches", ".*"), "Patterns are not supported"),
    ],
)
async def test_a_request_that_nothing_here_can_enforce_ends(desk: Desk, constraint: Json, said: str) -> None:
    await offered(desk, None)
    step = await decided(desk, requested({"permission": [{"action": "use", "constraint": [constraint]}]}))
    assert isinstance(step, Terminate)
    assert step.code == "not-acceptable"
    assert said.replace("odrl:mood", "http://www.w3.org/ns/odrl/2/mood") in step.reason


async def test_another_dataset_or_party_within_a_rule_is_not_agreed(desk: Desk) -> None:
    await offered(desk, {"permission": [{"action": "use"}]})
    elsewhere = {"permission": [{"action": "use", "target": "urn:secret"}]}
    somebody = {"permission": [{"action": "use", "assignee": "urn:stranger"}]}
    for asked in (elsewhere, somebody):
        assert not isinstance(await decided(desk, requested(asked)), Agree)


async def test_a_consumer_takes_what_is_no_more_than_it_asked_for(desk: Desk) -> None:
    asked = terms(RESEARCH, 50)
    assert await decided(desk, counter_offer(asked, asked)) == Accept()
    assert await decided(desk, counter_offer(asked, terms(ACADEMIC, 10))) == Accept()
    kept = terms(RESEARCH, 50, obligation=[DELETE])
    assert await decided(desk, counter_offer(kept, terms(RESEARCH, 5, obligation=[DELETE]))) == Accept()


@pytest.mark.parametrize(
    ("asked", "policy", "said"),
    [
        (None, terms(RESEARCH), "an offer of its own"),
        (terms(ACADEMIC), terms(RESEARCH), "differs from what was asked for"),
        (terms(RESEARCH), terms(RESEARCH, obligation=[DELETE]), "duties that were not asked for: delete."),
    ],
)
async def test_a_consumer_asks_a_person_about_anything_else(
    desk: Desk, asked: Json | None, policy: Json, said: str
) -> None:
    answer = await decided(desk, counter_offer(asked, policy))
    assert isinstance(answer, HoldFor)
    assert said in answer.reason
    assert answer.who == "consumer"


UNKNOWN_HERE = ("dk:aggregationLevel", "dk:recordRegion", "odrl:industry", "target")


def drawn(rng: random.Random) -> Json:
    """A generated offer of which somebody here can check everything."""
    while True:
        found: Json = generate.document(rng.choice)
        if not any(name in str(found) for name in UNKNOWN_HERE):
            for rule in found["permission"]:
                rule["action"] = "use"
            return found


@given(st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
async def test_whatever_is_agreed_is_contained_in_the_offer(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    rng = random.Random(seed)
    desk = Desk(tmp_path_factory.mktemp("desk"))
    offer = drawn(rng)
    request = generate.edited(offer, rng.choice)
    for document in (offer, request):
        document.pop("conflict", None)
    try:
        asset = await offered(desk, offer)
    except Invalid:
        return
    process = requested({name: value for name, value in request.items() if name[0] != "@"}, claims={})
    step = await decided(desk, process)
    given_away = process.offer if isinstance(step, Agree) else step.policy if isinstance(step, MakeOffer) else None
    if given_away is None:
        return
    framed = [
        documents.make_message_offer(policy, offer_id="urn:o", target="urn:t:1", assigner=ME, assignee="urn:p:x")
        for policy in (given_away, asset.policy)
    ]
    agreed, limit = (desk.rooms.evaluator.library.compile(policy) for policy in framed)
    assert isinstance(agreed, Compiled)
    assert isinstance(limit, Compiled)
    for _ in range(60):
        example = point(rng.choice)
        if grant_example(agreed, example) is not None:
            assert grant_example(limit, example) is not None, (dump(agreed.policy), example)
    assert asset.status is AssetStatus.PUBLISHED


_MILLION = atom("odrl:payAmount", "eq", "1000000") | {"unit": "http://dbpedia.org/resource/Euro"}
PAY = {"action": "odrl:compensate", "constraint": [_MILLION]}
INFORM = {"action": "odrl:inform"}
OURS: tuple[Json, ...] = (
    {},
    {"assignee": ME},
    {"assigner": CITY, "assignee": ME},
    {"assignee": CITY, "compensatingParty": ME},
)
BAN = {"action": "odrl:sell"}


def owing(rule: Json, parties: Json) -> Json:
    return {**copy.deepcopy(rule), **parties}


def named(duty: Json) -> Json:
    """The consumer for the rule of a duty that has parties of its own; a duty without any is that of its rule."""
    return {"assignee": CITY} if "assignee" in duty else {}


def add_obligation(policy: Json, duty: Json) -> None:
    policy.setdefault("obligation", []).append(duty)


def add_duty(policy: Json, duty: Json) -> None:
    policy["permission"][0].setdefault("duty", []).append(duty)


def add_remedy(policy: Json, duty: Json) -> None:
    policy.setdefault("prohibition", []).append({**BAN, **named(duty), "remedy": [duty]})


def add_consequence(policy: Json, duty: Json) -> None:
    add_obligation(policy, {**DELETE, **named(duty), "consequence": [duty]})


def add_permission(policy: Json, duty: Json) -> None:
    rule = copy.deepcopy(policy["permission"][0])
    policy["permission"].append({**rule, "duty": [duty]})


def add_reverse_permission(policy: Json, duty: Json) -> None:
    rule = copy.deepcopy(policy["permission"][0])
    policy["permission"].append({**rule, "assigner": CITY, "assignee": ME, "duty": [duty]})


PLACES = (add_obligation, add_duty, add_remedy, add_consequence, add_permission, add_reverse_permission)


@given(
    st.sampled_from(
        [terms(RESEARCH, 10), terms(RESEARCH, 10, obligation=[DELETE]), {"permission": [{"action": "use"}]}]
    ),
    st.lists(
        st.tuples(st.sampled_from(PLACES), st.sampled_from([PAY, INFORM]), st.sampled_from(OURS)),
        min_size=1,
        max_size=3,
    ),
    st.booleans(),
)
@settings(max_examples=120, deadline=None)
async def test_no_burden_on_this_side_is_agreed_or_offered_unseen(
    tmp_path_factory: pytest.TempPathFactory, offer: Json, additions: list[Any], narrower: bool
) -> None:
    desk = Desk(tmp_path_factory.mktemp("desk"))
    await offered(desk, offer)
    asked = copy.deepcopy(offer)
    if narrower:
        asked["permission"][0].setdefault("constraint", []).append(atom("odrl:count", "lteq", 3))
    for place, duty, parties in additions:
        place(asked, owing(duty, parties))
    step = await decided(desk, requested(asked))
    assert not isinstance(step, Agree | MakeOffer), asked
    countered = await decided(desk, counter_offer(offer, asked))
    assert not isinstance(countered, Accept), asked


@pytest.mark.parametrize("rule", [{**BAN, "assignee": ME}, {**BAN, "assigner": CITY, "assignee": ME}])
async def test_a_prohibition_for_this_side_is_for_a_person(desk: Desk, rule: Json) -> None:
    await offered(desk, terms(RESEARCH))
    asked = terms(ACADEMIC, prohibition=[rule])
    assert not isinstance(await decided(desk, requested(asked)), Agree | MakeOffer)
    assert await decided(desk, counter_offer(terms(RESEARCH), asked)) != Accept()


async def test_a_prohibition_that_a_consumer_did_not_ask_for_is_for_a_person(desk: Desk) -> None:
    asked = terms(RESEARCH, 50)
    answer = await decided(desk, counter_offer(asked, terms(RESEARCH, 5, prohibition=[BAN])))
    assert isinstance(answer, HoldFor)
    assert "prohibition" in answer.reason


async def test_what_restricts_the_consumer_alone_is_agreed(desk: Desk) -> None:
    await offered(desk, terms(RESEARCH, 10, obligation=[DELETE]))
    owed = {**PAY, "assignee": CITY}
    for more in (
        {"obligation": [DELETE]},
        {"obligation": [DELETE, owed]},
        {"obligation": [DELETE], "prohibition": [BAN]},
    ):
        assert await decided(desk, requested(terms(ACADEMIC, 5, **more))) == Agree(), more


async def test_a_duty_of_the_offer_for_this_side_is_agreed(desk: Desk) -> None:
    own = terms(RESEARCH, 10, obligation=[{"action": "odrl:inform", "assignee": ME}])
    await offered(desk, own)
    assert await decided(desk, requested(own)) == Agree()
    assert await decided(desk, requested({**own, **terms(ACADEMIC, 5)})) == Agree()


async def test_a_duty_that_a_consumer_asked_for_may_name_it(desk: Desk) -> None:
    asked = terms(RESEARCH, 50, obligation=[DELETE])
    named = terms(RESEARCH, 5, obligation=[{**DELETE, "assignee": ME}])
    assert await decided(desk, counter_offer(asked, named)) == Accept()


async def test_a_request_for_what_the_data_or_this_connector_never_is_ends_before_a_contract(desk: Desk) -> None:
    await offered(desk, terms(RESEARCH, 10))
    german = terms(RESEARCH, 10)
    german["permission"][0]["constraint"].append(atom("odrl:language", "eq", "de"))
    step = await decided(desk, requested(german))
    assert isinstance(step, Terminate)
    assert "nothing stated by the provider. Only the provider can change this" in str(step)
    elsewhere = terms(RESEARCH, 10)
    elsewhere["permission"][0]["constraint"].append(atom("odrl:deliveryChannel", "eq", "S3"))
    step = await decided(desk, requested(elsewhere))
    assert isinstance(step, Terminate)
    assert "HttpData-PULL" in str(step)
