"""Two whole connectors agree, refuse, bargain and end; what their people do goes through the management API."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from connector.client.frame.errors import ClientError
from connector.controlplane.core.context import Context
from connector.controlplane.core.documents import make_message_offer
from connector.controlplane.usecases.negotiation import ask
from connector.policy.model.decision import ENGINE_VERSION
from connector.settings import DelegatedTier, LimitSettings
from connector.views.assets import AssetOrder
from connector.views.negotiations import NegotiationView, RecordedDecisionView
from tests.pair.space import (
    OTHER_TERMS,
    PURPOSE,
    SOON,
    TERMS,
    WAIT_S,
    Member,
    Space,
    begin,
    broker,
    only_for,
    participant,
    space,
)


@pytest.fixture
async def data_space(tmp_path: Path) -> AsyncIterator[Space]:
    async with space(tmp_path, "city", "firm") as made:
        yield made


@pytest.fixture
async def with_another(tmp_path: Path) -> AsyncIterator[Space]:
    """A data space with a second company, which does not meet the terms."""
    async with space(tmp_path, "city", "firm", "other") as made:
        yield made


async def begun(data_space: Space, **more: Any) -> NegotiationView:
    """Let the city offer and the firm ask."""
    asset = await data_space.city.offers(**more)
    return await data_space.firm.api.negotiations.start(data_space.city.id, asset.id)


async def same_agreement(data_space: Space, firm: NegotiationView) -> None:
    """Both sides have finalized, and hold the same agreement byte for byte."""
    city = await data_space.city.other_side(firm)
    held = []
    for member, pid in ((data_space.city, city.id), (data_space.firm, firm.id)):
        final = await member.reaches(pid, "FINALIZED")
        context = member.connector.context
        kept = await context.store.agreement(context.owner, final.agreement_key or "")
        assert kept is not None
        assert kept.finalized_at is not None, f"{member.name} does not hold it as final"
        held.append(kept.document)
    assert held[0] == held[1]


def on_the_wire(terms: dict[str, Any]) -> Any:
    """The terms as they travel: a purpose by its full name."""
    return json.loads(json.dumps(terms).replace("dpv:", "https://w3id.org/dpv#"))


async def test_both_sides_finalize_and_hold_the_same_bytes(data_space: Space) -> None:
    firm = await begun(data_space)
    firm = await data_space.firm.reaches(firm.id, "FINALIZED")
    city = await data_space.city.other_side(firm)
    assert (firm.peer_pid, city.peer_pid) == (city.id, firm.id)
    await same_agreement(data_space, firm)
    assert (firm.agreement or {})["assignee"] == data_space.firm.id
    assert (firm.agreement or {})["permission"] == on_the_wire(TERMS)["permission"]


async def test_people_of_both_sides_bargain_until_one_approves(data_space: Space) -> None:
    asset = await data_space.city.offers(data_class="confidential")
    asked = await data_space.firm.api.negotiations.start(data_space.city.id, asset.id, policy=OTHER_TERMS)
    await data_space.firm.reaches(asked.id, "REQUESTED")
    city = await data_space.city.other_side(await data_space.firm.api.negotiations.show(asked.id))
    held = await data_space.city.is_asked(city.id)
    assert "other terms" in (held.hold.reason if held.hold else "")

    weekdays = only_for(PURPOSE, prohibition=[{"action": "odrl:sell"}])
    await data_space.city.api.negotiations.counter(city.id, weekdays)
    firm = await data_space.firm.reaches(asked.id, "OFFERED")
    assert firm.offer["prohibition"] == weekdays["prohibition"]
    await data_space.firm.is_asked(asked.id)

    both = only_for(PURPOSE, prohibition=[{"action": "odrl:sell"}, {"action": "odrl:distribute"}])
    await data_space.firm.api.negotiations.counter(asked.id, both)
    await data_space.city.reaches(city.id, "REQUESTED")
    assert (await data_space.city.is_asked(city.id)).offer["prohibition"] == both["prohibition"]
    await data_space.city.api.negotiations.approve(city.id)

    firm = await data_space.firm.reaches(asked.id, "FINALIZED")
    assert (firm.agreement or {})["prohibition"] == both["prohibition"]
    await same_agreement(data_space, firm)


async def test_a_counter_offer_that_a_person_accepts_is_agreed_as_it_was_offered(data_space: Space) -> None:
    asset = await data_space.city.offers(data_class="confidential")
    asked = await data_space.firm.api.negotiations.start(data_space.city.id, asset.id, policy=OTHER_TERMS)
    await data_space.firm.reaches(asked.id, "REQUESTED")
    city = await data_space.city.other_side(await data_space.firm.api.negotiations.show(asked.id))
    await data_space.city.is_asked(city.id)
    await data_space.city.api.negotiations.counter(city.id, TERMS)
    await data_space.firm.is_asked(asked.id)
    await data_space.firm.api.negotiations.approve(asked.id)
    firm = await data_space.firm.reaches(asked.id, "FINALIZED")
    assert "prohibition" not in (firm.agreement or {})


async def test_a_rejected_counter_offer_ends_with_the_persons_reason_on_both_sides(data_space: Space) -> None:
    asset = await data_space.city.offers(data_class="confidential")
    asked = await data_space.firm.api.negotiations.start(data_space.city.id, asset.id, policy=OTHER_TERMS)
    await data_space.firm.reaches(asked.id, "REQUESTED")
    city = await data_space.city.other_side(await data_space.firm.api.negotiations.show(asked.id))
    await data_space.city.is_asked(city.id)
    await data_space.city.api.negotiations.reject(city.id, reason="Nicht ohne Nennung der Quelle.")
    for member, pid in ((data_space.firm, asked.id), (data_space.city, city.id)):
        ended = (await member.reaches(pid, "TERMINATED")).ended
        assert ended is not None
        assert (ended.code, ended.reason, ended.by) == (
            "rejected",
            "Nicht ohne Nennung der Quelle.",
            data_space.city.id,
        )


@pytest.mark.parametrize("ending", ["city", "firm"])
async def test_who_ends_a_negotiation_tells_the_other_side_why(data_space: Space, ending: str) -> None:
    asked = await begun(data_space, data_class="confidential")
    await data_space.firm.reaches(asked.id, "REQUESTED")
    city = await data_space.city.other_side(await data_space.firm.api.negotiations.show(asked.id))
    await data_space.city.is_asked(city.id)
    pids = {"city": city.id, "firm": asked.id}
    await data_space.members[ending].api.negotiations.terminate(pids[ending], reason="Das Vorhaben ruht.")
    for name, pid in pids.items():
        ended = (await data_space.members[name].reaches(pid, "TERMINATED")).ended
        assert ended is not None
        assert (ended.code, ended.reason) == ("terminated", "Das Vorhaben ruht.")
        assert ended.by == participant(ending)
        assert not (await data_space.members[name].api.holds.list()).items


async def test_confidential_data_is_agreed_when_a_person_has_approved(data_space: Space) -> None:
    asked = await begun(data_space, data_class="confidential")
    await data_space.firm.reaches(asked.id, "REQUESTED")
    city = await data_space.city.other_side(await data_space.firm.api.negotiations.show(asked.id))
    held = await data_space.city.is_asked(city.id)
    assert "confidential" in (held.hold.reason if held.hold else "")
    assert [hold.process_id for hold in (await data_space.city.api.holds.list()).items] == [city.id]
    await data_space.city.api.negotiations.approve(city.id)
    await data_space.firm.reaches(asked.id, "FINALIZED")
    assert not (await data_space.city.api.holds.list()).items


async def test_confidential_data_stays_here_when_a_person_rejects(data_space: Space) -> None:
    asked = await begun(data_space, data_class="confidential")
    await data_space.firm.reaches(asked.id, "REQUESTED")
    city = await data_space.city.other_side(await data_space.firm.api.negotiations.show(asked.id))
    await data_space.city.is_asked(city.id)
    await data_space.city.api.negotiations.reject(city.id, reason="Erst nach der Prüfung.")
    firm = await data_space.firm.reaches(asked.id, "TERMINATED")
    assert firm.ended is not None
    assert firm.ended.reason == "Erst nach der Prüfung."
    assert not (await data_space.firm.api.agreements.list()).items


async def test_a_provider_offers_to_somebody_who_did_not_ask(data_space: Space) -> None:
    asset = await data_space.city.offers()
    offered = await data_space.city.api.negotiations.offer(data_space.firm.id, asset.id, policy=OTHER_TERMS)
    city = await data_space.city.reaches(offered.id, "OFFERED")
    firm = await data_space.firm.is_asked((await data_space.firm.other_side(city)).id)
    assert firm.offer["prohibition"] == OTHER_TERMS["prohibition"]
    await data_space.firm.api.negotiations.approve(firm.id)
    firm = await data_space.firm.reaches(firm.id, "FINALIZED")
    assert (firm.agreement or {})["prohibition"] == OTHER_TERMS["prohibition"]
    await same_agreement(data_space, firm)


async def test_what_a_provider_offers_of_itself_is_judged_by_the_terms_it_offers(with_another: Space) -> None:
    asset = await with_another.city.offers()
    special = only_for("dpv:Marketing")
    offered = await with_another.city.api.negotiations.offer(with_another.other.id, asset.id, policy=special)
    city = await with_another.city.reaches(offered.id, "OFFERED")
    other = await with_another.other.is_asked((await with_another.other.other_side(city)).id)
    await with_another.other.api.negotiations.approve(other.id)
    other = await with_another.other.reaches(other.id, "FINALIZED")
    assert (other.agreement or {})["permission"] == on_the_wire(special)["permission"]


async def test_a_draft_is_offered_to_nobody(data_space: Space) -> None:
    asset = await data_space.city.offers()
    draft = await data_space.city.api.assets.add(AssetOrder(title={"de": "Entwurf"}, source=asset.source, policy=TERMS))
    with pytest.raises(ClientError, match="publish"):
        await data_space.city.api.negotiations.offer(data_space.firm.id, draft.id)
    assert not (await data_space.city.api.negotiations.list()).items


async def test_an_access_policy_hides_an_offer_and_its_negotiation(with_another: Space) -> None:
    asset = await with_another.city.offers(access=only_for(PURPOSE))
    seen = await with_another.firm.api.catalog.dataset(with_another.city.id, asset.id)
    assert seen["@id"] == asset.id
    with pytest.raises(ClientError):
        await with_another.other.api.catalog.dataset(with_another.city.id, asset.id)
    page = await with_another.other.api.catalog.fetch(with_another.city.id)
    assert list(page.items) == []

    # Who has heard of the identifiers elsewhere is told the same as about an offer that does not exist.
    context = with_another.other.connector.context
    known = with_another.city.connector.context.address
    reasons = []
    for dataset, offer in ((asset.id, asset.offer_id), ("urn:dataset:none", "urn:offer:none")):
        asked = await ask_for(context, with_another.city.id, known, dataset=dataset, offer=offer)
        ended = (await with_another.other.reaches(asked, "TERMINATED")).ended
        assert ended is not None
        reasons.append(ended.reason)
    assert reasons[0] == reasons[1]
    assert not (await with_another.city.api.negotiations.list()).items


async def ask_for(context: Context, city: str, address: str, *, dataset: str, offer: str) -> str:
    """Ask for a contract on identifiers that no catalogue has shown."""
    asked = make_message_offer(b'{"permission": [{"action": "use"}]}', offer_id=offer, target=dataset, assigner=city)
    return (await ask(context, city, address, asked)).id


async def test_a_company_that_does_not_meet_the_terms_is_refused_with_the_reason(with_another: Space) -> None:
    asset = await with_another.city.offers()
    asked = await with_another.other.api.negotiations.start(with_another.city.id, asset.id)
    other = await with_another.other.reaches(asked.id, "TERMINATED")
    assert other.ended is not None
    assert (other.ended.code, other.ended.by) == ("not-permitted", with_another.city.id)
    assert "Purpose" in other.ended.reason
    assert "marketing" in other.ended.reason
    city = await with_another.city.other_side(other)
    assert city.ended is not None
    assert city.ended.reason == other.ended.reason
    for member in (with_another.city, with_another.other):
        assert not (await member.api.agreements.list()).items


async def test_a_second_contract_on_the_same_offer_renews_the_first(data_space: Space) -> None:
    first = await data_space.firm.reaches((await begun(data_space)).id, "FINALIZED")
    again = await data_space.firm.api.negotiations.start(data_space.city.id, first.dataset)
    second = await data_space.firm.reaches(again.id, "FINALIZED")
    assert second.agreement_id != first.agreement_id
    assert second.offer_id == first.offer_id
    for member in (data_space.city, data_space.firm):
        held = {entry.id for entry in (await member.api.agreements.list()).items}
        assert held == {first.agreement_id, second.agreement_id}


async def test_an_offer_withdrawn_while_the_consumer_thinks_is_agreed_with_nobody(data_space: Space) -> None:
    asset = await data_space.city.offers()
    offered = await data_space.city.api.negotiations.offer(data_space.firm.id, asset.id)
    city = await data_space.city.reaches(offered.id, "OFFERED")
    firm = await data_space.firm.is_asked((await data_space.firm.other_side(city)).id)
    await data_space.city.api.assets.withdraw(asset.id)
    await data_space.firm.api.negotiations.approve(firm.id)
    ended = (await data_space.firm.reaches(firm.id, "TERMINATED")).ended
    assert ended is not None
    assert "withdrawn" in ended.reason


async def test_a_message_to_a_sleeping_counter_party_arrives_when_it_wakes(data_space: Space) -> None:
    asset = await data_space.city.offers(data_class="confidential")
    asked = await data_space.firm.api.negotiations.start(data_space.city.id, asset.id)
    await data_space.firm.reaches(asked.id, "REQUESTED")
    city = await data_space.city.other_side(await data_space.firm.api.negotiations.show(asked.id))
    await data_space.city.is_asked(city.id)
    data_space.wire.down.add("https://firm.example:443")
    await data_space.city.api.negotiations.approve(city.id)
    waiting = (await data_space.city.tries(city.id)).pending
    assert waiting is not None
    assert (waiting.message, waiting.in_doubt) == ("ContractAgreementMessage", True)
    data_space.wire.down.clear()
    await data_space.firm.reaches(asked.id, "FINALIZED")


async def test_who_has_too_much_open_waits_until_something_has_ended(tmp_path: Path) -> None:
    few = LimitSettings(retry_base_seconds=0.01, retry_most_seconds=0.05, open_per_peer=1)
    async with space(tmp_path, "city", "firm", city=few) as made:
        first, second = await two_of_which_one_is_too_many(made)
        city = await made.city.other_side(await made.firm.api.negotiations.show(first))
        await made.city.api.negotiations.reject(city.id, reason="Zu viel auf einmal.")
        await made.firm.reaches(second, "REQUESTED")
        assert len((await made.city.api.negotiations.list()).items) == 2


async def test_who_has_asked_a_person_too_much_waits_until_one_request_is_answered(tmp_path: Path) -> None:
    few = LimitSettings(retry_base_seconds=0.01, retry_most_seconds=0.05, held_per_peer=1)
    async with space(tmp_path, "city", "firm", city=few) as made:
        first, _ = await two_of_which_one_is_too_many(made)
        held = (await made.city.api.holds.list(peer=made.firm.id)).items
        city = await made.city.other_side(await made.firm.api.negotiations.show(first))
        assert [hold.process_id for hold in held] == [city.id]
        assert (await made.city.api.holds.list(peer=made.city.id)).items == ()


async def test_a_full_quota_does_not_hold_up_what_is_open(tmp_path: Path) -> None:
    # The firm pauses as long as it is asked to, which is longer than this test waits.
    async with space(tmp_path, "city", "firm", city=LimitSettings(open_per_peer=1), firm=LimitSettings()) as made:
        first, _ = await two_of_which_one_is_too_many(made)
        city = await made.city.other_side(await made.firm.api.negotiations.show(first))
        await made.city.api.negotiations.approve(city.id)
        await made.firm.reaches(first, "FINALIZED")


async def two_of_which_one_is_too_many(made: Space) -> tuple[str, str]:
    """Let the firm ask twice, the city's person be asked about the first, and the quota meet the second."""
    asset = await made.city.offers(data_class="confidential")
    first = await made.firm.api.negotiations.start(made.city.id, asset.id)
    await made.firm.reaches(first.id, "REQUESTED")
    second = await made.firm.api.negotiations.start(made.city.id, asset.id)
    await made.firm.tries(second.id)
    rows = (await made.city.api.negotiations.list()).items
    assert [row.peer_pid for row in rows] == [first.id]
    await made.city.is_asked(rows[0].id)
    return first.id, second.id


