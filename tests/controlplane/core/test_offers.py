"""A request that waits for a person meets the offer as it is now: a withdrawn one is not agreed, a changed one asks."""

from collections.abc import Awaitable, Callable

import msgspec
import pytest

from connector.controlplane.core import commits
from connector.controlplane.core.errors import NotAllowed
from connector.controlplane.processes import steps
from connector.controlplane.usecases import negotiation
from connector.controlplane.usecases.offering import asset_changes, assets
from connector.ports.changes import PutProcess
from connector.ports.decider import HoldFor
from connector.ports.entities import DataClass
from connector.protocol.dsp.machines.negotiation_machine import Negotiation, NegotiationState
from tests.controlplane.processes.bargain import RESEARCH, decided, offered, requested, terms
from tests.support.plane import Desk

TERMS = terms(RESEARCH, 10)


async def change(desk: Desk) -> None:
    await asset_changes.edit(desk.rooms.publisher, "air", {"policy": terms(RESEARCH, 1)})


async def withdraw(desk: Desk) -> None:
    await assets.withdraw(desk.rooms.publisher, "air")


async def remove(desk: Desk) -> None:
    await withdraw(desk)
    await asset_changes.remove(desk.rooms.publisher, "air")


async def rename(desk: Desk) -> None:
    await asset_changes.edit(desk.rooms.publisher, "air", {"title": {"en": "The air"}})


async def offer_again(desk: Desk) -> None:
    await withdraw(desk)
    await assets.publish(desk.rooms.publisher, "air", release=True)


async def hold(desk: Desk) -> Negotiation:
    """Let a request on confidential data wait for a person."""
    await offered(desk, TERMS, data_class=DataClass.CONFIDENTIAL)
    process = msgspec.structs.replace(requested(TERMS), version=1)
    await desk.store.commit([PutProcess(process, None)])
    answer = await decided(desk, process, DataClass.CONFIDENTIAL)
    assert isinstance(answer, HoldFor)
    move = await steps.plan(desk.rooms.enforcer, process, answer)
    return await commits.commit_moves(desk.rooms.context, process, move)


Step = Callable[[Desk], Awaitable[None]]


@pytest.mark.parametrize("end", [withdraw, remove])
async def test_a_request_on_an_offer_that_has_ended_is_not_agreed(desk: Desk, end: Step) -> None:
    waiting = await hold(desk)
    await end(desk)
    for changed in (False, True):
        with pytest.raises(NotAllowed) as caught:
            await negotiation.approve(desk.rooms.enforcer, waiting.id, changed_offer=changed)
        assert caught.value.code == "offer-withdrawn"
        assert caught.value.reasons["de"].startswith("Das Angebot ist beendet")
    with pytest.raises(NotAllowed, match="The offer has ended"):
        await negotiation.counter(desk.rooms.enforcer, waiting.id, terms(RESEARCH, 2))
    assert (await negotiation.reject(desk.rooms.enforcer, waiting.id, "No.")).pending is not None


async def test_a_request_on_a_changed_offer_is_agreed_only_if_a_person_says_so(desk: Desk) -> None:
    waiting = await hold(desk)
    await change(desk)
    with pytest.raises(NotAllowed) as caught:
        await negotiation.approve(desk.rooms.enforcer, waiting.id)
    assert caught.value.code == "offer-changed"
    done = await negotiation.approve(desk.rooms.enforcer, waiting.id, changed_offer=True)
    assert done.agreement_id is not None


async def test_a_counter_offer_needs_no_word_about_the_changed_offer(desk: Desk) -> None:
    waiting = await hold(desk)
    await change(desk)
    assert (await negotiation.counter(desk.rooms.enforcer, waiting.id, terms(RESEARCH, 2))).pending is not None


@pytest.mark.parametrize("step", [rename, offer_again])
async def test_what_leaves_the_terms_as_they_are_is_no_other_offer(desk: Desk, step: Step) -> None:
    waiting = await hold(desk)
    await step(desk)
    assert (await negotiation.approve(desk.rooms.enforcer, waiting.id)).agreement_id is not None


async def test_a_contract_that_is_signed_is_finished_although_the_offer_has_ended(desk: Desk) -> None:
    waiting = await hold(desk)
    await desk.become(waiting.id, NegotiationState.VERIFIED, held=True, agreement=b"{}", agreement_id="urn:a")
    await withdraw(desk)
    assert (await negotiation.approve(desk.rooms.enforcer, waiting.id)).pending is not None


@pytest.mark.parametrize(("step", "offer"), [(rename, "same"), (change, "changed"), (withdraw, "withdrawn")])
async def test_every_view_of_a_waiting_request_says_what_has_become_of_the_offer(
    desk: Desk, step: Step, offer: str
) -> None:
    waiting = await hold(desk)
    await step(desk)
    async with desk.client() as client:
        (listed,) = (await client.get("/v1/holds")).json()["items"]
        (row,) = (await client.get("/v1/negotiations")).json()["items"]
        shown = (await client.get(f"/v1/negotiations/{waiting.id}")).json()
    for view in (listed, row["hold"], shown["hold"]):
        assert view["offer"] == offer
        assert view["remark"].keys() == (set() if offer == "same" else {"de", "en"})


async def test_an_approval_over_the_api_says_that_the_offer_has_changed(desk: Desk) -> None:
    waiting = await hold(desk)
    await change(desk)
    async with desk.client() as client:
        plain = await client.post(f"/v1/negotiations/{waiting.id}/approve")
        meant = await client.post(f"/v1/negotiations/{waiting.id}/approve", json={"changed_offer": True})
    assert (plain.status_code, plain.json()["error"]["code"]) == (409, "offer-changed")
    assert meant.json()["pending"]["message"] == "ContractAgreementMessage"


async def test_a_change_and_the_end_of_an_offer_say_how_many_requests_wait(desk: Desk) -> None:
    await hold(desk)
    async with desk.client() as client:
        edited = await client.patch("/v1/assets/air", json={"change": {"title": {"en": "The air"}}})
        ended = await client.post("/v1/assets/air/withdraw")
    assert (edited.json()["waiting"], ended.json()["waiting"]) == (1, 1)
