"""What every store does when an asset is removed."""

import pytest
from msgspec.structs import replace

from connector.ports.changes import DropAsset, PutAsset
from connector.ports.entities import PageBounds
from connector.ports.store import Store
from connector.ports.store_errors import Conflict
from tests.contract import values
from tests.contract.values import OWNER


async def test_a_removed_asset_is_gone_under_its_identifier_and_its_offers(store: Store) -> None:
    await store.commit([PutAsset(values.asset(name, offer_id=f"urn:o:{name}"), None) for name in ("a", "b")])
    await store.commit([DropAsset(OWNER, "a", 1)])
    assert await store.asset(OWNER, "a") is None
    assert await store.asset_of_offer(OWNER, "urn:o:a") is None
    rows, _ = await store.assets(OWNER, PageBounds())
    assert [row.id for row in rows] == ["b"]


async def test_an_asset_is_removed_only_in_the_version_that_was_read(store: Store) -> None:
    await store.commit([PutAsset(values.asset("a"), None)])
    await store.commit([PutAsset(replace(values.asset("a"), version=2), 1)])
    for owner, name, expected in ((OWNER, "a", 1), (OWNER, "b", 1), ("other", "a", 2)):
        with pytest.raises(Conflict):
            await store.commit([DropAsset(owner, name, expected)])
    assert await store.asset(OWNER, "a") is not None
