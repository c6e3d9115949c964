"""One universe: a storm from a seed, then calm, then what must be true."""

import asyncio
import logging
import random
from collections import Counter

import msgspec

from connector.controlplane.usecases.offering import assets
from connector.ports.entities import Agreement, AssetStatus, DataClass
from connector.ports.store import AnyProcess
from connector.protocol.dsp.machines.machine import ProcessKind
from connector.protocol.dsp.machines.transfer_machine import Transfer, TransferState
from connector.views.assets import AssetOrder
from tests.simulation import clock
from tests.simulation.manners import ALL_MANNERS, KEEPS_FIRST, MIXES_UP, RENEWS
from tests.simulation.network import CLEAR, Network, Weather
from tests.simulation.people import People, Whim
from tests.simulation.showing import Showing
from tests.simulation.witness import Broken, Witness, table_of
from tests.simulation.world import ALL, LOOK_MS, OWNER, Side

CALM_S = 1200.0
# Longer than two looks of either side: what both agree on by then stays as it is.
STILL_S = 2.5 * LOOK_MS / 1000
TRACE_LINES = 80
LONG_MS, SHORT_MS = 7 * 86_400_000, 45_000
# Ends that no person and no policy decided.
_UNWANTED = {
    "refused",
    "out-of-step",
    "unreachable",
    "expired",
    "flow-failed",
    "source-failed",
    "other-terms",
    "other-parties",
    "pid-taken",
    "stuck",
}


