"""A limit of concurrent transfers holds in whatever order they start, end a suspension, or are acknowledged."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from connector.protocol.dsp.machines.transfer_machine import FlowState
from tests.pair.space import Member, Space, space

ONE = {"leftOperand": "dk:concurrentTransfers", "operator": "lteq", "rightOperand": 1}
TERMS = {"permission": [{"action": "use", "constraint": [ONE]}]}


@pytest.fixture
async def data_space(tmp_path: Path) -> AsyncIterator[Space]:
    async with space(tmp_path, "city", "firm") as made:
        yield made


async def agree(data_space: Space) -> str:
    city, firm = data_space.city, data_space.firm
    asset = await city.offers(policy=TERMS)
    begun = await firm.api.negotiations.start(city.id, asset.id)
    final = await firm.reaches(begun.id, "FINALIZED")
    await city.reaches((await city.other_side(final)).id, "FINALIZED")
    return final.agreement_id or ""


async def count_moving(city: Member) -> int:
    """Return how many flows have a lease at the provider."""
    rows = (await city.api.transfers.list()).items
    return sum(row.state == "STARTED" and row.flow_reported is FlowState.STARTED for row in rows)


async def test_transfers_that_are_requested_together_do_not_all_find_the_last_place_free(data_space: Space) -> None:
    city, firm = data_space.city, data_space.firm
    agreement = await agree(data_space)
    begun = await asyncio.gather(*(firm.api.transfers.start(agreement, keep=True) for _ in range(8)))
    states = [await firm.api.transfers.wait(one.id, timeout_s=10, states=["STARTED"]) for one in begun]
    assert {one.state for one in states} <= {"STARTED", "TERMINATED"}
    for _ in range(200):
        assert await count_moving(city) <= 1
        if sum(row.state == "TERMINATED" for row in (await city.api.transfers.list()).items) == 7:
            break
        await asyncio.sleep(0.02)
    assert await count_moving(city) == 1


async def test_a_transfer_that_is_resumed_counts_the_one_that_took_its_place(data_space: Space) -> None:
    city, firm = data_space.city, data_space.firm
    agreement = await agree(data_space)
    begun = []
    for _ in range(3):
        begun.append((await firm.api.transfers.start(agreement, keep=True)).id)
        await firm.api.transfers.wait(begun[-1], timeout_s=10, states=["STARTED"])
        await firm.api.transfers.suspend(begun[-1])
        seen = await firm.api.transfers.wait(begun[-1], timeout_s=10, states=["SUSPENDED"])
        await city.api.transfers.wait(seen.peer_pid or "", timeout_s=10, states=["SUSPENDED"])
    for pid in reversed(begun):
        await firm.api.transfers.resume(pid)
        await firm.api.transfers.wait(pid, timeout_s=10, states=["STARTED"])
    for _ in range(100):
        assert await count_moving(city) <= 1
        await asyncio.sleep(0.02)
    assert [(await firm.api.transfers.show(pid)).state for pid in begun].count("STARTED") == 1
