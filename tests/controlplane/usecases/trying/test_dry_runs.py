"""A dry run reads the facts of the asset, the agreement and the participant list, and stores nothing."""

import pytest

from connector.controlplane.core.errors import Invalid, NoSuchEntity
from connector.controlplane.usecases.trying.dry_runs import decide_question
from connector.ports.changes import AddUsage
from connector.ports.entities import PageBounds
from connector.views.policies import TrialOrder
from tests.controlplane.agreements import AGREEMENT, USE, atom, conclude, provider, publish
from tests.controlplane.processes.bargain import RESEARCH, offered, terms
from tests.support.plane import CITY, NOW, OWNER, Desk

POLICY = {"permission": [{**USE, "constraint": [atom("dk:role", "eq", "provider")]}]}


@pytest.mark.parametrize("question", [TrialOrder(), TrialOrder(policy=POLICY, asset="air")])
async def test_exactly_one_policy_is_required(desk: Desk, question: TrialOrder) -> None:
    with pytest.raises(Invalid, match="give one of policy, asset or agreement"):
        await decide_question(desk.rooms.evaluator, question)


async def test_claims_come_from_the_participant_list_unless_the_question_gives_them(desk: Desk) -> None:
    evaluator = desk.rooms.evaluator
    assert (await decide_question(evaluator, TrialOrder(policy=POLICY, participant=CITY))).verdict == "permit"
    assert (await decide_question(evaluator, TrialOrder(policy=POLICY, participant="urn:x"))).verdict == "deny"
    other = TrialOrder(policy=POLICY, participant=CITY, facts={"role": ("urn:role:guest",)})
    assert (await decide_question(evaluator, other)).verdict == "deny"


async def test_an_asset_is_tried_with_its_policy_and_its_facts(desk: Desk) -> None:
    await offered(desk, terms(RESEARCH), media_type="text/csv")
    allowed = TrialOrder(asset="air", facts={"purpose": ("dpv:AcademicResearch",)})
    assert (await decide_question(desk.rooms.evaluator, allowed)).verdict == "permit"
    denied = await decide_question(desk.rooms.evaluator, TrialOrder(asset="air"))
    assert denied.verdict == "deny"
    assert denied.reasons["en"]


async def test_an_agreement_is_tried_with_its_use_so_far_and_nothing_is_stored(desk: Desk) -> None:
    rooms = provider(desk.rooms)
    await publish(rooms, {"kind": "file"})
    await conclude(rooms, permission=[{**USE, "constraint": [atom("odrl:count", "lteq", "1")]}])
    question = TrialOrder(agreement=AGREEMENT)
    assert (await decide_question(rooms.evaluator, question)).verdict == "permit"
    assert (await decide_question(rooms.evaluator, question)).verdict == "permit"
    await rooms.context.store.commit([AddUsage(OWNER, AGREEMENT, uses=1, at=NOW)])
    assert (await decide_question(rooms.evaluator, question)).verdict == "deny"
    leaves, _ = await rooms.context.store.leaves(OWNER, PageBounds())
    assert leaves == []


async def test_an_asset_is_tried_with_the_age_of_its_data_and_the_events_that_are_declared(desk: Desk) -> None:
    age = atom("dk:dataAge", "lteq", {"@value": "PT1H", "@type": "xsd:duration"})
    calm = atom("odrl:event", "neq", "urn:event:flood")
    await offered(desk, {"permission": [{**USE, "constraint": [age, calm]}]})
    for changed, verdict in ((NOW - 1, "permit"), (NOW - 3_600_001, "deny"), (None, "deny")):
        desk.dataplane.changed = changed
        assert (await decide_question(desk.rooms.evaluator, TrialOrder(asset="air"))).verdict == verdict


@pytest.mark.parametrize("question", [TrialOrder(agreement="urn:none"), TrialOrder(asset="urn:none")])
async def test_an_unknown_asset_or_agreement_is_refused(desk: Desk, question: TrialOrder) -> None:
    with pytest.raises(NoSuchEntity, match=r"Unknown a\w+ urn:none"):
        await decide_question(desk.rooms.evaluator, question)