class Universe:
    """Builds the sides, lets the storm rage, calms it, and checks.

    With a `third` side, one of the two has two peers: the third is the twin of one of them, chooses the identifiers
    that this one has chosen, and says again what it says.
    """

    def __init__(self, seed: int, loop: clock.VirtualLoop, *, third: bool = False) -> None:
        self.seed = seed
        self.witness = Witness()
        self._loop = loop
        rng = self._stream("weather")
        weather = {"city": _weather(rng)}
        # Often it is the same in both directions, and sometimes a side is heard that hears little.
        weather["firm"] = weather["city"] if rng.random() < 0.6 else _weather(rng)
        self._storm_s = rng.choice([30.0, 60.0, 120.0])
        self.network = Network(self._stream("network"), weather, self.witness)
        # Some peers are given up soon; some say already what they are only about to be.
        self._owed_for = rng.choice([LONG_MS, LONG_MS, LONG_MS, SHORT_MS])
        eager = rng.choice([None, None, None, "city", "firm"])
        self._tolerated = {"unreachable", "expired"} if self._owed_for == SHORT_MS else set()
        self._tolerated |= {"out-of-step"} if eager else set()
        twin = self._stream("third").choice(["city", "firm"]) if third else None
        peers = {"city": ["firm"], "firm": ["city"]}
        if twin:
            (other,) = peers[twin]
            peers["port"] = [other]
            peers[other].append("port")
            weather["port"] = weather[twin]
        self.sides = {name: self._side(name, tuple(others)) for name, others in peers.items()}
        self.city, self.firm = self.sides["city"], self.sides["firm"]
        # The consumer and the provider of each relation.
        self.pairs = [(self.firm, self.city)]
        if twin:
            port = self.sides["port"]
            port.twin = self.sides[twin]
            self.pairs.append((port, self.city) if twin == "firm" else (self.firm, port))
            self.network.echoes = {"port": (twin, port.twin.identity.issue_token)}
            self.network.echoes[twin] = ("port", port.identity.issue_token)
        for side in self.sides.values():
            side.eager = side.name == eager
            side.owed_for = self._owed_for
        full = self._stream("full")
        self._full = full.choice([0.02, 0.1, *[0.0] * 6])
        self._shown_badly = self._stream("showing").choice([0.05, 0.3, *[0.0] * 8])
        if not third:
            self._behave()

    def _behave(self) -> None:
        """Give one side of some universes a bad manner."""
        rng = self._stream("manners")
        manner = rng.choice([*ALL_MANNERS, *[None] * 9])
        side = rng.choice([self.city, self.firm])
        if manner in {RENEWS, MIXES_UP}:
            side = self.city
        if manner == RENEWS and rng.random() < 0.5:
            manner = KEEPS_FIRST
        side.behave(manner, rng)
        self._tolerated |= {"pid-taken", "refused"} if manner == MIXES_UP else set()

    def _stream(self, purpose: str) -> random.Random:
        """Return a stream of chance of its own, so that a change in one place leaves the others as they were."""
        return random.Random(f"{self.seed}/{purpose}")

    def _side(self, name: str, others: tuple[str, ...]) -> Side:
        moods = self._stream(f"moods of {name}")
        return Side(name, others, self.network, self._stream(name), lambda enforcer: Whim(enforcer, moods))

    async def run(self) -> None:
        """Live one universe from storm to calm. Raises Broken."""
        await self._begin()
        await self._storm()
        began = self._loop.time()
        problem = await self._calm()
        self.witness.seen["virtual seconds until both agree"] += int(self._loop.time() - began)
        self.witness.seen["virtual seconds"] += int(self._loop.time())
        self._raise(problem or await self._check())

    async def _begin(self) -> None:
        for side in self.sides.values():
            await side.start()
        for provider in {side.name: side for _, side in self.pairs}.values():
            draft = AssetOrder(
                id="data", title={"en": "Data"}, source={"kind": "file"}, data_class=DataClass.OPEN, licence="cc-by/4.0"
            )
            asset = await assets.add(provider.rooms.publisher, draft)
            offered = msgspec.structs.replace(asset, offer_id="offer:data", version=asset.version)
            await assets.store_changed(provider.rooms.publisher, asset, offered, AssetStatus.PUBLISHED)

    async def _storm(self) -> None:
        people = People(self.pairs, self._stream("people"), self._stream("stops"))
        for side in self.sides.values():
            side.store.full = (self._full, self._stream(f"full disk of {side.name}")) if self._full else None
            if self._shown_badly:
                chance = self._stream(f"shown to {side.name}")
                side.identity.showing = Showing(chance, self._shown_badly, self.witness.seen)
        acts = [people.act(), *(people.cut_power(side) for side in self.sides.values())]
        tasks = [asyncio.create_task(act) for act in acts]
        await self._pass(self._storm_s)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.network.weather = dict.fromkeys(self.sides, CLEAR)
        self.network.echoes = {}
        for side in self.sides.values():
            side.store.full = None
            side.identity.showing = None
            await side.crash()
            await side.start()

    async def _calm(self) -> str | None:
        """Wait until all sides agree and have gone on agreeing; return what they do not agree on in the end."""
        deadline = self._loop.time() + CALM_S
        while self._loop.time() < deadline:
            await self._pass(5)
            if self.network.quiet() and await self._unsettled() is None:
                await self._pass(STILL_S)
                if await self._unsettled() is None:
                    return None
        return await self._unsettled()

    async def _pass(self, seconds: float) -> None:
        """Let time pass, unless something breaks. Raises Broken."""
        try:
            async with asyncio.timeout(seconds):
                await self.witness.stop.wait()
        except TimeoutError:
            pass
        if self._loop.faults:
            self.witness.broken(self._loop.faults[0])
        self._raise(self.witness.fault)

    def _raise(self, fault: str | None) -> None:
        if fault:
            trace = "\n".join(self.witness.trace[-TRACE_LINES:])
            raise Broken(f"seed {self.seed}{' with a third side' if 'port' in self.sides else ''}: {fault}\n{trace}")

    async def _unsettled(self) -> str | None:
        """Return what the sides do not agree on or still owe, or None."""
        for kind in (ProcessKind.NEGOTIATION, ProcessKind.TRANSFER):
            rows = {name: await side.rows(kind) for name, side in self.sides.items()}
            for name, side in self.sides.items():
                for row in rows[name].values():
                    other = rows[row.peer].get(row.peer_pid or "")
                    problem = _differs(row, other) or _flows_otherwise(side, row)
                    if problem and not self.witness.may_differ(row, other):
                        return problem
        return None

    async def _check(self) -> str | None:
        for side in self.sides.values():
            rows: dict[str, AnyProcess] = {}
            for kind in (ProcessKind.NEGOTIATION, ProcessKind.TRANSFER):
                rows |= await side.rows(kind)
            named = Counter((type(row), row.peer_pid) for row in rows.values() if row.peer_pid)
            self.witness.seen["rule a pid of two peers"] += sum(count > 1 for count in named.values())
            for row in rows.values():
                self.witness.seen[f"pair {table_of(row).kind} {row.role} {row.state}"] += 1
                if row.ended:
                    self.witness.seen[f"ended {table_of(row).kind} {row.ended.code}"] += 1
            leaves, _ = await side.store.leaves(OWNER, ALL)
            problem = self.witness.check_answers(side.name, rows)
            problem = problem or self.witness.check_audit(side.name, list(leaves), rows)
            if problem:
                return problem
        problem = await self._agreements() or self.witness.check_applied()
        return problem or (None if self.witness.stale else await self._wanted())

    async def _wanted(self) -> str | None:
        """Return what has ended though nobody wanted it to, or None.

        A copy that comes when its sender has gone on can undo what came after it, for the protocol's messages have no
        identifier; without such a copy, only people end things.
        """
        for kind in (ProcessKind.NEGOTIATION, ProcessKind.TRANSFER):
            rows = {name: await side.rows(kind) for name, side in self.sides.items()}
            for mine in rows.values():
                for row in mine.values():
                    other = rows[row.peer].get(row.peer_pid or "")
                    codes = {each.ended.code for each in (row, other) if each and each.ended}
                    # Where one side had leave to give up, the other hears of it by a refusal.
                    given_up = codes & self._tolerated and "stuck" not in codes
                    if (
                        not given_up
                        and codes & _UNWANTED
                        and "withdrawn" not in codes
                        and not self.witness.meant_to_end(row)
                    ):
                        return f"{row.id} ended though nobody wanted it to: {row.ended}"
        return None

    async def _agreements(self) -> str | None:
        """Return on which agreement two sides hold different bytes, or None.

        A provider that agrees again may hold it under another identifier than its consumer, who has noted every one
        that came, and no other.
        """
        for consumer, provider in self.pairs:
            given, taken = await _concluded(provider, consumer), await _concluded(consumer, provider)
            names = {row.id: await _names(consumer, row) for row in taken}
            for row in taken:
                odd = names[row.id] - self.witness.agreed_as(provider.name)
                if odd:
                    return f"{consumer.name} names an agreement {odd}, which {provider.name} never did"
            held = sorted((row.id, *_read_agreement(row)) for row in given)
            others = sorted((_named(given, names[row.id]) or row.id, *_read_agreement(row)) for row in taken)
            if held != others:
                return f"both sides hold other agreements: {held} and {others}"
        for side in self.sides.values():
            rows, _ = await side.store.agreements(OWNER, ALL)
            self.witness.seen["rule an agreement identifier of two peers"] += len(rows) - len({row.id for row in rows})
        return None


