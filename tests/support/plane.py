"""One control plane made of in-memory ports, and a counter-party that answers by a script."""

import asyncio
import hashlib
import itertools
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import msgspec

from connector.api.frame.auth import ApiKey
from connector.api.management import make_management_app
from connector.controlplane.core.limits import ControlLimits
from connector.controlplane.core.watch import ProcessWatch
from connector.controlplane.enforcing.executors.table import build_executors
from connector.controlplane.judging.library import Library, operands
from connector.controlplane.usecases.users import UserRegister
from connector.desk.machine import MachineState
from connector.desk.values import Desk as ManagementDesk
from connector.identity.credentials import ListedCredentialKeys
from connector.identity.keys import generate
from connector.identity.passwords import Argon2Passwords
from connector.identity.seals import ListedSeals
from connector.policy.model.policy import DK
from connector.policy.vocabulary.registry import Operand
from connector.ports.changes import Change, PutAgreement, PutHold, PutProcess
from connector.ports.dataplane import FlowListener, FlowReport, FlowRequest
from connector.ports.entities import Agreement, Hold, Lease
from connector.ports.identity import Caller, Intent, ListInUse, Participant, Unauthenticated
from connector.ports.peer import Ack, CatalogPage, InDoubt, PeerAnswer, Refused
from connector.ports.planes import PlaneRegister
from connector.ports.secret import Secret
from connector.protocol.dsp.common import Role, http_address
from connector.protocol.dsp.machines.machine import Ended, ProcessKind
from connector.protocol.dsp.machines.negotiation_machine import Negotiation
from connector.protocol.dsp.machines.transfer_machine import FlowState, Transfer
from connector.store.memory.store import MemoryStore
from tests.support.board import answer_board
from tests.support.rooms import Rooms, make_rooms

OWNER, NOW = "default", 1_764_000_000_000
UNKNOWN = Operand(
    iri=DK + "waterLevel",
    sort="number",
    source="state",
    trust="own",
    de="Pegelstand",
    en="water level",
    fact="waterLevel",
    operators=frozenset({"gt"}),
)
"""An operand of which nobody here knows the value."""
SHIPPED = operands()
OPERANDS = msgspec.structs.replace(SHIPPED, operands={**SHIPPED.operands, UNKNOWN.iri: UNKNOWN})
ME, CITY = "https://me.example", "https://city.example"
ADDRESS = f"{CITY}/dsp/2025-1"
DATASET: dict[str, Any] = {
    "@id": "urn:dataset:air",
    "@type": "Dataset",
    "hasPolicy": [{"@type": "Offer", "@id": "urn:offer:1", "permission": [{"action": "use"}]}],
}
KEY = generate()
"""The key with which this participant signs."""
SECRET = Secret(b"s" * 32)
QUICK, PAGES = Argon2Passwords(memory_kib=64, passes=1, lanes=1), "https://pages.example"
"""Passwords that cost next to nothing, and the address of the pages."""
KEYS = {"reader": "read", "writer": "write", "chief": "admin"}


class Listed:
    """`ports.identity.Identity`: a participant list, and nobody gets in."""

    def __init__(self) -> None:
        self.known = {
            ME: Participant(id=ME, name="Me", address=f"{ME}/dsp/2025-1"),
            CITY: Participant(id=CITY, name="City", address=ADDRESS, claims={"role": ("provider",)}),
        }

    async def issue_token(self, audience: str, intent: Intent) -> str:
        return "Bearer secret-token"

    async def authenticate(self, authorization: str | None, intent: Intent, head: object = None) -> Caller:
        raise Unauthenticated("nobody")

    def participant(self, id: str) -> Participant | None:
        return self.known.get(id)

    def participants(self) -> Sequence[Participant]:
        return tuple(self.known.values())


