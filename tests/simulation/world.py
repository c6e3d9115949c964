"""Two whole control planes on a network, with stores that survive a crash and everything else that does not.

All from one seed: what the network does, when a side crashes, what its people do. `trace` is what happened, in order.
"""

import asyncio
import random
from collections.abc import Callable
from typing import Any

import msgspec

from connector.controlplane import enforcement, inbound, inbound_negotiation, inbound_transfer
from connector.controlplane.inbound import Answer, Declined
from connector.controlplane.library import Library, operands
from connector.controlplane.patience import Patience
from connector.controlplane.plane import Limits, Plane
from connector.controlplane.watch import Watch
from connector.controlplane.worker import Worker
from connector.ports.changes import Replayed, StoreError
from connector.ports.decider import Decider
from connector.ports.entities import ReplayKey
from connector.ports.identity import Caller, Intent, Participant, Unauthenticated
from connector.protocol.dsp import negotiation, transfer
from connector.protocol.dsp.codec import decode
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.errors import ProtocolError
from connector.store.memory import MemoryStore
from tests.simulation.flows import SimulatedDataPlane
from tests.simulation.network import Network, Reply, SimulatedPeer

OWNER = "default"
EPOCH = 1_700_000_000_000
OPERANDS = operands()

_NEGOTIATION: dict[str, Any] = {
    kind.__name__: kind
    for kind in (
        negotiation.ContractRequestMessage,
        negotiation.ContractOfferMessage,
        negotiation.ContractAgreementMessage,
        negotiation.ContractAgreementVerificationMessage,
        negotiation.ContractNegotiationEventMessage,
        negotiation.ContractNegotiationTerminationMessage,
    )
}
_TRANSFER: dict[str, Any] = {
    kind.__name__: kind
    for kind in (
        transfer.TransferRequestMessage,
        transfer.TransferStartMessage,
        transfer.TransferSuspensionMessage,
        transfer.TransferCompletionMessage,
        transfer.TransferTerminationMessage,
    )
}


class TokenIdentity:
    """Single-use tokens without cryptography: `sender/serial`. Implements `ports.identity.Identity`."""

    def __init__(self, me: str, others: tuple[str, ...], serial: Callable[[], int]) -> None:
        self._me = me
        self._known = {
            name: Participant(id=name, name=name, address=f"https://{name}.example/dsp") for name in (*others, me)
        }
        self._serial = serial

    async def token_for(self, audience: str, intent: Intent) -> str:
        return f"{self._me}/{self._serial()}"

    async def authenticate(self, authorization: str | None, intent: Intent) -> Caller:
        sender, _, serial = (authorization or "").partition("/")
        if sender not in self._known:
            raise Unauthenticated("a stranger")
        key = ReplayKey(owner=OWNER, issuer=sender, jti=serial, expires_at=2**60)
        return Caller(participant=sender, claims={}, evidence={"mechanism": "simulated"}, replay_key=key)

    def participant(self, id: str) -> Participant | None:
        return self._known.get(id)

    def participants(self) -> tuple[Participant, ...]:
        return tuple(self._known.values())


