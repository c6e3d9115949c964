"""Our connector as a deployed peer meets it: the real application and client, in-memory store, virtual time."""

import asyncio
import hashlib
import itertools
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import httpx
import msgspec

from connector.binding.dsp import catalog as catalog_binding
from connector.binding.dsp.client import HttpPeer
from connector.binding.dsp.listener import application
from connector.controlplane.core.watch import ProcessWatch
from connector.controlplane.enforcing import flow_ends
from connector.controlplane.enforcing.enforcer import Enforcer
from connector.controlplane.enforcing.executors.table import build_executors
from connector.controlplane.judging.library import Library, operands
from connector.controlplane.processes.deciders import ByPolicy
from connector.controlplane.processes.worker import Worker
from connector.controlplane.usecases.offering import assets
from connector.dataplane.signaling.plane import LocalDataPlane
from connector.net.addresses import check_callback, check_data_address, net_policy
from connector.net.client import GuardedClient
from connector.net.errors import Blocked
from connector.ports.changes import PutAgreement
from connector.ports.decider import Decider
from connector.ports.entities import Agreement, DataClass, PageBounds
from connector.ports.flow import Arrival, Content, SinkReceipt
from connector.ports.identity import Caller, Intent, Participant, Unauthenticated
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.negotiation_machine import Negotiation
from connector.protocol.dsp.machines.transfer_machine import Transfer
from connector.store.memory.store import MemoryStore
from connector.views.assets import AssetOrder
from tests.interop import clock
from tests.support.asgi import as_asgi
from tests.support.rooms import ControlLimits, Undecided, make_rooms
from tests.support.transport import InProcess

OWNER, EPOCH = "default", 1_764_000_000_000
ME, PEER = "kontor", "deployed"
HOME = "https://kontor.example/dsp/2025-1"
PEER_HOME = "https://deployed.example/protocol/2025-1"
POLICY = net_policy()
OPERANDS = operands()
DATASET = "asset-1"
TERMS = {"permission": [{"action": "use"}]}