async def test_a_negotiation_can_be_followed_by_pid_in_the_logs_of_both(
    data_space: Space, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "connector")
    firm = await data_space.firm.reaches((await begun(data_space)).id, "FINALIZED")
    city = await data_space.city.reaches((await data_space.city.other_side(firm)).id, "FINALIZED")

    def lines(pid: str) -> list[str]:
        return [record.getMessage() for record in caplog.records if getattr(record, "pid", None) == pid]

    def seen_by_peer(pid: str) -> list[str]:
        return [record.getMessage() for record in caplog.records if getattr(record, "peer_pid", None) == pid]

    assert lines(firm.id)[0] == "decided request"
    assert lines(city.id)[0] == "received ContractRequestMessage"
    for name in ("ContractAgreementMessage", "ContractNegotiationEventMessage:FINALIZED"):
        assert f"received {name}" in lines(firm.id)
    assert "received ContractAgreementVerificationMessage" in lines(city.id)
    # One pid is enough to find the lines of both.
    assert set(lines(city.id)) <= set(seen_by_peer(firm.id))
    tokens = [request.headers["authorization"].removeprefix("Bearer ") for request in data_space.wire.sent]
    assert tokens
    assert not [token for token in tokens if token in caplog.text]


async def test_the_broker_finds_an_offer_and_the_finder_concludes_a_contract(data_space: Space) -> None:
    async with broker(data_space):
        asset = await data_space.city.offers()
        async with asyncio.timeout(WAIT_S):
            while not (found := await data_space.firm.api.search("zahlung")).items:  # noqa: ASYNC110 - a crawl says nothing
                await asyncio.sleep(0.01)
        hit = found.items[0]
        assert (hit.participant, hit.id) == (data_space.city.id, asset.id)
        asked = await data_space.firm.api.negotiations.start(hit.participant, hit.id)
        await data_space.firm.reaches(asked.id, "FINALIZED")


