"""One universe: a storm from a seed, then calm, then what must be true."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any

import msgspec

from connector.controlplane import assets, negotiation, transfer
from connector.controlplane.deciders import ByPolicy
from connector.controlplane.plane import Plane, UseCaseError
from connector.ports.changes import Change, PutProcess, StoreError
from connector.ports.decider import Accept, HoldFor, Offer, Proceed, Request, Terminate, Wait
from connector.ports.entities import AssetStatus, DataClass, Page
from connector.ports.store import AnyProcess
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machine import Kind
from connector.protocol.dsp.negotiation_machine import NEGOTIATION, ContractNegotiation, NegotiationState
from connector.protocol.dsp.transfer_machine import TRANSFER, TransferState
from tests.simulation import clock
from tests.simulation.network import CLEAR, Network, Weather
from tests.simulation.world import OWNER, Side

STORM_S, CALM_S = 240.0, 900.0
TERMS = msgspec.json.encode({"@type": "Offer", "@id": "offer:counter", "permission": [{"action": "use"}]})


class Broken(AssertionError):
    """An invariant does not hold; the message has the seed and the trace."""


class Whim:
    """Decides like the product, but now and then haggles or walks away, as people do."""

    def __init__(self, plane: Plane, rng: random.Random) -> None:
        self._by_policy = ByPolicy(plane, frozenset({DataClass.PERSONAL}))
        self._rng = rng

    async def decide(self, process: AnyProcess, now: int) -> Proceed | HoldFor | Wait:
        mood = self._rng.random()
        if isinstance(process, ContractNegotiation):
            if process.state in {NegotiationState.REQUESTED, NegotiationState.OFFERED} and mood < 0.06:
                ours = process.role is (Role.PROVIDER if process.state == NegotiationState.REQUESTED else Role.CONSUMER)
                if ours:
                    return Proceed(Terminate("whim", "changed our mind"))
            if process.role is Role.PROVIDER and process.state == NegotiationState.REQUESTED and mood < 0.3:
                return Proceed(Offer(TERMS))
            if process.role is Role.CONSUMER and process.state == NegotiationState.OFFERED:
                return Proceed(Request(TERMS) if mood < 0.4 and process.rounds < 6 else Accept())
        return await self._by_policy.decide(process, now)


class Universe:
    """Builds both sides, lets the storm rage, calms it, and checks."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.rng = random.Random(seed)
        worst = self.rng.random() * 0.3
        weather = Weather(
            lose_request=worst * self.rng.random(),
            lose_answer=worst * self.rng.random(),
            late=worst * self.rng.random() / 2,
            repeat=worst * self.rng.random(),
            delay=self.rng.choice([0.01, 0.2, 2.0]),
        )
        self.network = Network(self.rng, weather)
        self.city = Side("city", "firm", self.network, self.rng, lambda plane: Whim(plane, self.rng))
        self.firm = Side("firm", "city", self.network, self.rng, lambda plane: Whim(plane, self.rng))
        self.pairs: set[tuple[str, str, str]] = set()
        self._latest: dict[str, AnyProcess] = {}
        self._guard(self.city)
        self._guard(self.firm)

    def _guard(self, side: Side) -> None:
        """Look at every commit: only transitions of the figure, and the end is the end."""
        commit = side.store.commit

        async def guarded(group: Sequence[Change]) -> None:
            before = [
                (change.process, await self._stored(side, change.process))
                for change in group
                if isinstance(change, PutProcess)
            ]
            # A disk takes its time, and a crash may come before it has written or before anybody hears that it has.
            await asyncio.sleep(self.rng.random() * 0.005)
            await commit(group)
            for after, known in before:
                self._check_transition(side, known, after)
                self._latest[after.id] = after
            await asyncio.sleep(self.rng.random() * 0.005)

        side.store.commit = guarded  # type: ignore[method-assign]  # the guard stands between the plane and its store

    async def _stored(self, side: Side, process: AnyProcess) -> AnyProcess | None:
        if isinstance(process, ContractNegotiation):
            return await side.store.negotiation(OWNER, process.id)
        return await side.store.transfer(OWNER, process.id)

    def _check_transition(self, side: Side, before: AnyProcess | None, after: AnyProcess) -> None:
        table = NEGOTIATION if isinstance(after, ContractNegotiation) else TRANSFER
        state = before.state if before else None
        if state == after.state:
            return
        why = f" ({after.ended.reason})" if after.ended else ""
        self.network.trace.append(f"          {side.name} {after.id} {state} → {after.state}{why}")
        if state in table.terminal:
            raise Broken(f"seed {self.seed}: {side.name} left {state} for {after.state}")
        legal = table.reachable(state) | {table.terminated}
        if after.state not in legal:
            raise Broken(f"seed {self.seed}: {side.name} went from {state} to {after.state}")

    async def run(self) -> None:
        """Live one universe from storm to calm. Raises Broken."""
        await self.city.start()
        await self.firm.start()
        draft = assets.Draft(id="data", title={"en": "Data"}, source={"kind": "file"}, data_class=DataClass.OPEN)
        asset = await assets.add(self.city.plane, draft)
        offered = msgspec.structs.replace(asset, offer_id="offer:data", version=asset.version)
        await assets._move(self.city.plane, asset, offered, AssetStatus.PUBLISHED)
        people = asyncio.create_task(self._people())
        await asyncio.sleep(STORM_S)
        people.cancel()
        self.network.weather = CLEAR
        for side in (self.city, self.firm):
            await side.crash()
            await side.start()
        for _ in range(int(CALM_S / 30)):
            await asyncio.sleep(30)
            self._no_byte_without_leave()
        await self._check()

    async def _people(self) -> None:
        """What people and power cuts do, from the seed."""
        for _ in range(self.rng.randint(1, 2)):
            await negotiation.request(self.firm.plane, "city", "data")
        while True:
            await asyncio.sleep(self.rng.random() * 6)
            self._no_byte_without_leave()
            action = self.rng.random()
            side = self.rng.choice([self.city, self.firm])
            try:
                if action < 0.12:
                    self.network.trace.append(f"          {side.name} crashes")
                    await side.crash()
                    await asyncio.sleep(self.rng.random() * 10)
                    await side.start()
                elif action < 0.45:
                    await self._on_transfer(side)
                elif action < 0.6:
                    await self._on_agreement()
                elif action < 0.65:
                    await self._on_negotiation(side)
                elif action < 0.7:
                    await negotiation.offer(self.city.plane, "firm", "data")
            except (UseCaseError, StoreError):
                continue

    async def _on_transfer(self, side: Side) -> None:
        rows, _ = await side.store.transfers(OWNER, Page(limit=50))
        if not rows:
            return
        row = self.rng.choice(list(rows))
        action = self.rng.choice(["suspend", "suspend", "resume", "resume", "complete", "terminate", "finish"])
        if action == "finish":
            moving = sorted(side.dataplane.moving())
            if moving:
                await side.dataplane.finish(moving[0])
        elif action in {"suspend", "terminate"}:
            await getattr(transfer, action)(side.plane, row.id, "as the people will")
        else:
            await getattr(transfer, action)(side.plane, row.id)

    async def _on_agreement(self) -> None:
        rows, _ = await self.firm.store.agreements(OWNER, Page(limit=50))
        ready = [row for row in rows if row.finalized_at is not None]
        if ready:
            await transfer.request(self.firm.plane, self.rng.choice(ready).id, push=self.rng.random() < 0.4)

    async def _on_negotiation(self, side: Side) -> None:
        rows, _ = await side.store.negotiations(OWNER, Page(limit=50))
        if rows:
            await negotiation.terminate(side.plane, self.rng.choice(list(rows)).id, "as the people will")

    def _no_byte_without_leave(self) -> None:
        for flow_id in self.city.dataplane.moving():
            process = self._latest.get(flow_id)
            if process is not None and process.state != TransferState.STARTED and not process.pending:
                raise Broken(f"seed {self.seed}: bytes of {flow_id} leave in state {process.state}")

    async def _check(self) -> None:
        for kind in (Kind.NEGOTIATION, Kind.TRANSFER):
            mine = await self._all(self.firm, kind)
            theirs = await self._all(self.city, kind)
            for row in (*mine.values(), *theirs.values()):
                self._check_pair(row, mine, theirs)
            await self._check_answers(mine, theirs)
        await self._check_agreements()

    def _check_pair(self, row: Any, mine: dict[str, Any], theirs: dict[str, Any]) -> None:
        other = (theirs if row.id in mine else mine).get(row.peer_pid or "")
        table = NEGOTIATION if isinstance(row, ContractNegotiation) else TRANSFER
        if row.pending is not None:
            raise Broken(f"seed {self.seed}: {row.id} still owes {row.pending.message}")
        if other is None:
            if row.state not in {None, table.terminated}:
                raise Broken(f"seed {self.seed}: {row.id} is {row.state} and has no counterpart")
            return
        if row.state != other.state:
            raise Broken(f"seed {self.seed}: {row.id} is {row.state}, {other.id} is {other.state}")
        self.pairs.add((table.kind, row.state or "", row.role))

    async def _check_answers(self, mine: dict[str, Any], theirs: dict[str, Any]) -> None:
        for side, rows in ((self.firm, mine), (self.city, theirs)):
            for pid, states in side.answered.items():
                row = rows.get(pid)
                if row is None:
                    continue
                table = NEGOTIATION if isinstance(row, ContractNegotiation) else TRANSFER
                for state in states:
                    if state != row.state and row.state not in table.reachable(state) | {table.terminated}:
                        raise Broken(f"seed {self.seed}: {pid} was answered {state} and is {row.state}")

    async def _check_agreements(self) -> None:
        mine, _ = await self.firm.store.agreements(OWNER, Page(limit=500))
        theirs, _ = await self.city.store.agreements(OWNER, Page(limit=500))
        held = {row.id: row for row in theirs}
        for row in mine:
            if row.finalized_at is not None and held[row.id].document != row.document:
                raise Broken(f"seed {self.seed}: both sides hold another agreement {row.id}")

    async def _all(self, side: Side, kind: Kind) -> dict[str, Any]:
        read: Any = side.store.negotiations if kind is Kind.NEGOTIATION else side.store.transfers
        rows, _ = await read(OWNER, Page(limit=500))
        return {row.id: row for row in rows}


def live(seed: int) -> Universe:
    """Run one universe; raises Broken with the end of its trace."""
    universe: Universe | None = None

    async def main() -> Universe:
        nonlocal universe
        universe = Universe(seed)
        await universe.run()
        return universe

    try:
        return clock.run(main())
    except Broken as broken:
        trace = "\n".join(universe.network.trace[-60:]) if universe else ""
        raise Broken(f"{broken}\n{trace}") from None
