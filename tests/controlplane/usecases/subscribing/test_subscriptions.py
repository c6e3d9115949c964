"""Subscriptions are ordered under a usable agreement, once a place, and paused, resumed, run and removed."""

import pytest

from connector.controlplane.core.errors import Invalid, NoSuchEntity, NotAllowed
from connector.controlplane.usecases.subscribing import subscriptions
from connector.ports.changes import PutSubscription, WithdrawAgreement
from connector.ports.entities import PageBounds
from connector.protocol.dsp.agreement_keys import make_agreement_key
from connector.protocol.dsp.common import Role
from connector.views.subscriptions import SubscriptionOrder, SubscriptionRhythm, SubscriptionState
from tests.contract import values
from tests.controlplane.usecases.subscribing.orders import AGREEMENT, DAY, Household
from tests.support.plane import CITY, NOW, OWNER, Desk

KEY = make_agreement_key(Role.CONSUMER, CITY, AGREEMENT)


async def test_an_order_runs_at_once_and_names_its_agreement(household: Household) -> None:
    made = await household.order(every=SubscriptionRhythm.WEEK, at="06:30", weekday=3)
    assert (made.minute, made.weekday, made.due_at, made.agreement) == (390, 2, NOW, KEY)
    leaves, _ = await household.desk.store.leaves(OWNER, PageBounds(limit=5), process_id=made.id)
    assert [leaf.kind for leaf in leaves] == ["subscription added"]


async def test_the_same_order_again_is_the_same_subscription(household: Household) -> None:
    first = await household.order(at="06:30")
    assert await household.order(at="06:30") == first
    with pytest.raises(NotAllowed, match="at another time"):
        await household.order(at="07:30")
    other = await household.order(at="07:30", sink={"kind": "file", "path": "air/"})
    assert other.id != first.id


async def test_without_a_usable_agreement_nothing_is_ordered(household: Household) -> None:
    with pytest.raises(NoSuchEntity):
        await subscriptions.add(
            household.rooms.enforcer, household.rooms.counterparties, SubscriptionOrder(agreement="urn:other")
        )
    await household.desk.store.commit([WithdrawAgreement(OWNER, KEY, NOW, "Closed.")])
    with pytest.raises(NotAllowed, match="has ended"):
        await household.order()


async def test_an_agreement_that_is_not_final_is_waited_for(desk: Desk) -> None:
    made = Household(desk)
    await desk.agree(AGREEMENT, finalized=False)
    with pytest.raises(NotAllowed, match="not finalized"):
        await made.order()


async def test_a_place_that_the_data_plane_does_not_know_is_refused(household: Household) -> None:
    household.desk.dataplane.problem = "No such place."
    with pytest.raises(Invalid, match="No such place"):
        await household.order(sink={"kind": "file", "path": "../x"})


async def test_a_change_is_waited_for_only_where_it_can_be_seen(household: Household) -> None:
    household.state(None)
    with pytest.raises(Invalid, match="nobody sees a change"):
        await household.order(every=SubscriptionRhythm.CHANGE)
    household.state("a")
    assert (await household.order(every=SubscriptionRhythm.CHANGE)).every is SubscriptionRhythm.CHANGE


async def test_the_number_of_subscriptions_is_bounded(household: Household) -> None:
    rows = [values.subscription(f"urn:s:{number}") for number in range(subscriptions.MOST_SUBSCRIPTIONS)]
    await household.desk.store.commit([PutSubscription(row, None) for row in rows])
    with pytest.raises(NotAllowed, match="remove some"):
        await household.order()
    await subscriptions.remove(household.rooms.context, "urn:s:0")
    await household.order()


async def test_a_paused_subscription_waits_and_catches_up_once(household: Household) -> None:
    context = household.rooms.context
    made = await household.delivered()
    assert (await subscriptions.pause(context, made.id)).due_at is None
    household.clock.ms += 9 * DAY
    with pytest.raises(NotAllowed, match="resume it first"):
        await subscriptions.run(context, made.id)
    assert (await subscriptions.resume(context, made.id)).due_at == household.clock.ms
    assert await subscriptions.resume(context, made.id) == await household.find(made.id), "nothing to do"


async def test_a_subscription_runs_when_a_person_wants_and_not_twice_at_a_time(household: Household) -> None:
    context = household.rooms.context
    made = await household.delivered()
    household.clock.ms += 5
    assert (await subscriptions.run(context, made.id)).due_at == household.clock.ms
    await subscriptions.run(context, made.id, anyway=True)
    assert (await household.run(made.id)).transfer
    with pytest.raises(NotAllowed, match="under way"):
        await subscriptions.run(context, made.id)


async def test_one_that_has_ended_stays_so_until_it_is_removed(household: Household) -> None:
    context = household.rooms.context
    ended = values.subscription("urn:s:1", state=SubscriptionState.ENDED, due_at=None)
    await household.desk.store.commit([PutSubscription(ended, None)])
    for act in (subscriptions.pause, subscriptions.resume, subscriptions.run):
        with pytest.raises(NotAllowed, match="order a new one"):
            await act(context, "urn:s:1")
    await subscriptions.remove(context, "urn:s:1")
    with pytest.raises(NoSuchEntity):
        await subscriptions.remove(context, "urn:s:1")