async def decisions(member: Member, theirs: NegotiationView) -> list[RecordedDecisionView]:
    return list((await member.api.negotiations.show((await member.other_side(theirs)).id)).decisions)


async def test_a_denial_is_on_record_with_the_values_that_it_stands_on(with_another: Space) -> None:
    asset = await with_another.city.offers()
    asked = await with_another.other.api.negotiations.start(with_another.city.id, asset.id)
    await with_another.other.reaches(asked.id, "TERMINATED")
    (denied,) = await decisions(with_another.city, await with_another.other.api.negotiations.show(asked.id))
    assert denied.event == "decided terminate"
    assert (denied.record["verdict"], denied.record["engine"]) == ("deny", ENGINE_VERSION)
    assert len(denied.record["policy"]) == 64
    ((constraint,),) = [rule["constraints"] for rule in denied.record["rules"]]
    assert (constraint["verdict"], constraint["trust"]) == ("false", "declared")
    assert constraint["found"] == ["https://w3id.org/dpv#Marketing"]
    assert denied.texts["en"] == (
        "The policy does not permit it.",
        "Purpose: not met; found https://w3id.org/dpv#Marketing (declared only).",
    )
    assert denied.texts["de"][1].startswith("Zweck: nicht erfüllt; gefunden")
    # The consumer decided nothing in it.
    assert (await with_another.other.api.negotiations.show(asked.id)).decisions == ()


