"""What every store does with products and with the measured quality of data."""

import pytest
from msgspec.structs import replace

from connector.ports.entities import MeasuredQuality, Product
from connector.ports.product_store import DropProduct, PutProduct, PutQuality
from connector.ports.store import Store
from connector.ports.store_errors import Conflict
from connector.views.data_quality import DataQuality
from connector.views.products import InputLineage, ProductState
from tests.contract.values import OWNER

FIRST = Product(owner=OWNER, asset="urn:p:1", version=1, inputs=(InputLineage(name="a", dataset="urn:a"),))


async def test_a_product_is_stored_over_the_version_that_was_read(store: Store) -> None:
    second = replace(FIRST, version=2, state=ProductState.STOPPED, reason={"de": "aus", "en": "over"})
    await store.commit([PutProduct(FIRST, None)])
    await store.commit([PutProduct(second, 1)])
    assert await store.product(OWNER, "urn:p:1") == second
    for change in (PutProduct(second, 1), PutProduct(FIRST, None)):
        with pytest.raises(Conflict):
            await store.commit([change])
    assert await store.product("other", "urn:p:1") is None


async def test_products_are_listed_by_asset_and_forgotten_with_their_quality(store: Store) -> None:
    quality = MeasuredQuality(owner=OWNER, asset="urn:p:1", versions=(DataQuality(version="v", rows=3),))
    other = replace(FIRST, asset="urn:p:0")
    await store.commit([PutProduct(FIRST, None), PutProduct(other, None), PutQuality(quality)])
    assert await store.products(OWNER) == [other, FIRST]
    assert await store.quality(OWNER, "urn:p:1") == quality
    await store.commit([DropProduct(OWNER, "urn:p:1")])
    await store.commit([DropProduct(OWNER, "urn:p:1")])
    assert await store.products(OWNER) == [other]
    assert await store.quality(OWNER, "urn:p:1") is None


async def test_the_newest_measurement_replaces_the_one_before(store: Store) -> None:
    first = MeasuredQuality(owner=OWNER, asset="urn:a", versions=(DataQuality(version="v"),))
    second = replace(first, versions=(DataQuality(version="w"), DataQuality(version="v")))
    await store.commit([PutQuality(first)])
    await store.commit([PutQuality(second)])
    assert await store.quality(OWNER, "urn:a") == second
