"""The port of what makes products: the inputs of a recipe are read, and its result is written whole or not at all."""

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

from connector.views.assets import Records
from connector.views.data_quality import DataQuality


class InputData(msgspec.Struct, frozen=True, kw_only=True):
    """The data of an input: its name, the address of its source, and how it is read.

    `received` is true for an address below the folder of received data.
    """

    name: str
    address: dict[str, Any]
    media_type: str
    records: Records | None = None
    received: bool = False


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A result that was written: its rows, its size in bytes, its SHA-256 (hex), its media type, and its quality."""

    rows: int
    size: int
    sha256: str
    media_type: str
    quality: DataQuality


class Deriver(Protocol):
    """Makes the results of recipes."""

    async def make(self, address: dict[str, Any], inputs: Sequence[InputData]) -> Made:
        """Make the result of a recipe in the place of the one before. Takes a bounded time. Raises SourceError."""

    async def measure(self, address: dict[str, Any], media_type: str, records: Records | None) -> DataQuality:
        """Measure the quality of the data of a source; what cannot be read says so in it. Takes a bounded time."""

    async def discard(self, address: dict[str, Any]) -> None:
        """Remove the result of a recipe, if there is one."""