async def test_a_counter_offer_and_an_agreement_are_on_record_with_what_parted_the_terms(data_space: Space) -> None:
    often = {"leftOperand": "odrl:count", "operator": "lteq", "rightOperand": "10"}
    limited = {"permission": [{"action": "use", "constraint": [*TERMS["permission"][0]["constraint"], often]}]}
    asset = await data_space.city.offers(policy=limited, reservation=TERMS)
    asked = await data_space.firm.api.negotiations.start(data_space.city.id, asset.id, policy=TERMS)
    await data_space.firm.reaches(asked.id, "FINALIZED")
    shown = await data_space.firm.api.negotiations.show(asked.id)
    counter, agreed = await decisions(data_space.city, shown)
    assert (counter.event, agreed.event) == ("decided offer", "decided agree")
    assert counter.record["compared"]["found"] == "counter"
    assert len(counter.record["compared"]["with"]) == 64
    # Whether it is one of ten uses is seen when data is to move.
    assert agreed.record["verdict"] == "deferred"
    assert agreed.record["agreement"] == shown.agreement_id


async def test_what_waits_for_a_person_is_on_record_without_the_private_limit(data_space: Space) -> None:
    secret = only_for(PURPOSE, prohibition=[{"action": "odrl:sell"}])
    asset = await data_space.city.offers(data_class="confidential", policy=OTHER_TERMS, reservation=TERMS)
    asked = await data_space.firm.api.negotiations.start(data_space.city.id, asset.id, policy=secret)
    await data_space.firm.reaches(asked.id, "REQUESTED")
    city = await data_space.city.other_side(await data_space.firm.api.negotiations.show(asked.id))
    await data_space.city.is_asked(city.id)
    (held,) = (await data_space.city.api.negotiations.show(city.id)).decisions
    assert held.event == "held"
    assert held.record["verdict"] in {"permit", "deferred"}
    assert "reservation" not in str(held.record)
    await data_space.city.api.negotiations.reject(city.id, reason="No.")