class Side:
    """One participant: its durable store, and a control plane that can crash and come back."""

    def __init__(self, name: str, other: str, network: Network, rng: random.Random, decider: Any) -> None:
        self.name = name
        self.store = MemoryStore()
        self._network = network
        self._rng = rng
        self._decider = decider
        self._serial = 0
        self._ids = 0
        self.identity = TokenIdentity(name, (other,), self._next_serial)
        self.dataplane = SimulatedDataPlane(name)
        self.answered: dict[str, set[str]] = {}
        self._worker: Worker | None = None
        self._running: asyncio.Task[None] | None = None
        self.plane: Plane = None  # type: ignore[assignment]  # set by start, before anybody looks

    def _next_serial(self) -> int:
        self._serial += 1
        return self._serial

    def _new_id(self) -> str:
        self._ids += 1
        return f"urn:{self.name}:{self._ids}"

    async def start(self) -> None:
        """Come up on what the store holds."""
        loop = asyncio.get_running_loop()
        self.dataplane.crash()
        self.plane = Plane(
            owner=OWNER,
            participant=self.name,
            address=f"https://{self.name}.example/dsp",
            store=self.store,
            identity=self.identity,
            peer=SimulatedPeer(self._network, self.name, self.identity.token_for),
            dataplane=self.dataplane,
            library=Library(OPERANDS),
            now=lambda: EPOCH + int(loop.time() * 1000),
            new_id=self._new_id,
            wake=lambda process: self._worker.wake(process) if self._worker else None,
            watch=Watch(),
            announce=lambda: None,
            address_problem=lambda *_: None,
            limits=Limits(look=20_000, retry_most=20_000, lease=60_000),
        )
        decider: Decider = self._decider(self.plane)
        patience = Patience(await self.store.backoffs(OWNER), lambda: 0.5 + self._rng.random() / 2)
        self._worker = Worker(self.plane, decider, patience)

        async def ended(owner: str, report: Any) -> None:
            process = await enforcement.flow_ended(self.plane, owner, report)
            if process and self._worker:
                self._worker.wake(process)

        self.dataplane.listen(ended)
        self._network.attach(self.name, self.handle)
        self._running = asyncio.create_task(self._worker.run(), name=f"worker {self.name}")

    async def crash(self) -> None:
        """Lose everything but the store, wherever the tasks stand."""
        self._network.attach(self.name, None)
        if self._running:
            self._running.cancel()
        if self._worker:
            await self._worker.stop(0.0)
        self._worker = None
        self.dataplane.crash()

    async def handle(self, sender: str, authorization: str, what: str, pid: str | None, body: bytes) -> Reply:
        """Answer one request as the HTTPS binding does."""
        try:
            caller = await self.identity.authenticate(authorization, Intent.NEGOTIATION)
            if what.startswith("GET"):
                return await self._state(caller, what, pid or "")
            outcome = await self._outcome(caller, what, pid, body)
        except ProtocolError as error:
            return Reply(error.status, reason=error.reason)
        except Replayed:
            return Reply(401, reason="replayed")
        except StoreError:
            return Reply(503, reason="busy")
        if isinstance(outcome, Declined):
            return Reply(outcome.status, reason=outcome.reason)
        self.answered.setdefault(outcome.process.id, set()).add(outcome.state)
        if outcome.woken:
            # As a background task does: after the answer has been written.
            asyncio.get_running_loop().call_later(0.001, self.plane.wake, outcome.process)
        return Reply(201 if outcome.created else 200, pid=outcome.process.id, state=outcome.state)

    async def _outcome(self, caller: Caller, what: str, pid: str | None, body: bytes) -> Answer | Declined:
        name = what.partition(":")[0]
        if name in _NEGOTIATION:
            received = decode(_NEGOTIATION[name], body)
            if pid is None:
                begin: Any = inbound_negotiation.request if "Request" in name else inbound_negotiation.offer
                outcome: Answer | Declined = await begin(self.plane, caller, received)
                return outcome
            return await inbound_negotiation.message(self.plane, caller, pid, what, received)
        received = decode(_TRANSFER[name], body)
        if pid is None:
            return await inbound_transfer.request(self.plane, caller, received)
        return await inbound_transfer.message(self.plane, caller, pid, what, received)

    async def _state(self, caller: Caller, what: str, pid: str) -> Reply:
        kind = what.removeprefix("GET ")
        read: Any = self.store.negotiation if kind == "negotiation" else self.store.transfer
        process = await read(OWNER, pid)
        await self.store.commit(inbound.used(caller))
        if process is None or process.peer != caller.participant or process.state is None:
            return Reply(404, reason="not found")
        return Reply(200, pid=process.id, state=process.state)


def consumer_and_provider(left: Any, right: Any) -> tuple[Any, Any]:
    """Return the two processes with the consumer's first."""
    return (left, right) if left.role is Role.CONSUMER else (right, left)


def public(value: Any) -> str:
    """Return a value for a trace."""
    return msgspec.json.encode(value).decode()[:200]