class ScriptedPeer:
    """`ports.peer.Peer`: shows `datasets` one a page, or fails with `failure`."""

    def __init__(self) -> None:
        self.datasets = [DATASET]
        self.failure: Refused | InDoubt | None = None

    async def send(
        self,
        participant: str,
        address: str,
        message: str,
        to: Role,
        pid: str | None,
        body: bytes,
        agreement: bytes | None = None,
    ) -> PeerAnswer:
        return self.failure or Ack(peer_pid="urn:peer:1")

    async def fetch_state(
        self, participant: str, address: str, kind: ProcessKind, to: Role, pid: str
    ) -> str | Refused | InDoubt:
        return self.failure or "REQUESTED"

    async def fetch_catalog(
        self,
        participant: str,
        address: str,
        *,
        filters: Sequence[object] = (),
        page_url: str | None = None,
        known: str | None = None,
    ) -> CatalogPage | Refused | InDoubt:
        if self.failure:
            return self.failure
        at = int(page_url.rpartition("=")[2]) if page_url else 0
        following = f"{address}/catalog/request?page={at + 1}" if at + 1 < len(self.datasets) else None
        shown = tuple(msgspec.json.encode(entry) for entry in self.datasets[at : at + 1])
        return CatalogPage(participant_id=participant, datasets=shown, next_url=following, digest="")

    async def fetch_dataset(self, participant: str, address: str, id: str) -> bytes | Refused | InDoubt:
        if self.failure:
            return self.failure
        found = next((entry for entry in self.datasets if entry["@id"] == id), None)
        return msgspec.json.encode(found) if found else Refused(status=404, reason="no such dataset")


class ScriptedDataPlane:
    """`ports.dataplane.DataPlane`: every verb succeeds at once; addresses hold a token, as real ones do."""

    def __init__(self) -> None:
        self.problem: str | None = None
        self.changed: int | None = None
        self.asked_age = 0
        self.fetched = FlowReport(flow_id="", state=FlowState.STARTED, bytes_moved=3, size=3, sha256="ab" * 32)

    async def prepare(self, request: FlowRequest) -> FlowReport:
        address = msgspec.json.encode(http_address(f"{ME}/data/1", "secret-token"))
        return FlowReport(flow_id=request.flow_id, state=FlowState.PREPARED, data_address=address)

    async def draft(self, request: FlowRequest) -> tuple[FlowReport, Sequence[Change]]:
        return await self.prepare(request), ()

    async def start(self, request: FlowRequest, lease: Lease | None = None) -> FlowReport:
        return await self.prepare(request)

    async def renew(self, lease: Lease) -> None:
        return

    async def suspend(self, owner: str, flow_id: str, reason: str) -> FlowReport:
        return FlowReport(flow_id=flow_id, state=FlowState.SUSPENDED)

    async def resume(self, owner: str, flow_id: str) -> FlowReport:
        return FlowReport(flow_id=flow_id, state=FlowState.STARTED)

    async def complete(self, owner: str, flow_id: str) -> FlowReport:
        return FlowReport(flow_id=flow_id, state=FlowState.COMPLETED)

    async def terminate(self, owner: str, flow_id: str, reason: str) -> FlowReport:
        return FlowReport(flow_id=flow_id, state=FlowState.TERMINATED)

    async def fetch(self, request: FlowRequest) -> FlowReport:
        return self.fetched

    async def follow(self, owner: str, flow_id: str, after: str) -> AsyncIterator[bytes]:
        yield b'{"event":"end","reason":"completed","message":"The provider has ended the stream.","again":false}\n'

    async def report(self, owner: str, flow_id: str) -> FlowReport | None:
        return None

    def listen(self, listener: FlowListener) -> None:
        return

    async def changed_at(self, source: dict[str, Any]) -> int | None:
        self.asked_age += 1
        return self.changed

    def supports(self, source: dict[str, Any] | None, sink: dict[str, Any] | None) -> str | None:
        return self.problem


