"""The in-memory twin of `SqliteProducts`, and of the changes of products and of measured quality."""

from collections.abc import Callable, Sequence
from typing import Any

from connector.ports.entities import MeasuredQuality, Product
from connector.ports.product_store import DropProduct, PutProduct, PutQuality
from connector.store.memory.tables import MemoryTables, check_expected


class MemoryProducts:
    """The chapter of products of a `Store`; `MemoryStore` is the whole."""

    _tables: MemoryTables

    async def product(self, owner: str, asset: str) -> Product | None:
        """Return what is known of an asset as a product."""
        found: Product | None = self._tables.get(self._tables.products, (owner, asset))
        return found

    async def products(self, owner: str) -> Sequence[Product]:
        """Return all products, ordered by asset."""
        rows: list[Product] = self._tables.select(self._tables.products, lambda row: row.owner == owner)
        return sorted(rows, key=lambda row: row.asset)

    async def quality(self, owner: str, asset: str) -> MeasuredQuality | None:
        """Return the measured quality of the data of an asset."""
        found: MeasuredQuality | None = self._tables.get(self._tables.qualities, (owner, asset))
        return found


def _put(tables: MemoryTables, change: PutProduct) -> None:
    key = (change.product.owner, change.product.asset)
    check_expected(tables.get(tables.products, key), change.expected, change.product.asset)
    tables.put(tables.products, key, change.product)


def _drop(tables: MemoryTables, change: DropProduct) -> None:
    for table in (tables.products, tables.qualities):
        if tables.get(table, (change.owner, change.asset)) is not None:
            tables.put(table, (change.owner, change.asset), None)


def _put_quality(tables: MemoryTables, change: PutQuality) -> None:
    tables.put(tables.qualities, (change.measured.owner, change.measured.asset), change.measured)


APPLY: dict[type, Callable[[MemoryTables, Any], None]] = {
    PutProduct: _put,
    DropProduct: _drop,
    PutQuality: _put_quality,
}
"""How each change is applied."""