class MockIdentity:
    """Says who it is in plain JSON, as the deployed connector's mock mechanism does. Implements `Identity`."""

    def __init__(self, me: str) -> None:
        self.me = me
        self.known = {
            ME: Participant(id=ME, name="Kontor", address=HOME),
            PEER: Participant(id=PEER, name="Deployed", address=PEER_HOME),
        }

    async def issue_token(self, audience: str, intent: Intent) -> str:
        return token_of(self.me, audience)

    async def authenticate(self, authorization: str | None, intent: Intent, head: object = None) -> Caller:
        try:
            sender = json.loads(authorization or "")["clientId"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise Unauthenticated("no mock token") from None
        if not isinstance(sender, str) or sender not in self.known:
            raise Unauthenticated("a stranger")
        return Caller(participant=sender, claims={}, evidence={"mechanism": "mock"}, replay_key=None)

    def participant(self, id: str) -> Participant | None:
        return self.known.get(id)

    def participants(self) -> tuple[Participant, ...]:
        return tuple(self.known.values())


def token_of(me: str, audience: str) -> str:
    return json.dumps({"region": "eu", "audience": audience, "clientId": me}, separators=(",", ":"))


class Disk:
    """A source and a sink in memory: what is read, and what was received by flow. No threads on virtual time."""

    def __init__(self) -> None:
        self.content = b"street;cars\n"
        self.received_bytes: dict[str, bytes] = {}

    def check(self, address: dict[str, Any]) -> None:
        return

    @asynccontextmanager
    async def open(
        self, address: dict[str, Any], *, part: str | None = None, offset: int = 0, end: int | None = None
    ) -> AsyncIterator[Content]:
        async def chunks() -> AsyncIterator[bytes]:
            yield self.content[offset:end]

        yield Content(chunks=chunks(), media_type="text/csv", size=len(self.content), offset=offset)

    async def count_received(self, address: dict[str, Any], flow_id: str) -> int:
        return 0

    async def find_version(self, address: dict[str, Any], flow_id: str) -> str | None:
        return None

    async def check_space(self, address: dict[str, Any], flow_id: str, size: int | None) -> None:
        return

    async def write(self, address: dict[str, Any], arrival: Arrival, chunks: AsyncIterator[bytes]) -> SinkReceipt:
        content = b"".join([chunk async for chunk in chunks])
        self.received_bytes[arrival.flow_id] = content
        return SinkReceipt(size=len(content), sha256=hashlib.sha256(content).hexdigest(), location="memory")


class Ours:
    """One connector of ours, on `wire`."""

    def __init__(self, wire: InProcess, *, limits: ControlLimits | None = None, deciding: bool = False) -> None:
        """With `deciding`, a received message is decided at once, as in a real process."""
        self.wire = wire
        self.store = MemoryStore()
        self.identity = MockIdentity(ME)
        self.disk = Disk()
        client = GuardedClient(POLICY, wire)
        self.dataplane = LocalDataPlane(
            self.store,
            sources={"file": self.disk},
            sinks={"file": self.disk},
            client=client,
            public_url="https://kontor.example",
            now=self._now,
            data_problem=self._data_problem,
        )
        serial = itertools.count(1)
        self.workers: list[Worker] = []
        self.rooms = make_rooms(
            owner=OWNER,
            participant=ME,
            address=HOME,
            store=self.store,
            identity=self.identity,
            peer=HttpPeer(client, self.identity),
            dataplane=self.dataplane,
            library=Library(OPERANDS, executors=build_executors()),
            now=self._now,
            new_id=lambda: f"urn:kontor:{next(serial)}",
            wake=lambda process: self.workers[0].wake(process) if self.workers else None,
            watch=ProcessWatch(),
            announce=lambda _: None,
            address_problem=self._address_problem,
            data_problem=self._data_problem,
            decider=ByPolicy if deciding else lambda _: Undecided(),
            limits=limits or ControlLimits(),
        )
        self.app = application(
            self.rooms.gatekeeper,
            self.rooms.receiver,
            catalog_binding.routes(self.rooms.gatekeeper, self.rooms.publisher),
        )
        wire.apps["https://kontor.example:443"] = self.app

    def _now(self) -> int:
        return EPOCH + int(asyncio.get_running_loop().time() * 1000)

    def _address_problem(self, participant: str, url: str) -> str | None:
        known = self.identity.participant(participant)
        try:
            check_callback(url, POLICY, (known.address if known else None) or "")
        except Blocked as error:
            return error.reason
        return None

    def _data_problem(self, participant: str, url: str) -> str | None:
        known = self.identity.participant(participant)
        try:
            check_data_address(url, POLICY, (known.address or "", *known.data) if known else ())
        except Blocked as error:
            return error.reason
        return None

    @asynccontextmanager
    async def working(self, decider: Callable[[Enforcer], Decider] | None = None) -> Any:
        """Let the worker run."""
        deciding = decider(self.rooms.enforcer) if decider else ByPolicy(self.rooms.enforcer)
        worker = Worker(self.rooms.driver(deciding, spread=lambda: 0.75))
        self.workers.insert(0, worker)

        async def ended(owner: str, report: Any) -> None:
            process = await flow_ends.settle_flow(self.rooms.enforcer, owner, report)
            if process:
                worker.wake(process)

        self.dataplane.listen(ended)
        running = asyncio.create_task(worker.run())
        await asyncio.sleep(1)  # its first look at what is due is over
        try:
            yield self
        finally:
            running.cancel()
            await worker.stop(0.0)
            await self.dataplane.close()

    async def offers(self, id: str = DATASET, **members: Any) -> str:
        """Publish a dataset; return its offer's identifier."""
        plain: dict[str, Any] = {"title": {"en": id}, "source": {"kind": "file"}}
        plain |= {"data_class": DataClass.OPEN, "licence": "cc-by/4.0"}
        draft = AssetOrder(**(plain | {"id": id, "policy": {"@type": "Offer", **TERMS}} | members))
        await assets.add(self.rooms.publisher, draft)
        return (await assets.publish(self.rooms.publisher, id, release=True)).offer_id

    async def negotiations(self) -> list[Negotiation]:
        rows, _ = await self.store.negotiations(OWNER, PageBounds(limit=500))
        return list(rows)

    async def transfers(self) -> list[Transfer]:
        rows, _ = await self.store.transfers(OWNER, PageBounds(limit=500))
        return list(rows)

    async def until(self, done: Callable[[], Coroutine[Any, Any, bool]], seconds: float = 120.0) -> None:
        """Wait, on virtual time, until something is so."""
        end = asyncio.get_running_loop().time() + seconds
        while not await done():
            assert asyncio.get_running_loop().time() < end, await self.seen()
            await asyncio.sleep(0.05)

    async def reaches(self, kind: str, state: str, seconds: float = 120.0) -> Any:
        """Wait until the only process of a kind is in a state and owes nothing."""

        async def there() -> bool:
            rows: list[Any] = await (self.negotiations() if kind == "negotiation" else self.transfers())
            return bool(rows) and all(row.state == state and row.pending is None for row in rows)

        await self.until(there, seconds)
        (row,) = await (self.negotiations() if kind == "negotiation" else self.transfers())
        return row

    async def seen(self) -> list[Any]:
        """Return all processes, for a message."""
        rows = [*(await self.negotiations()), *(await self.transfers())]
        return [(row.id, row.role, row.state, row.pending, row.ended) for row in rows]

    async def agreed(self, id: str = "agreement-1") -> None:
        """Hold a finalized agreement in which the peer provides."""
        await self._agreement(id, "consumer")

    async def _agreement(self, id: str, role: str) -> None:
        parties = (PEER, ME) if role == "consumer" else (ME, PEER)
        document = {"@type": "Agreement", "@id": id, "target": DATASET, **TERMS}
        document |= {"assigner": parties[0], "assignee": parties[1]}
        agreement = Agreement(
            owner=OWNER,
            id=id,
            role=Role(role),
            counterparty=PEER,
            address=PEER_HOME,
            dataset=DATASET,
            negotiation_id="urn:kontor:0",
            document=msgspec.json.encode(document),
            evidence=b'{"claims": {}}',
            agreed_at=self.rooms.context.now(),
            finalized_at=self.rooms.context.now(),
        )
        await self.store.commit([PutAgreement(agreement)])

    async def provides(self, id: str = "agreement-1") -> None:
        """Hold a finalized agreement in which we provide the dataset."""
        await self.offers()
        await self._agreement(id, "provider")


def play(scenario: Coroutine[Any, Any, Any]) -> Any:
    """Run a scenario on virtual time."""
    return clock.run(scenario)


async def call(app: Any, method: str, url: str, body: Any = None, **headers: str) -> httpx.Response:
    """Send one request to an application, as a peer."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
    sent = {"Authorization": token_of(PEER, HOME), **headers}
    if body is not None:
        sent.setdefault("Content-Type", "application/json; charset=utf-8")
    transport = httpx.ASGITransport(as_asgi(app), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport) as client:
        return await client.request(method, url, content=content, headers=sent)
