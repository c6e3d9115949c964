"""Whole control planes on a network, with stores that survive a crash and everything else that does not.

What a side's people ask for runs as a task of that side, so that a crash can end it at any await.
"""

import asyncio
import random
from collections.abc import Callable, Coroutine, Sequence
from contextvars import ContextVar
from typing import Any

from connector.controlplane.core.errors import UseCaseError
from connector.controlplane.core.watch import ProcessWatch
from connector.controlplane.enforcing import flow_ends
from connector.controlplane.enforcing.executors.table import build_executors
from connector.controlplane.judging.library import Library, operands
from connector.controlplane.processes import inbound, inbound_negotiation, inbound_transfer, loading
from connector.controlplane.processes.inbound import Declined, ProcessAnswer
from connector.controlplane.processes.worker import Worker
from connector.ports.changes import Change, PutAgreement, PutProcess
from connector.ports.decider import Decider
from connector.ports.entities import PageBounds, ReplayKey
from connector.ports.identity import AuthenticationUnavailable, Caller, Intent, Participant, Unauthenticated
from connector.ports.store import AnyProcess
from connector.ports.store_errors import Replayed, StoreError, Unavailable
from connector.protocol.dsp.codec import decode
from connector.protocol.dsp.errors import ProtocolError
from connector.protocol.dsp.machines.machine import ProcessKind
from connector.store.memory.changes import apply_change
from connector.store.memory.store import MemoryStore
from tests.simulation.flows import SimulatedDataPlane
from tests.simulation.manners import Manners
from tests.simulation.messages import kind_of
from tests.simulation.network import Network, Reply, SimulatedPeer
from tests.simulation.showing import Showing
from tests.simulation.witness import Witness
from tests.support.rooms import ControlLimits, Rooms, make_rooms

OWNER = "default"
ALL = PageBounds(limit=10_000)
LOOK_MS = 20_000
EPOCH = 1_700_000_000_000
LIBRARY = Library(operands(), executors=build_executors())
# Whose message is being answered; None where a side acts by itself.
ANSWERED: ContextVar[str | None] = ContextVar("ANSWERED", default=None)


def now() -> int:
    """Return the virtual clock in ms since the Unix epoch."""
    return EPOCH + int(asyncio.get_running_loop().time() * 1000)


class DiskStore(MemoryStore):
    """A disk takes its time, and a crash may come before it has written or before anybody hears that it has.

    What is written from behind (`overwrite`) is no commit of the product: nobody waits for it, and it has no leaf.
    """

    def __init__(self, name: str, rng: random.Random, witness: Witness) -> None:
        super().__init__()
        self.manners: Manners | None = None
        # How often it has no room, from which chance; None: never.
        self.full: tuple[float, random.Random] | None = None
        # The identifiers of processes and agreements, in the order in which they were stored.
        self.names: dict[str, None] = {}
        self._name = name
        self._rng = rng
        self._witness = witness

    async def commit(self, group: Sequence[Change]) -> None:
        await asyncio.sleep(self._rng.random() * 0.005)
        if self.full and self.full[1].random() < self.full[0]:
            self._witness.seen["rule the store is full"] += 1
            raise Unavailable("the disk is full: free some space")
        await super().commit(group)
        self._witness.committed(self._name, tuple(group), ANSWERED.get())
        for change in group:
            if isinstance(change, PutProcess):
                self.names[change.process.id] = None
                if self.manners:
                    self.manners.committed(change.process)
            elif isinstance(change, PutAgreement):
                self.names[change.agreement.id] = None
        await asyncio.sleep(self._rng.random() * 0.005)

    def peek(self, kind: ProcessKind, pid: str | None) -> Any:
        """Return one process at once."""
        return self._tables.get(self._tables.processes, (OWNER, kind, pid))

    def peek_all(self, kind: ProcessKind) -> list[Any]:
        """Return all processes of a kind at once."""
        return self._tables.select(self._tables.processes, lambda row: row.kind is kind)

    def peek_agreement(self, key: str | None) -> Any:
        """Return one agreement at once."""
        return self._tables.get(self._tables.agreements, (OWNER, key))

    def overwrite(self, *group: Change) -> None:
        """Write from behind."""
        for change in group:
            apply_change(self._tables, change)


