"""The port of products and of measured quality, a chapter of the store, with its changes."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from connector.ports.entities import MeasuredQuality, Product


class PutProduct(msgspec.Struct, frozen=True):
    """Insert or update what is known of a product under the same version rule."""

    product: Product
    expected: int | None


class DropProduct(msgspec.Struct, frozen=True):
    """Forget a product, if there is one, and the measured quality of its asset."""

    owner: str
    asset: str


class PutQuality(msgspec.Struct, frozen=True):
    """Insert or replace the measured quality of the data of an asset."""

    measured: MeasuredQuality


ProductChange = PutProduct | DropProduct | PutQuality


class ProductStore(Protocol):
    """The assets of an owner that are made by recipes, and the measured quality of its assets."""

    async def product(self, owner: str, asset: str) -> Product | None:
        """Return what is known of an asset as a product."""

    async def products(self, owner: str) -> Sequence[Product]:
        """Return all products, ordered by asset."""

    async def quality(self, owner: str, asset: str) -> MeasuredQuality | None:
        """Return the measured quality of the data of an asset."""
