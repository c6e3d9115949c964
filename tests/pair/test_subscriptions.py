"""A standing order between two connectors: each run is one transfer, over a restart of the consumer."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from connector.controlplane.usecases.subscribing.subscriptions import CHANGED
from connector.views.subscriptions import SubscriptionState, SubscriptionView
from tests.pair.space import SOON, Member, Space, begin, space
from tests.pair.test_withdrawal import agreed


@pytest.fixture
async def data_space(tmp_path: Path) -> AsyncIterator[Space]:
    async with space(tmp_path, "city", "firm") as made:
        yield made


async def until(firm: Member, id: str, test: Callable[[SubscriptionView], bool]) -> SubscriptionView:
    async with asyncio.timeout(30):
        with firm.connector.context.watch.follow(CHANGED) as changed:
            while not test(found := await firm.api.subscriptions.show(id)):
                changed.clear()
                await changed.wait()
    return found


async def test_a_run_is_one_transfer_over_a_restart_and_the_provider_sees_it(data_space: Space) -> None:
    _, agreement = await agreed(data_space)
    city, firm = data_space.city, data_space.firm
    made = await firm.api.subscriptions.add(agreement, sink={"kind": "file", "path": "counts/"})
    begun = await until(firm, made.id, lambda found: bool(found.transfer))
    await firm.api.transfers.wait(begun.transfer, timeout_s=10, states=["STARTED"])
    await data_space.leave("firm")
    begin(await data_space.join("firm", SOON))
    firm = data_space.firm
    (given,) = (await city.api.transfers.list(agreement=agreement)).items
    await city.api.transfers.terminate(given.id, reason="The server moves.")
    failed = await until(firm, made.id, lambda found: found.outcome == "failed")
    assert "The server moves." in failed.reason["en"]
    assert (failed.failures, failed.transfer, failed.state) == (1, "", SubscriptionState.ACTIVE)
    assert len((await firm.api.transfers.list()).items) == 1


async def test_a_withdrawal_ends_the_subscription_with_its_reason(data_space: Space) -> None:
    _, agreement = await agreed(data_space)
    city, firm = data_space.city, data_space.firm
    made = await firm.api.subscriptions.add(agreement)
    begun = await until(firm, made.id, lambda found: bool(found.transfer))
    await firm.api.transfers.wait(begun.transfer, timeout_s=10, states=["STARTED"])
    await city.api.agreements.withdraw(agreement, reason="The sensor is faulty.")
    ended = await until(firm, made.id, lambda found: found.state is SubscriptionState.ENDED)
    assert "The sensor is faulty." in ended.reason["en"]
    assert ended.next_at is None
