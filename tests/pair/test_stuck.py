"""A process that cannot continue says why: the reason and the next attempt, wherever a person looks."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from connector.client.frame.errors import StillWaiting
from connector.client.frame.flow import Progress
from connector.client.get import WantedOffer
from connector.protocol.dsp.machines.machine import FAULT_LENGTH
from tests.pair.space import Space, host, space

OPEN = {"permission": [{"action": "use"}]}
REASON = "https://city.example:443 could not be connected to (in process)."


@pytest.fixture
async def data_space(tmp_path: Path) -> AsyncIterator[Space]:
    async with space(tmp_path, "city", "firm") as made:
        yield made


async def test_an_unreachable_provider_is_named_in_the_process_in_get_and_in_the_readiness(
    data_space: Space, tmp_path: Path
) -> None:
    city, firm = data_space.city, data_space.firm
    asset = await city.offers(policy=OPEN)
    begun = await firm.api.negotiations.start(city.id, asset.id)
    agreement = (await firm.reaches(begun.id, "FINALIZED")).agreement_id or ""
    data_space.wire.down.add(f"{host('city')}:443")
    stuck = await firm.api.transfers.start(agreement)
    await firm.connector.context.watch.wait_for_change(stuck.id, 5)
    wanted, told = WantedOffer(participant=city.id, dataset=asset.id), list[Progress]()
    with pytest.raises(StillWaiting) as waiting:
        await firm.api.get(wanted, tmp_path / "x", timeout_s=6, progress=told.append)
    assert REASON in waiting.value.reason
    assert set(waiting.value.reasons) == {"de", "en"}
    assert "person" not in waiting.value.reason
    assert [entry.reason for entry in told if entry.step == "waiting"] == [REASON]
    pending = (await firm.api.transfers.show(stuck.id)).pending
    assert pending
    assert (pending.fault, bool(pending.next_at)) == (REASON, True)
    (listed,) = (await firm.api.transfers.list()).items
    assert listed.pending
    assert listed.pending.fault == REASON
    transport = httpx.ASGITransport(firm.connector.management())
    async with httpx.AsyncClient(transport=transport, base_url="http://management") as plain:
        warned = (await plain.get("/ready")).json()["warnings"]["peers"]
        assert city.id in warned
        assert REASON in warned
        data_space.wire.down.clear()
        assert (await firm.api.transfers.wait(stuck.id, timeout_s=10, states=["STARTED"])).pending is None
        assert "peers" not in (await plain.get("/ready")).json()["warnings"]


async def test_a_negotiation_that_does_not_leave_keeps_its_reason_and_goes_on(data_space: Space) -> None:
    city, firm = data_space.city, data_space.firm
    asset = await city.offers(policy=OPEN)
    offer = (await firm.api.catalog.dataset(city.id, asset.id))["hasPolicy"][0]
    data_space.wire.down.add(f"{host('city')}:443")
    begun = await firm.api.negotiations.start(city.id, asset.id, offer=offer["@id"], policy=OPEN)
    tried = (await firm.tries(begun.id)).pending
    assert tried
    assert tried.fault == REASON
    assert len(tried.fault) <= FAULT_LENGTH


async def test_a_published_file_that_is_gone_is_in_the_warnings(data_space: Space) -> None:
    city, firm = data_space.city, data_space.firm
    asset = await city.offers(policy=OPEN)
    begun = await firm.api.negotiations.start(city.id, asset.id)
    agreement = (await firm.reaches(begun.id, "FINALIZED")).agreement_id or ""
    file = (city.connector.parts.settings.data_root or Path()) / "counts.csv"
    file.unlink()
    started = await firm.api.transfers.start(agreement)
    ended = await firm.api.transfers.wait(started.id, timeout_s=10)
    assert ended.state == "TERMINATED"
    transport = httpx.ASGITransport(city.connector.management())
    async with httpx.AsyncClient(transport=transport, base_url="http://management") as plain:
        assert asset.id in (await plain.get("/ready")).json()["warnings"]["sources"]
