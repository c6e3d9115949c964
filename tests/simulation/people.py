"""What people and power cuts do to a universe, from its seed."""

import asyncio
import random
from typing import Any

import msgspec

from connector.controlplane.enforcing.enforcer import Enforcer
from connector.controlplane.processes.deciders import ByPolicy
from connector.controlplane.usecases import negotiation, transfer
from connector.ports.decider import Accept, HoldFor, MakeOffer, MakeRequest, Proceed, Terminate, Wait
from connector.ports.entities import DataClass
from connector.ports.store import AnyProcess
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.machine import ProcessKind
from connector.protocol.dsp.machines.negotiation_machine import Negotiation, NegotiationState
from tests.simulation.world import ALL, OWNER, Side


def terms(until: int) -> dict[str, Any]:
    """Return what haggling is about: how long the data may be used."""
    right = {"@value": f"{until}-01-01T00:00:00Z", "@type": "xsd:dateTime"}
    limit = {"leftOperand": "dateTime", "operator": "lt", "rightOperand": right}
    return {"@type": "Offer", "@id": "offer:counter", "permission": [{"action": "use", "constraint": [limit]}]}


TERMS = [msgspec.json.encode(terms(until)) for until in (2060, 2070, 2080)]


class Whim:
    """Decides like the product, but now and then haggles or walks away, as people do."""

    def __init__(self, enforcer: Enforcer, rng: random.Random) -> None:
        self._by_policy = ByPolicy(enforcer, frozenset({DataClass.PERSONAL}))
        self._rng = rng

    async def decide(self, process: AnyProcess, now: int) -> Proceed | HoldFor | Wait:
        mood = self._rng.random()
        if isinstance(process, Negotiation):
            if process.state in {NegotiationState.REQUESTED, NegotiationState.OFFERED} and mood < 0.06:
                ours = process.role is (Role.PROVIDER if process.state == NegotiationState.REQUESTED else Role.CONSUMER)
                if ours:
                    return Proceed(Terminate("whim", "changed our mind"))
            if process.state in {NegotiationState.REQUESTED, NegotiationState.OFFERED} and mood > 0.85:
                return Wait(now + int((mood - 0.85) * 200_000))
            if process.role is Role.PROVIDER and process.state == NegotiationState.REQUESTED and mood < 0.3:
                return Proceed(MakeOffer(self._rng.choice(TERMS)))
            if process.role is Role.CONSUMER and process.state == NegotiationState.OFFERED:
                return Proceed(MakeRequest(self._rng.choice(TERMS)) if mood < 0.4 and process.rounds < 6 else Accept())
        return await self._by_policy.decide(process, now)


class People:
    """The people of all sides; `most` bounds the negotiations and the transfers that they begin.

    `pairs` are the consumer and the provider of each relation, `stops` is the chance of a stop in good order.
    """

    def __init__(self, pairs: list[tuple[Side, Side]], rng: random.Random, stops: random.Random) -> None:
        self._pairs, self._rng, self._stops = pairs, rng, stops
        # In the order in which they have always been chosen: the provider first.
        self._sides = list({side.name: side for pair in pairs for side in pair[::-1]}.values())
        self._pace = rng.choice([1.0, 3.0, 8.0])
        self._most = rng.randint(1, 4)
        self._negotiations = self._transfers = 0

    async def act(self) -> None:
        """Act until cancelled."""
        self._request()
        while True:
            await asyncio.sleep(self._rng.random() * self._pace)
            side = self._rng.choice(self._sides)
            action = self._rng.random()
            if action < 0.5:
                await self._on_transfer(side)
            elif action < 0.75:
                await self._on_agreement()
            elif action < 0.82:
                await self._on_negotiation(side)
            elif action < 0.9:
                self._request()
            elif action < 0.95 and self._negotiations < self._most:
                self._negotiations += 1
                consumer, provider = self._pair()
                provider.ask(negotiation.offer(provider.rooms.evaluator, consumer.name, "data"))

    async def cut_power(self, side: Side) -> None:
        """Let a side crash or stop now and then, at any moment, until cancelled."""
        often = self._rng.choice([5.0, 20.0, 60.0])
        while True:
            await asyncio.sleep(self._rng.random() * often * 2)
            stops = self._stops.random() < 0.3
            side.witness.note(f"{side.name} {'stops' if stops else 'crashes'}")
            side.witness.seen[f"{'stop' if stops else 'crash'} of {side.name}"] += 1
            await (side.stop() if stops else side.crash())
            try:
                await asyncio.sleep(self._rng.random() * self._rng.choice([0.01, 1.0, 20.0]))
            finally:
                await side.start()

    def _request(self) -> None:
        if self._negotiations < self._most:
            self._negotiations += 1
            consumer, provider = self._pair()
            rooms = consumer.rooms
            consumer.ask(negotiation.request(rooms.evaluator, rooms.counterparties, provider.name, "data"))

    def _pair(self) -> tuple[Side, Side]:
        return self._rng.choice(self._pairs) if len(self._pairs) > 1 else self._pairs[0]

    async def _on_transfer(self, side: Side) -> None:
        rows = list((await side.rows(ProcessKind.TRANSFER)).values())
        if not rows:
            return
        row = self._rng.choice(rows)
        action = self._rng.choice(["suspend", "suspend", "resume", "resume", "complete", "terminate", "finish"])
        if action == "finish":
            moving = sorted(side.dataplane.moving())
            if moving:
                side.ask(side.dataplane.finish(moving[0]))
        elif action in {"suspend", "terminate"}:
            side.ask(getattr(transfer, action)(side.rooms.enforcer, row.id, "as the people will"))
        else:
            side.ask(getattr(transfer, action)(side.rooms.enforcer, row.id))

    async def _on_agreement(self) -> None:
        consumer, _ = self._pair()
        rows, _ = await consumer.store.agreements(OWNER, ALL)
        ready = [row for row in rows if row.finalized_at is not None]
        if ready and self._transfers < self._most:
            self._transfers += 1
            push = self._rng.random() < 0.4
            consumer.ask(transfer.request(consumer.rooms.enforcer, self._rng.choice(ready).key, push=push))

    async def _on_negotiation(self, side: Side) -> None:
        rows = list((await side.rows(ProcessKind.NEGOTIATION)).values())
        if not rows:
            return
        pid = self._rng.choice(rows).id
        action = self._rng.random()
        if action < 0.3:
            side.ask(negotiation.terminate(side.rooms.enforcer, pid, "as the people will"))
        elif action < 0.7:
            side.ask(negotiation.approve(side.rooms.enforcer, pid))
        else:
            side.ask(negotiation.counter(side.rooms.enforcer, pid, terms(2050)))