async def _concluded(side: Side, other: Side) -> list[Agreement]:
    """Return the agreements of a side with another one that are concluded."""
    rows, _ = await side.store.agreements(OWNER, ALL)
    return [row for row in rows if row.finalized_at is not None and row.counterparty == other.name]


async def _names(side: Side, agreement: Agreement) -> set[str]:
    """Return the identifiers under which a consumer has got an agreement."""
    agreed = await side.store.negotiation(OWNER, agreement.negotiation_id)
    return {agreement.id, *(agreed.other_agreement_ids if agreed else ())}


def _named(given: list[Agreement], names: set[str]) -> str | None:
    """Return the identifier under which a provider holds the agreement of these names."""
    return next((row.id for row in given if row.id in names), None)


def _read_agreement(row: Agreement) -> tuple[bytes, str]:
    """Return what two sides have to hold alike beside the identifier: the rest of the document, and the dataset."""
    document = msgspec.json.decode(row.document)
    return msgspec.json.encode({**document, "@id": ""}), row.dataset


def _differs(row: AnyProcess, other: AnyProcess | None) -> str | None:
    if row.pending is not None:
        return f"{row.id} still owes {row.pending.message}"
    if other is None:
        if row.state in {None, table_of(row).terminated}:
            return None
        return f"{row.id} is {row.state} and has no counterpart"
    return None if row.state == other.state else f"{row.id} is {row.state}, {other.id} is {other.state}"


def _flows_otherwise(side: Side, row: AnyProcess) -> str | None:
    """Return how the flow of a transfer is not where its state wants it, or None."""
    if not isinstance(row, Transfer):
        return None
    moving = row.id in side.dataplane.moving()
    if moving and row.state != TransferState.STARTED:
        return f"bytes of {row.id} move in state {row.state}"
    if row.state == TransferState.STARTED and not moving and not row.keep:
        return f"{row.id} is STARTED and its flow is {side.dataplane.states.get(row.id)}"
    return None


def _weather(rng: random.Random) -> Weather:
    worst = rng.random() * 0.35
    return Weather(
        lose_request=worst * rng.random(),
        lose_answer=worst * rng.random(),
        late=worst * rng.random() / 2,
        repeat=worst * rng.random(),
        delay=rng.choice([0.01, 0.2, 2.0]),
    )


class _Complaints(logging.Handler):
    """What the product logs as an error is what it did not expect: so do we."""

    def __init__(self, witness: Witness) -> None:
        super().__init__(logging.ERROR)
        self._witness = witness

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        self._witness.broken(f"the product logs: {record.getMessage()} {error!r}")


def live(seed: int, *, third: bool = False) -> Witness:
    """Run one universe and return what was seen in it; raises Broken with the end of its trace."""
    log = logging.getLogger("connector")
    before = log.propagate, log.level, log.handlers
    log.propagate, log.level, log.handlers = False, logging.ERROR, []

    async def main(loop: clock.VirtualLoop) -> Witness:
        universe = Universe(seed, loop, third=third)
        log.handlers = [_Complaints(universe.witness)]
        await universe.run()
        return universe.witness

    try:
        return clock.run(main)
    finally:
        log.propagate, log.level, log.handlers = before
