"""Several participants in one process: each negotiates with a foreign connector in its own name."""

from pathlib import Path

import pytest

from connector.ports.entities import PageBounds
from tests.pair.space import participant
from tests.support.tenants import NAMES, housed, identify, member_of

FREE = {"permission": [{"action": "use"}]}


@pytest.mark.parametrize("name", NAMES)
async def test_a_tenant_provides_to_a_foreign_connector_and_consumes_from_it(tmp_path: Path, name: str) -> None:
    async with housed(tmp_path) as (space, house):
        tenant, firm = member_of(house, name), space.firm
        ours, theirs = (
            await tenant.offers("urn:dataset:ours", policy=FREE),
            await firm.offers("urn:dataset:theirs", policy=FREE),
        )
        for consumer, provider, asset in ((firm, tenant, ours), (tenant, firm, theirs)):
            asked = await consumer.api.negotiations.start(provider.id, asset.id)
            agreed = await consumer.reaches(asked.id, "FINALIZED")
            there = await provider.other_side(agreed)
            assert (agreed.peer, there.peer) == (provider.id, consumer.id)
        kept = {
            owner: {
                entry.counterparty
                for entry in (await house.house.parts.store.agreements(owner, PageBounds(limit=9)))[0]
            }
            for owner in ("default", *NAMES)
        }
        assert kept == {
            "default": set(),
            **{other: {participant("firm")} if other == name else set() for other in NAMES},
        }
        assert tenant.id == identify(name)
