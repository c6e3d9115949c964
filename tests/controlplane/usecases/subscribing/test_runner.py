"""The runner does by itself what is due, follows each delivery, and goes on where the last process was killed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from connector.controlplane.usecases.subscribing import subscriptions
from connector.controlplane.usecases.subscribing.runner import SubscriptionRunner
from connector.controlplane.usecases.subscribing.subscriptions import CHANGED
from connector.ports.changes import PutSubscription
from connector.ports.entities import Subscription
from connector.ports.peer import InDoubt, Refused
from connector.views.subscriptions import RunOutcome
from tests.contract import values
from tests.controlplane.usecases.subscribing.orders import DAY, Household
from tests.support.plane import NOW, ScriptedPeer

FAR_S = 30


@asynccontextmanager
async def running(household: Household) -> AsyncIterator[None]:
    """A process with a runner, which is killed at the end."""
    task = asyncio.create_task(SubscriptionRunner(household.rooms.enforcer, household.rooms.counterparties).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(household: Household, id: str, test: Callable[[Subscription], bool]) -> Subscription:
    """Wait until a subscription is as wanted."""
    async with asyncio.timeout(FAR_S):
        with household.rooms.context.watch.follow(CHANGED) as changed:
            while not test(found := await household.find(id)):
                changed.clear()
                await changed.wait()
    return found


async def arrive(household: Household, found: Subscription) -> None:
    await household.desk.become(found.transfer, "COMPLETED", progress=b'{"sha256": "dd"}')


async def test_an_order_is_delivered_by_itself_and_again_when_it_is_due(household: Household) -> None:
    async with running(household):
        made = await household.order()
        await arrive(household, await until(household, made.id, lambda found: bool(found.transfer)))
        first = await until(household, made.id, lambda found: found.deliveries == 1)
        assert first.due_at == NOW + DAY
        household.state("b")
        household.clock.ms = first.due_at
        household.rooms.context.watch.notify(CHANGED)
        await arrive(household, await until(household, made.id, lambda found: bool(found.transfer)))
        second = await until(household, made.id, lambda found: found.deliveries == 2)
    assert second.due_at == NOW + 2 * DAY


async def test_a_delivery_that_ended_while_nobody_ran_is_noted_and_not_repeated(household: Household) -> None:
    async with running(household):
        made = await household.order()
        begun = await until(household, made.id, lambda found: bool(found.transfer))
    await arrive(household, begun)
    assert (await household.find(made.id)).transfer, "nobody has seen the end"
    household.clock.ms += 3 * DAY
    async with running(household):
        found = await until(household, made.id, lambda found: found.deliveries == 1)
    assert found.delivered == begun.transfer
    assert len(await household.transfers()) == 1


async def test_a_run_that_was_due_while_nobody_ran_is_caught_up_once(household: Household) -> None:
    made = await household.delivered()
    household.state("b")
    household.clock.ms += 5 * DAY
    async with running(household):
        await arrive(household, await until(household, made.id, lambda found: bool(found.transfer)))
        await until(household, made.id, lambda found: found.deliveries == 2)
    assert len(await household.transfers()) == 2


async def test_a_subscription_that_is_removed_lets_its_delivery_arrive(household: Household) -> None:
    async with running(household):
        made = await household.order()
        begun = await until(household, made.id, lambda found: bool(found.transfer))
        await subscriptions.remove(household.rooms.context, made.id)
        again = await household.order()
        await until(household, again.id, lambda found: bool(found.transfer))
    (_, first) = await household.transfers()
    assert (first.id, first.state) == (begun.transfer, None)


async def test_a_defect_in_one_run_stops_no_other(household: Household) -> None:
    class Broken(ScriptedPeer):
        async def fetch_dataset(self, participant: str, address: str, id: str) -> bytes | Refused | InDoubt:
            if id == "urn:dataset:broken":
                raise RuntimeError
            return await super().fetch_dataset(participant, address, id)

    household.rooms = household.rooms.but(peer=Broken())
    made = await household.order()
    # It names data that its agreement does not have: the peer fails with it.
    broken = values.subscription("urn:s:broken", agreement="none", due_at=NOW)
    await household.desk.store.commit([PutSubscription(broken, None)])
    async with running(household):
        await until(household, made.id, lambda found: bool(found.transfer))
    assert (await household.find("urn:s:broken")).outcome is not RunOutcome.DELIVERED
