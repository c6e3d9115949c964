"""What the SQLite store knows of products and of the measured quality of data."""

from collections.abc import Sequence

from connector.ports.entities import MeasuredQuality, Product
from connector.store.sqlite.chapters import products
from connector.store.sqlite.engine.connection import StoreConnection

"""How each change of the chapter is applied."""


class SqliteProducts:
    """The chapter of products of a `Store`; `SqliteStore` is the whole."""

    _reader: StoreConnection

    async def product(self, owner: str, asset: str) -> Product | None:
        """Return what is known of an asset as a product."""
        return products.product(self._reader, owner, asset)

    async def products(self, owner: str) -> Sequence[Product]:
        """Return all products, ordered by asset."""
        return products.products(self._reader, owner)

    async def quality(self, owner: str, asset: str) -> MeasuredQuality | None:
        """Return the measured quality of the data of an asset."""
        return products.quality(self._reader, owner, asset)
