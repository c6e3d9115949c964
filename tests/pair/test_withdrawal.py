"""Both sides show that an agreement is withdrawn, once the consumer has been told."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from connector.client.frame.errors import RequestRefused
from connector.client.get import WantedOffer
from connector.views.agreements import AgreementState
from tests.pair.space import Space, space

OPEN = {"permission": [{"action": "use"}]}
WHY = "The sensor is faulty."


@pytest.fixture
async def data_space(tmp_path: Path) -> AsyncIterator[Space]:
    async with space(tmp_path, "city", "firm") as made:
        yield made


@pytest.mark.parametrize("running", [True, False])
async def test_a_consumer_that_is_told_of_a_withdrawal_keeps_it_and_its_reason(
    data_space: Space, tmp_path: Path, running: bool
) -> None:
    city, firm = data_space.city, data_space.firm
    asset = await city.offers(policy=OPEN)
    begun = await firm.api.negotiations.start(city.id, asset.id)
    final = await firm.reaches(begun.id, "FINALIZED")
    await city.reaches((await city.other_side(final)).id, "FINALIZED")
    agreement, started = final.agreement_id or "", None
    if running:
        started = await firm.api.transfers.start(agreement, keep=True)
        await firm.api.transfers.wait(started.id, timeout_s=10, states=["STARTED"])
    await city.api.agreements.withdraw(agreement, reason=WHY)
    if started:
        assert (await firm.api.transfers.wait(started.id, timeout_s=10, states=["TERMINATED"])).ended
    for _ in range(2):
        with pytest.raises(RequestRefused, match=WHY):
            await firm.api.get(WantedOffer(participant=city.id, dataset=asset.id), tmp_path / "x", timeout_s=10)
    for member in (city, firm):
        found = await member.api.agreements.show(agreement)
        assert (found.state, bool(found.withdrawn_at)) == (AgreementState.WITHDRAWN, True)
    assert len((await firm.api.agreements.list()).items) == 1