class Desk:
    """A control plane without a worker: what a process does next is done by the test, with `become` and `hold`."""

    def __init__(self, received: Path, store: Any = None) -> None:
        self.received = received
        self.store: Any = store if store is not None else MemoryStore()
        self.peer = ScriptedPeer()
        self.dataplane = ScriptedDataPlane()
        self.planes: PlaneRegister | None = None
        self.watch = ProcessWatch()
        self.searched: list[dict[str, str]] = []
        self.found = b'{"items": [{"participant": "https://city.example", "id": "urn:dataset:air"}], "total": 1}'
        self.unready: str | None = None
        self.list_in_use: ListInUse | None = None
        self.machine = MachineState()
        self.warning: str | None = None
        serial = itertools.count(1)
        self.rooms = make_rooms(
            owner=OWNER,
            participant=ME,
            address=f"{ME}/dsp/2025-1",
            store=self.store,
            identity=Listed(),
            peer=self.peer,
            dataplane=self.dataplane,
            library=Library(OPERANDS, executors=build_executors()),
            now=lambda: NOW,
            new_id=lambda: f"urn:id:{next(serial)}",
            wake=lambda _: None,
            watch=self.watch,
            announce=lambda _: None,
            address_problem=lambda *_: None,
            keys=ListedCredentialKeys(KEY, lambda: {ME: (KEY.verification,)}),
            limits=ControlLimits(),
            secret=SECRET,
        )
        self.serve(self.rooms)

    def serve(self, rooms: Rooms) -> None:
        """Let the management API work in these rooms."""
        self.values = ManagementDesk(
            context=rooms.context,
            evaluator=rooms.evaluator,
            enforcer=rooms.enforcer,
            publisher=rooms.publisher,
            counterparties=rooms.counterparties,
            register=rooms.register,
            users=UserRegister(rooms.context, QUICK, PAGES),
            received=self.received,
            search=self.search,
            broker=self.ask,
            checks={"worker": self.worker},
            warnings={"processes": self.warned},
            list_in_use=lambda: self.list_in_use,
            look_at_machine=self.look_at_machine,
            planes=self.planes,
            seals=ListedSeals(KEY, lambda: {ME: (KEY.verification,)}, rooms.context.now),
        )
        keys = [ApiKey(id=name, sha256=_sha256(name), scopes=(scope,)) for name, scope in KEYS.items()]
        self.app = make_management_app(self.values, keys=keys)

    async def search(self, question: Any) -> bytes:
        self.searched.append(dict(question))
        return self.found

    async def ask(self, method: str, path: str, query: Any = None, body: bytes | None = None) -> bytes:
        self.searched.append({"method": method, "path": path, "query": query, "body": body})
        return answer_board(method, path)

    async def look_at_machine(self) -> MachineState:
        return self.machine

    async def warned(self) -> str | None:
        return self.warning

    async def worker(self) -> str | None:
        return self.unready

    def client(self, key: str | None = "writer") -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://connector", headers=headers)

    async def become(
        self, id: str, state: str | None, *, reason: str | None = None, code: str = "refused", **members: Any
    ) -> None:
        """Let a process be in a state, as if the counter-party's message had been received."""
        process = await self.store.negotiation(OWNER, id) or await self.store.transfer(OWNER, id)
        assert isinstance(process, Negotiation | Transfer)
        ended = Ended(code, reason, CITY) if reason else None
        members = {"peer_pid": f"peer of {id}", **members, "state": state, "ended": ended, "pending": None}
        after = msgspec.structs.replace(process, version=process.version + 1, **members)
        await self.store.commit([PutProcess(after, process.version)])
        self.watch.notify(id)

    async def hold(self, id: str, reason: str) -> None:
        hold = Hold(
            owner=OWNER, process_id=id, process_kind="negotiation", reason=reason, who="consumer", created_at=NOW
        )
        await self.store.commit([PutHold(hold)])
        process = await self.store.negotiation(OWNER, id)
        if process:
            await self.become(id, process.state, held=True)
        self.watch.notify(id)

    async def agree(
        self,
        id: str = "urn:agreement:1",
        *,
        finalized: bool = True,
        role: Role = Role.CONSUMER,
        document: bytes = b'{"@type": "Agreement"}',
        agreed_at: int = NOW,
    ) -> None:
        agreement = Agreement(
            owner=OWNER,
            id=id,
            role=role,
            counterparty=CITY,
            address=ADDRESS,
            dataset="urn:dataset:air",
            negotiation_id="urn:negotiation:1",
            document=document,
            evidence=b'{"claims": {}, "token": "secret-token"}',
            agreed_at=agreed_at,
            finalized_at=NOW if finalized else None,
        )
        await self.store.commit([PutAgreement(agreement)])

    def arrive(self, path: str, content: bytes) -> None:
        """Let a file lie below the root for received data."""
        target = self.received / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


class Blocked(httpx.BaseTransport):
    """Runs an ASGI application for a blocking client, one event loop a request."""

    def __init__(self, app: Any) -> None:
        self._inner = httpx.ASGITransport(app, raise_app_exceptions=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return asyncio.run(self._answer(request))

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(request)
        content = await answer.aread()
        return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(content))


def _sha256(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
