"""A participant with an asset of its own, an agreement, and a maker of products in memory; a test changes its data."""

from dataclasses import replace
from typing import Any

import msgspec

from connector.controlplane.usecases.offering import assets
from connector.controlplane.usecases.offering.publisher import Publisher
from connector.ports.entities import Asset, DataFacts
from connector.views.assets import AssetOrder, DataClass
from tests.controlplane.agreements import Clock
from tests.support.deriver import MemoryDeriver
from tests.support.plane import CITY, DATASET, ME, OWNER, Desk

OWN, PRODUCT, AGREEMENT = "urn:asset:own", "urn:asset:product", "urn:agreement:1"
USE: dict[str, Any] = {"permission": [{"action": "use"}]}


class Workshop:
    """What the tests of products work with."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.clock = Clock()
        self.deriver = MemoryDeriver()
        rooms = desk.rooms.but(now=self.clock, deriver=self.deriver)
        self.facts = DataFacts(sha256="a" * 64, changed_at=self.clock())
        evaluator = replace(rooms.evaluator, describe=self.describe)
        self.publisher: Publisher = replace(rooms.publisher, evaluator=evaluator)

    async def describe(self, _source: dict[str, Any]) -> DataFacts:
        return self.facts

    def change(self, digest: str) -> None:
        """Let the data of own assets have this digest."""
        self.facts = DataFacts(sha256=digest * 64, changed_at=self.clock())

    async def own(self, id: str = OWN, **more: Any) -> Asset:
        order = AssetOrder(id=id, title={"de": "Eigenes"}, source={"kind": "file", "path": "a.csv"}, **more)
        return await assets.add(self.publisher, order)

    async def agree(self, policy: dict[str, Any] | None = None, *, delivered: bool = True) -> None:
        whole = {"@type": "Agreement", "@id": AGREEMENT, "target": DATASET["@id"], "assigner": CITY, "assignee": ME}
        await self.desk.agree(AGREEMENT, document=msgspec.json.encode({**whole, **(policy or USE)}))
        if delivered:
            await self.deliver("d")

    async def deliver(self, digest: str) -> None:
        """Let a delivery under the agreement have arrived."""
        from connector.controlplane.usecases import transfer

        rooms = self.desk.rooms
        key = (await self.desk.store.agreements_named(OWNER, AGREEMENT))[0].key
        begun = await transfer.request(rooms.enforcer, key, sink={"kind": "file", "path": f"in/{digest}.csv"})
        progress = msgspec.json.encode({"sha256": digest * 64, "media_type": "text/csv"})
        await self.desk.become(begun.id, "COMPLETED", progress=progress)

    async def add(self, *inputs: dict[str, str], every: str = "change", **more: Any) -> Asset:
        """Add a product of these inputs, joined one by one."""
        named = [{"name": f"i{number}", **entry} for number, entry in enumerate(inputs)]
        steps = [{"do": "join", "with": entry["name"], "on": {"id": "id"}} for entry in named[1:]]
        source = {"kind": "recipe", "inputs": named, "steps": steps, "every": every}
        order = AssetOrder(id=PRODUCT, title={"de": "Produkt"}, source=source, **more)
        return await assets.add(self.publisher, order)

    async def offer(self, *inputs: dict[str, str], **more: Any) -> Asset:
        await self.add(*inputs, data_class=DataClass.OPEN, licence="cc-by/4.0", **more)
        return await assets.publish(self.publisher, PRODUCT)
