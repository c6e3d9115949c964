"""A consumer with an agreement, a clock that a test moves, and a provider whose data a test changes."""

from typing import Any

import msgspec

from connector.controlplane.usecases.subscribing import running, subscriptions
from connector.ports.entities import PageBounds, Subscription
from connector.protocol import dcat
from connector.protocol.dsp.machines.transfer_machine import Transfer
from connector.views.subscriptions import SubscriptionOrder
from tests.controlplane.agreements import Clock
from tests.support.plane import CITY, DATASET, ME, OWNER, Desk
from tests.support.rooms import Rooms

AGREEMENT = "urn:agreement:1"
OPEN: dict[str, Any] = {"@type": "Agreement", "permission": [{"action": "use"}]}
LIMITED: dict[str, Any] = {
    "@type": "Agreement",
    "permission": [{"action": "use", "constraint": [{"leftOperand": "count", "operator": "lteq", "rightOperand": 3}]}],
}
HOUR, DAY = 3_600_000, 86_400_000


class Household:
    """The consumer."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.clock = Clock()
        self.rooms: Rooms = desk.rooms.but(now=self.clock)
        desk.serve(self.rooms)
        self.state("a")

    def state(self, digest: str | None) -> None:
        """Let the provider state data with this digest, or nothing of it."""
        stated = {dcat.CHECKSUM: dcat.make_checksum(digest * 64)} if digest else {}
        self.desk.peer.datasets = [{**DATASET, "distribution": [stated]}]

    async def agree(self, document: dict[str, Any] = OPEN) -> None:
        whole = {"@id": AGREEMENT, "target": DATASET["@id"], "assigner": CITY, "assignee": ME, **document}
        await self.desk.agree(AGREEMENT, document=msgspec.json.encode(whole))

    async def order(self, **order: Any) -> Subscription:
        made = SubscriptionOrder(agreement=AGREEMENT, **order)
        return await subscriptions.add(self.rooms.enforcer, self.rooms.counterparties, made, by="anna")

    async def find(self, id: str) -> Subscription:
        return await subscriptions.find(self.rooms.context, id)

    async def run(self, id: str) -> Subscription:
        """Run a subscription as the runner does when it is due."""
        return await running.begin(self.rooms.enforcer, self.rooms.counterparties, await self.find(id))

    async def deliver(self, id: str, sha256: str = "d" * 64) -> Subscription:
        """Let the delivery under way arrive, and the subscription note it."""
        progress = msgspec.json.encode({"bytes_moved": 3, "sha256": sha256})
        await self.desk.become((await self.find(id)).transfer, "COMPLETED", progress=progress)
        return await self.settle(id)

    async def settle(self, id: str) -> Subscription:
        found = await running.settle(self.rooms.enforcer, await self.find(id))
        assert found is not None
        return found

    async def delivered(self, sha256: str = "d" * 64) -> Subscription:
        """A subscription with one delivery."""
        made = await self.order()
        await self.run(made.id)
        return await self.deliver(made.id, sha256)

    async def transfers(self) -> list[Transfer]:
        rows, _ = await self.desk.store.transfers(OWNER, PageBounds(limit=50))
        return list(rows)
