"""Measures the quality of what is delivered: each version of the data of an asset once, beside its first delivery.

Data whose version nobody knows is not measured: it would be read again for each delivery. No value of the data is kept.
"""

import asyncio
import logging

import msgspec

from connector.controlplane.core.errors import UseCaseError
from connector.controlplane.core.watch import DELIVERED
from connector.controlplane.usecases.offering.inspecting import forget_value
from connector.controlplane.usecases.offering.publisher import Publisher
from connector.controlplane.usecases.recipes.keeping import keep_quality
from connector.ports.entities import Asset, PageBounds
from connector.ports.store_errors import StoreError
from connector.protocol.dsp.common import Role
from connector.views.recipes import is_recipe

log = logging.getLogger(__name__)

NEWEST = 50
"""The newest transfers whose data is looked at after a start: a process may have ended before it was measured."""
MEASURED = "measured"
"""What the watch of the context calls a new measurement of the data of any asset."""
GATHER_S, PAUSE_S = 1.0, 60.0


class DeliveryMeasurer:
    """Measures one asset at a time. `run` is the task of a process."""

    def __init__(self, publisher: Publisher, *, gather_s: float = GATHER_S) -> None:
        self._publisher = publisher
        self._gather_s = gather_s

    async def run(self) -> None:
        """Measure what is delivered until cancelled."""
        with self._publisher.context.watch.gather(DELIVERED) as delivered:
            known, left = False, frozenset[str]()
            while True:
                if not left:
                    await delivered.wait()
                    await asyncio.sleep(self._gather_s)
                left |= delivered.take()
                try:
                    if not known:
                        left |= await self.find_newest()
                        known = True
                    await self.measure(left)
                    left = frozenset()
                except StoreError as error:
                    log.warning("the quality of data is measured later: the store is unavailable: %s", error)
                    await asyncio.sleep(PAUSE_S)

    async def find_newest(self) -> frozenset[str]:
        """Return the datasets of the newest transfers that this participant provides."""
        context = self._publisher.context
        rows, _ = await context.store.transfers(context.owner, PageBounds(limit=NEWEST))
        return frozenset(row.dataset for row in rows if row.role is Role.PROVIDER)

    async def measure(self, datasets: frozenset[str]) -> None:
        """Measure the data of datasets, as far as its version was not measured yet."""
        context = self._publisher.context
        for asset in (await context.store.assets_of(context.owner, sorted(datasets))).values():
            try:
                await self._measure(asset)
            except (UseCaseError, OSError) as error:
                log.warning("the quality of data was not measured: %s", error, extra={"pid": asset.id})

    async def _measure(self, asset: Asset) -> None:
        publisher, context = self._publisher, self._publisher.context
        describe = publisher.evaluator.describe
        if asset.live or is_recipe(asset.source) or publisher.deriver is None or describe is None:
            return  # the result of a recipe was measured when it was made
        facts = await describe(asset.source)
        known = await context.store.quality(context.owner, asset.id)
        if not facts.version or (known and any(entry.version == facts.version for entry in known.versions)):
            return
        found = await publisher.deriver.measure(asset.source, asset.media_type, asset.records)
        measured = msgspec.structs.replace(
            found,
            version=facts.version,
            measured_at=context.now(),
            changed_at=facts.changed_at,
            findings=tuple(map(forget_value, found.findings)),
        )
        await context.store.commit([await keep_quality(publisher.evaluator, asset.id, measured)])
        context.watch.notify(MEASURED)
