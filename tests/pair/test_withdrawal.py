"""Both sides show that an agreement is withdrawn, or that its provider refuses, once the consumer has been told."""

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


async def agreed(data_space: Space, policy: dict[str, object] = OPEN) -> tuple[str, str]:
    """Conclude an agreement; return the dataset and its identifier."""
    city, firm = data_space.city, data_space.firm
    asset = await city.offers(policy=policy)
    begun = await firm.api.negotiations.start(city.id, asset.id)
    final = await firm.reaches(begun.id, "FINALIZED")
    await city.reaches((await city.other_side(final)).id, "FINALIZED")
    return asset.id, final.agreement_id or ""


async def open_transfer(data_space: Space, agreement: str, state: str) -> str:
    """Bring a transfer into a state on both sides; return its identifier at the consumer."""
    city, firm = data_space.city, data_space.firm
    started = await firm.api.transfers.start(agreement, keep=True)
    await firm.api.transfers.wait(started.id, timeout_s=10, states=["STARTED"])
    if state == "SUSPENDED":
        await firm.api.transfers.suspend(started.id)
        seen = await firm.api.transfers.wait(started.id, timeout_s=10, states=["SUSPENDED"])
        await city.api.transfers.wait(seen.peer_pid or "", timeout_s=10, states=["SUSPENDED"])
    return started.id


@pytest.mark.parametrize("open_state", ["STARTED", "SUSPENDED", None])
async def test_a_consumer_that_is_told_of_a_withdrawal_keeps_it_and_its_reason(
    data_space: Space, tmp_path: Path, open_state: str | None
) -> None:
    city, firm = data_space.city, data_space.firm
    dataset, agreement = await agreed(data_space)
    started = await open_transfer(data_space, agreement, open_state) if open_state else None
    await city.api.agreements.withdraw(agreement, reason=WHY)
    if started:
        ended = (await firm.api.transfers.wait(started, timeout_s=10, states=["TERMINATED"])).ended
        assert ended
        assert WHY in ended.reason
        assert (await firm.api.agreements.show(agreement)).state == AgreementState.WITHDRAWN, "known without asking"
    for _ in range(2):
        with pytest.raises(RequestRefused, match=WHY):
            await firm.api.get(WantedOffer(participant=city.id, dataset=dataset), tmp_path / "x", timeout_s=10)
    for member in (city, firm):
        found = await member.api.agreements.show(agreement)
        assert (found.state, bool(found.withdrawn_at)) == (AgreementState.WITHDRAWN, True)
    assert len((await firm.api.agreements.list()).items) == 1


@pytest.mark.parametrize("open_state", ["STARTED", "SUSPENDED", None])
async def test_an_agreement_shows_that_its_provider_excludes_this_participant_once_it_was_told(
    data_space: Space, tmp_path: Path, open_state: str | None
) -> None:
    city, firm = data_space.city, data_space.firm
    dataset, agreement = await agreed(data_space)
    started = await open_transfer(data_space, agreement, open_state) if open_state else None
    await city.api.participants.block(firm.id, reason=WHY)
    wanted = WantedOffer(participant=city.id, dataset=dataset)
    if started:
        await firm.api.transfers.wait(started, timeout_s=10, states=["TERMINATED"])
    else:
        with pytest.raises(RequestRefused, match=WHY):
            await firm.api.get(wanted, tmp_path / "x", timeout_s=10)
    (listed,) = (await firm.api.agreements.list()).items
    assert (listed.state, WHY in listed.because["de"]) == (AgreementState.REFUSED, True)
    await city.api.participants.unblock(firm.id)
    await open_transfer(data_space, agreement, "STARTED")
    assert (await firm.api.agreements.show(agreement)).state == AgreementState.ACTIVE
