"""A subscription that follows a stream: one open transfer, paused and resumed with it, begun again when it ends."""

import asyncio

import msgspec

from connector.controlplane.core.rhythm import RETRY_MS
from connector.controlplane.usecases.subscribing import subscriptions
from connector.protocol.dsp.machines.transfer_machine import TransferState
from connector.views.subscriptions import RunOutcome, SubscriptionRhythm
from tests.controlplane.usecases.subscribing.orders import Household
from tests.controlplane.usecases.subscribing.test_runner import running, until
from tests.support.plane import NOW

STREAM = SubscriptionRhythm.STREAM


async def test_it_keeps_one_transfer_open_into_a_place_of_its_own(household: Household) -> None:
    async with running(household):
        made = await household.order(every=STREAM)
        begun = await until(household, made.id, lambda found: bool(found.transfer))
        await household.desk.become(begun.transfer, "STARTED")
    (transfer,) = await household.transfers()
    assert msgspec.json.decode(transfer.sink or b"{}") == {
        "kind": "file",
        "path": f"{made.id.rpartition(':')[2]}/",
        "follow": True,
    }
    async with running(household):  # the next process goes on with the same
        await asyncio.sleep(0)
    assert len(await household.transfers()) == 1
    assert (await household.find(made.id)).transfer == begun.transfer


async def test_a_stream_that_ends_is_told_once_and_begun_again_later(household: Household) -> None:
    made = await household.order(every=STREAM)
    for failures in (1, 2):
        begun = await household.run(made.id)
        await household.desk.become(begun.transfer, "TERMINATED")
        failed = await household.settle(made.id)
        assert (failed.outcome, failed.failures) == (RunOutcome.FAILED, failures)
        assert failed.due_at == NOW + failures * RETRY_MS
    again = await household.run(made.id)
    await household.desk.become(again.transfer, "STARTED")
    async with running(household):
        found = await until(household, made.id, lambda found: not found.failures)
    assert (found.transfer, found.failing_since) == (again.transfer, None)


async def test_data_with_an_end_is_no_stream_and_said_so(household: Household) -> None:
    made = await household.order(every=STREAM)
    begun = await household.run(made.id)
    await household.desk.become(begun.transfer, "COMPLETED", progress=b"{}")
    failed = await household.settle(made.id)
    assert failed.outcome is RunOutcome.FAILED
    assert "has an end" in failed.reason["en"]


async def test_a_pause_suspends_the_transfer_and_its_end_lets_it_go_on(household: Household) -> None:
    async with running(household):
        made = await household.order(every=STREAM)
        begun = await until(household, made.id, lambda found: bool(found.transfer))
        await household.desk.become(begun.transfer, "STARTED")
        await subscriptions.pause(household.rooms.context, made.id)
        await _wait_for_pending(household, "TransferSuspensionMessage")
    (transfer,) = await household.transfers()
    assert transfer.state == TransferState.STARTED, "the peer has not answered yet"


async def test_a_removed_subscription_ends_its_transfer(household: Household) -> None:
    async with running(household):
        made = await household.order(every=STREAM)
        begun = await until(household, made.id, lambda found: bool(found.transfer))
        await household.desk.become(begun.transfer, "STARTED")
        await subscriptions.remove(household.rooms.context, made.id)
        await _wait_for_pending(household, "TransferTerminationMessage")


async def _wait_for_pending(household: Household, kind: str) -> None:
    """Wait until the only transfer has a message for the peer."""
    async with asyncio.timeout(10):
        while True:
            (transfer,) = await household.transfers()
            if transfer.pending is not None and transfer.pending.message == kind:
                return
            await asyncio.sleep(0.01)
