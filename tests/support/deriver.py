"""A maker of products in memory: it counts what it makes, keeps it by the name of the result, and can fail."""

from collections.abc import Sequence
from typing import Any

from connector.ports.deriving import InputData, Made
from connector.ports.flow import SourceError
from connector.views.assets import Records
from connector.views.data_quality import DataQuality
from connector.views.recipes import name_result


class MemoryDeriver:
    """Implements `ports.deriving.Deriver`."""

    def __init__(self) -> None:
        self.results: dict[str, int] = {}
        self.inputs: Sequence[InputData] = ()
        self.measured = 0
        self.fault = ""

    async def make(self, address: dict[str, Any], inputs: Sequence[InputData]) -> Made:
        if self.fault:
            raise SourceError(self.fault)
        self.inputs = inputs
        number = self.results[name_result(address)] = self.results.get(name_result(address), 0) + 1
        digest = f"{number:064x}"
        quality = DataQuality(version=digest, rows=2)
        return Made(rows=2, size=9, sha256=digest, media_type="text/csv", quality=quality)

    async def measure(self, address: dict[str, Any], media_type: str, records: Records | None) -> DataQuality:
        self.measured += 1
        return DataQuality(rows=3)

    async def discard(self, address: dict[str, Any]) -> None:
        self.results.pop(name_result(address), None)
