"""A run gets what has changed and nothing else, notes what came of it, and ends with the agreement."""

from typing import Any

import pytest

from connector.controlplane.usecases.subscribing import running, subscriptions
from connector.ports.changes import WithdrawAgreement
from connector.ports.entities import PageBounds
from connector.ports.peer import InDoubt, Refused
from connector.ports.store_errors import Conflict
from connector.views.subscriptions import RunOutcome, SubscriptionState
from tests.controlplane.usecases.subscribing.orders import AGREEMENT, DAY, HOUR, LIMITED, Household
from tests.controlplane.usecases.subscribing.test_subscriptions import KEY
from tests.support.plane import NOW, OWNER, Desk


async def test_the_first_run_gets_the_data_and_notes_it(household: Household) -> None:
    made = await household.order(sink={"kind": "file", "path": "air/"})
    begun = await household.run(made.id)
    (delivery,) = await household.transfers()
    assert (begun.transfer, begun.due_at) == (delivery.id, None)
    assert delivery.sink == b'{"overwrite":true,"kind":"file","path":"air/"}'
    arrived = await household.deliver(made.id)
    assert (arrived.outcome, arrived.delivered, arrived.deliveries) == (RunOutcome.DELIVERED, delivery.id, 1)
    assert arrived.due_at == NOW + DAY, "the time of day at which it was ordered"
    assert arrived.transfer == ""


async def test_what_has_not_changed_is_not_delivered_again(household: Household) -> None:
    made = await household.delivered()
    assert (await household.run(made.id)).outcome is RunOutcome.UNCHANGED
    household.state("b")
    changed = await household.run(made.id)
    assert changed.transfer
    assert len(await household.transfers()) == 2


async def test_what_arrived_is_known_by_its_digest(household: Household) -> None:
    household.state(None)
    made = await household.delivered(sha256="c" * 64)
    household.state("c")
    assert (await household.run(made.id)).outcome is RunOutcome.UNCHANGED


@pytest.mark.parametrize(
    ("document", "outcome", "deliveries"),
    [({"@type": "Agreement", "permission": [{"action": "use"}]}, None, 2), (LIMITED, RunOutcome.UNSEEN, 1)],
)
async def test_a_look_spends_no_use_of_an_agreement_that_counts_them(
    desk: Desk, document: dict[str, Any], outcome: RunOutcome | None, deliveries: int
) -> None:
    made = Household(desk)
    made.state(None)
    await made.agree(document)
    first = await made.delivered()
    found = await made.run(first.id)
    assert len(await made.transfers()) == deliveries
    assert outcome is None or found.outcome is outcome


async def test_a_person_can_get_the_data_anyway(household: Household) -> None:
    made = await household.delivered()
    await subscriptions.run(household.rooms.context, made.id, anyway=True)
    assert (await household.run(made.id)).transfer
    arrived = await household.deliver(made.id)
    assert not arrived.anyway
    assert (await household.run(made.id)).outcome is RunOutcome.UNCHANGED


async def test_missed_runs_are_one_run(household: Household) -> None:
    made = await household.delivered()
    household.clock.ms += 9 * DAY + HOUR
    found = await household.run(made.id)
    assert found.outcome is RunOutcome.UNCHANGED
    assert found.due_at == NOW + 10 * DAY


async def test_a_failure_is_told_once_and_repeated_soon(household: Household) -> None:
    made = await household.delivered()
    household.desk.peer.failure = InDoubt(reason="no connection")
    waits = []
    for _ in range(3):
        found = await household.run(made.id)
        assert found.due_at is not None
        waits.append(found.due_at - household.clock.ms)
        household.clock.ms = found.due_at
    assert waits == [300_000, 600_000, 1_200_000]
    assert (found.outcome, found.failures, found.failing_since) == (RunOutcome.FAILED, 3, NOW)
    assert "City" in found.reason["de"]
    leaves, _ = await household.desk.store.leaves(OWNER, PageBounds(limit=9), process_id=made.id)
    assert [leaf.kind for leaf in leaves] == ["subscription added", "subscription failed"]
    household.desk.peer.failure = None
    found = await household.run(made.id)
    assert (found.outcome, found.failures, found.reason) == (RunOutcome.UNCHANGED, 0, {})


async def test_a_delivery_that_fails_is_a_failure_with_its_reason(household: Household) -> None:
    made = await household.order()
    begun = await household.run(made.id)
    assert await running.settle(household.rooms.enforcer, begun) is None, "under way"
    await household.desk.become(begun.transfer, "TERMINATED", reason="The sensor is off.")
    found = await household.settle(made.id)
    assert (found.outcome, found.transfer, found.delivered_at) == (RunOutcome.FAILED, "", None)
    assert "The sensor is off." in found.reason["en"]


async def test_an_offer_that_has_ended_is_asked_for_all_the_same(household: Household) -> None:
    made = await household.order()
    household.desk.peer.failure = Refused(status=404, reason="gone")
    assert (await household.run(made.id)).transfer


async def test_a_subscription_ends_with_its_agreement_and_says_why(household: Household) -> None:
    made = await household.delivered()
    await household.desk.store.commit([WithdrawAgreement(OWNER, KEY, NOW, "The law has changed.")])
    found = await household.run(made.id)
    assert (found.state, found.due_at) == (SubscriptionState.ENDED, None)
    assert found.reason["de"] == "Der Anbieter hat den Vertrag beendet. „The law has changed.“"
    assert len(await household.transfers()) == 1


async def test_a_subscription_looks_at_the_end_of_its_agreement(desk: Desk) -> None:
    made = Household(desk)
    end = {"leftOperand": "dateTime", "operator": "lt", "rightOperand": "2025-11-24T18:00:00Z"}
    await made.agree({"@type": "Agreement", "permission": [{"action": "use", "constraint": [end]}]})
    first = await made.delivered()
    assert first.due_at is not None
    assert first.due_at < NOW + DAY
    made.clock.ms = first.due_at
    assert (await made.run(first.id)).state is SubscriptionState.ENDED


async def test_a_delivery_that_arrives_under_an_ended_agreement_is_noted_with_the_end(household: Household) -> None:
    made = await household.order()
    await household.run(made.id)
    await household.desk.store.commit([WithdrawAgreement(OWNER, KEY, NOW, "")])
    found = await household.deliver(made.id)
    assert (found.state, found.outcome, found.deliveries) == (SubscriptionState.ENDED, RunOutcome.DELIVERED, 1)


async def test_a_pause_during_a_delivery_holds_after_it(household: Household) -> None:
    made = await household.order()
    stale = await household.run(made.id)
    await subscriptions.pause(household.rooms.context, made.id)
    await household.desk.become(stale.transfer, "COMPLETED")
    with pytest.raises(Conflict):
        await running.settle(household.rooms.enforcer, stale)
    found = await household.settle(made.id)
    assert (found.state, found.due_at, found.deliveries) == (SubscriptionState.PAUSED, None, 1)


async def test_nothing_is_ordered_over_a_version_that_was_not_read(household: Household) -> None:
    made = await household.order()
    await subscriptions.pause(household.rooms.context, made.id)
    with pytest.raises(Conflict):
        await running.begin(household.rooms.enforcer, household.rooms.counterparties, made)
    assert await household.transfers() == [], "the note and the delivery are one commit"
    assert AGREEMENT in (await household.find(made.id)).agreement