class TokenIdentity:
    """Single-use tokens without cryptography: `sender/serial`. Implements `ports.identity.Identity`.

    With `showing`, each caller is asked for its membership before it is believed.
    """

    def __init__(self, me: str, others: tuple[str, ...], serial: Callable[[], int]) -> None:
        self._me = me
        self._known = {
            name: Participant(id=name, name=name, address=f"https://{name}.example/dsp") for name in (*others, me)
        }
        self._serial = serial
        self.showing: Showing | None = None

    async def issue_token(self, audience: str, intent: Intent) -> str:
        return f"{self._me}/{self._serial()}"

    async def authenticate(self, authorization: str | None, intent: Intent, head: object = None) -> Caller:
        sender, _, serial = (authorization or "").partition("/")
        if sender not in self._known:
            raise Unauthenticated("a stranger")
        if self.showing:
            await self.showing.look(sender)
        key = ReplayKey(owner=OWNER, issuer=sender, jti=serial, expires_at=2**60)
        return Caller(participant=sender, claims={}, evidence={"mechanism": "simulated"}, replay_key=key)

    def participant(self, id: str) -> Participant | None:
        return self._known.get(id)

    def participants(self) -> tuple[Participant, ...]:
        return tuple(self._known.values())


class Side:
    """One participant: its durable store, and a control plane that can crash and come back.

    `twin` is the side whose identifiers it chooses for its own processes and agreements; `manners` is what it does
    wrong at its edge;
    `eager` lets it report the state that its message on the way will bring; `owed_for` is when it gives a peer up (ms).
    """

    def __init__(
        self, name: str, others: tuple[str, ...], network: Network, rng: random.Random, make_decider: Any
    ) -> None:
        self.name = name
        self.twin: Side | None = None
        self._chosen: set[str] = set()
        self.witness: Witness = network.witness
        self.store = DiskStore(name, rng, self.witness)
        self._network = network
        self._rng = rng
        self._make_decider = make_decider
        self._serial = 0
        self._ids = 0
        self._sent: set[bytes] = set()
        self.eager = False
        self.owed_for = 0
        self.manners = Manners(name, None, rng, self.store, self.witness)
        self.identity = TokenIdentity(name, others, self._next_serial)
        self.dataplane = SimulatedDataPlane(name, now, lambda flow: self.witness.moves(name, flow))
        self._worker: Worker | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self.rooms: Rooms = None  # type: ignore[assignment]  # set by start, before anybody looks

    def _next_serial(self) -> int:
        self._serial += 1
        return self._serial

    def _new_id(self) -> str:
        self._ids += 1
        if self.twin:
            chosen = next((name for name in self.twin.store.names if name not in self._chosen), None)
            if chosen is not None and self._rng.random() < 0.8:
                self._chosen.add(chosen)
                return chosen
        return f"urn:{self.name}:{self._ids}"

    async def start(self) -> None:
        """Come up on what the store holds."""
        self.dataplane.crash()
        self.rooms = make_rooms(
            owner=OWNER,
            participant=self.name,
            address=f"https://{self.name}.example/dsp",
            store=self.store,
            identity=self.identity,
            peer=SimulatedPeer(self._network, self.name, self.identity.issue_token, self._sends, self._asks),
            dataplane=self.dataplane,
            library=LIBRARY,
            now=now,
            new_id=self._new_id,
            wake=lambda process: self._worker.wake(process) if self._worker else None,
            watch=ProcessWatch(),
            announce=lambda _: None,
            address_problem=lambda *_: None,
            limits=ControlLimits(look=LOOK_MS, retry_most=20_000, lease=60_000, owed_for=self.owed_for),
            decider=self._make_decider,
        )
        decider: Decider = self.rooms.receiver.decider
        rows = await self.store.backoffs(OWNER)
        self._worker = Worker(self.rooms.driver(decider, rows=rows, spread=lambda: 0.5 + self._rng.random() / 2))

        async def ended(owner: str, report: Any) -> None:
            process = await flow_ends.settle_flow(self.rooms.enforcer, owner, report)
            if process and self._worker:
                self._worker.wake(process)

        self.dataplane.listen(ended)
        self._network.attach(self.name, self.handle)
        self.ask(self._worker.run())

    def ask(self, request: Coroutine[Any, Any, Any]) -> None:
        """Let this side do something, until it is done or the side crashes."""
        task = asyncio.create_task(self._ask(request))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _ask(self, request: Coroutine[Any, Any, Any]) -> None:
        try:
            await request
        except (UseCaseError, StoreError) as error:
            self.witness.seen[f"people told {type(error).__name__}"] += 1
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
            self.witness.broken(f"{self.name} failed: {error!r}")

    def behave(self, manner: str | None, rng: random.Random) -> None:
        """Have a bad manner from now on."""
        self.manners = self.store.manners = Manners(self.name, manner, rng, self.store, self.witness)

    def _sends(self, message: str, body: bytes) -> bytes:
        body = self.manners.renew(message, body, self._sent)
        self._sent.add(body)
        self.witness.sends(self.name, message, body, self.dataplane.moving())
        return body

    def _asks(self, pid: str) -> bool:
        return self.manners.asks(pid)

    async def rows(self, kind: ProcessKind) -> dict[str, AnyProcess]:
        """Return all processes of a kind."""
        read: Any = self.store.negotiations if kind is ProcessKind.NEGOTIATION else self.store.transfers
        found, _ = await read(OWNER, ALL)
        return {row.id: row for row in found}

    async def stop(self) -> None:
        """Stop in good order: finish what is begun, and store what has been acknowledged."""
        if self._worker:
            await self._worker.stop(1.0)
        await loading.store_acknowledged(self.rooms.context, 1.0)
        await self.crash()

    async def crash(self) -> None:
        """Lose everything but the store, wherever the tasks stand."""
        self._network.attach(self.name, None)
        rows, _ = await self.store.leaves(OWNER, ALL)
        self.witness.head(self.name, list(rows))
        for task in list(self._tasks):
            task.cancel()
        if self._worker:
            await self._worker.stop(0.0)
        self._worker = None
        self.dataplane.crash()

    async def handle(self, sender: str, authorization: str, what: str, pid: str | None, body: bytes) -> Reply:
        """Answer one request as the HTTPS binding does."""
        try:
            caller = await self.identity.authenticate(authorization, Intent.NEGOTIATION)
        except Unauthenticated:
            self.witness.seen["answer 401 unauthenticated"] += 1
            return Reply(401, reason="unauthenticated")
        except AuthenticationUnavailable:
            self.witness.seen["answer 503 authentication unavailable"] += 1
            return Reply(503, reason="busy")
        return await self._answer(sender, caller, what, pid, body)

    async def _answer(self, sender: str, caller: Caller, what: str, pid: str | None, body: bytes) -> Reply:
        try:
            if what.startswith("GET"):
                return await self._state(caller, what, pid or "")
            before = self.rooms.context.acknowledged.apply(self.store.peek(ProcessKind.NEGOTIATION, pid))
            if self.manners.is_busy(what, before):
                return Reply(409, reason="busy")
            token = ANSWERED.set(sender)
            try:
                outcome = await self._outcome(caller, what, pid, body)
            finally:
                ANSWERED.reset(token)
        except ProtocolError as error:
            return Reply(error.status, reason=error.reason)
        except Replayed:
            self.witness.seen["answer 401 replayed"] += 1
            return Reply(401, reason="replayed")
        except StoreError:
            return Reply(503, reason="busy")
        if isinstance(outcome, Declined):
            self.witness.seen[f"answer {outcome.status} {outcome.code}"] += 1
            return Reply(outcome.status, reason=outcome.reason)
        if not outcome.created:
            self.witness.answers(self.name, outcome.process.id, outcome.state, self.dataplane.moving())
        if not outcome.woken:
            self.witness.seen[
                f"rule {outcome.process.kind} {'initial ' if outcome.created else ''}repeat answered"
            ] += 1
        held = outcome.process
        if before is not None and outcome.woken and not outcome.created:
            held = self.manners.fall_back(what, before, outcome.process, now(), self._sent)
        if outcome.woken:
            # As a background task does: after the answer has been written.
            asyncio.get_running_loop().call_later(0.001, self.rooms.context.wake, held)
        if outcome.created:
            return Reply(201, pid=self.manners.name(outcome.process), state=outcome.state)
        return Reply(200, pid=outcome.process.id, state=outcome.state)

    async def _outcome(self, caller: Caller, what: str, pid: str | None, body: bytes) -> ProcessAnswer | Declined:
        received = decode(kind_of(what), body)
        if what.startswith("Contract"):
            if pid is None:
                begin: Any = inbound_negotiation.request if "Request" in what else inbound_negotiation.offer
                outcome: ProcessAnswer | Declined = await begin(self.rooms.receiver, caller, received)
                return outcome
            return await inbound_negotiation.message(self.rooms.receiver, caller, pid, what, received)
        if pid is None:
            return await inbound_transfer.request(self.rooms.receiver, caller, received)
        return await inbound_transfer.message(self.rooms.receiver, caller, pid, what, received)

    async def _state(self, caller: Caller, what: str, pid: str) -> Reply:
        await self.store.commit(inbound.use_token(caller))
        process: AnyProcess | None
        if what == "GET negotiation":
            process = await loading.store_negotiation(self.rooms.context, pid)
        else:
            process = await loading.store_transfer(self.rooms.context, pid)
        if process is None or process.peer != caller.participant or process.state is None:
            return Reply(404, reason="not found")
        pending = process.pending
        if self.eager and pending and pending.body in self._sent:
            # As peers do that change their state when they send, and not when they are heard.
            return Reply(200, pid=process.id, state=pending.target)
        return Reply(200, pid=process.id, state=process.state)