async def test_what_a_consumer_leaves_to_a_person_is_on_record(data_space: Space) -> None:
    asset = await data_space.city.offers()
    offered = await data_space.city.api.negotiations.offer(data_space.firm.id, asset.id)
    await data_space.city.reaches(offered.id, "OFFERED")
    firm = await data_space.firm.other_side(await data_space.city.api.negotiations.show(offered.id))
    await data_space.firm.is_asked(firm.id)
    (held,) = (await data_space.firm.api.negotiations.show(firm.id)).decisions
    assert (held.event, held.record["reasons"]) == ("held", ["not-asked-for"])
    assert held.texts["en"] == ("The policy leaves it open.",)


async def test_what_only_the_contract_enforces_is_agreed_where_the_operator_allows_it_and_labelled_everywhere(
    data_space: Space,
) -> None:
    industry = {"leftOperand": "odrl:industry", "operator": "eq", "rightOperand": "urn:industry:water"}
    terms = {"permission": [{"action": "use", "constraint": [industry]}]}
    with pytest.raises(ClientError, match="Only the contract"):
        await data_space.city.offers(policy=terms)
    await data_space.leave("city")
    begin(await data_space.join("city", SOON, accept=(DelegatedTier.ORGANISATIONAL,)))
    asset = await data_space.city.offers(policy=terms)
    with pytest.raises(ClientError, match="Only the contract"):
        await data_space.firm.api.negotiations.start(data_space.city.id, asset.id)
    await data_space.leave("firm")
    begin(await data_space.join("firm", SOON, accept=(DelegatedTier.ORGANISATIONAL,)))
    firm = await data_space.firm.api.negotiations.start(data_space.city.id, asset.id)
    firm = await data_space.firm.reaches(firm.id, "FINALIZED")
    agreement = (await data_space.city.api.agreements.show(firm.agreement_id or "")).policy
    catalog = await data_space.firm.api.catalog.dataset(data_space.city.id, asset.id)
    for member, policy in (
        (data_space.city, asset.policy),
        (data_space.firm, catalog["hasPolicy"][0]),
        (data_space.city, agreement),
        (data_space.firm, agreement),
    ):
        ((said,),) = [(await member.api.policies.explain([policy])).items]
        assert said.sentence["en"].endswith("; not enforced here: industry (contractual only).")
        assert said.sentence["de"].endswith("; hier nicht durchgesetzt: Branche (nur vertraglich).")
        (line,) = [line for line in said.card if line.question == "enforcement"]
        assert "Contractual only: industry." in line.text["en"]
        assert said.problem is None
