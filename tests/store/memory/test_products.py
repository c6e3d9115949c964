"""Products in memory; tests/contract/test_products.py has what holds for every store."""

import pytest

from connector.ports.product_store import PutProduct
from connector.store.memory.store import MemoryStore
from tests.contract.test_products import FIRST


async def test_a_group_that_fails_leaves_no_product() -> None:
    store = MemoryStore()
    with pytest.raises(KeyError):
        await store.commit([PutProduct(FIRST, None), 7])  # type: ignore[list-item]
    assert await store.product(FIRST.owner, FIRST.asset) is None
