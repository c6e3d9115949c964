"""The system under test for the DSP kit: the product's routes, use cases, worker and store, with a scripted decider.

What is the kit's alone lives here: seeded datasets and agreements, and the two addresses by which the kit tells us to
begin something. The data plane moves nothing (the kit never checks a byte and gives addresses that do not exist).
"""

import argparse
import asyncio
import tempfile
from pathlib import Path

import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connector.app.connector import new_urn, read_clock
from connector.app.listeners import Listeners
from connector.app.logs import set_up
from connector.binding.dsp import catalog as catalog_binding
from connector.binding.dsp.client import HttpPeer
from connector.binding.dsp.listener import application
from connector.controlplane.core import documents
from connector.controlplane.core.watch import ProcessWatch
from connector.controlplane.enforcing.executors.table import build_executors
from connector.controlplane.judging.library import Library, operands
from connector.controlplane.processes.worker import Worker
from connector.controlplane.usecases import negotiation, transfer
from connector.controlplane.usecases.offering import assets
from connector.identity.static_token import StaticTokenIdentity
from connector.net.addresses import net_policy
from connector.net.client import GuardedClient
from connector.net.dial import SocketTransport
from connector.ports.changes import PutAgreement
from connector.ports.entities import Agreement, AssetStatus, DataClass
from connector.ports.identity import Participant
from connector.protocol.dsp.common import Role
from connector.store.sqlite.store import open_store
from connector.views.assets import AssetOrder
from tests.conformance.dsp.script import POLICY, Scripted
from tests.simulation.flows import SimulatedDataPlane
from tests.support.rooms import ControlLimits, make_rooms

OWNER = "default"
ME, KIT, TOKEN = "urn:participant:under-test", "TCK_PARTICIPANT", "conformance"
PROVIDED = [
    *(f"ACN{part}{number:02}" for part, most in (("01", 4), ("02", 7), ("03", 4)) for number in range(1, most + 1)),
    "CAT0101",
    "CAT0102",
]
AGREED = [f"ATP{part}{number:02}" for part, most in (("01", 5), ("02", 5), ("03", 6)) for number in range(1, most + 1)]


class System:
    """The connector under test at `port`, for a kit whose callbacks lie at `kit` (a base URL)."""

    def __init__(self, port: int, kit: str, folder: Path) -> None:
        self.kit = kit
        self.address = f"http://localhost:{port}/dsp/2025-1"
        self.base = f"http://localhost:{port}"
        self.triggers = f"http://localhost:{port + 1}/tck"
        self._port = port
        self._folder = folder
        self._listeners = Listeners()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Seed the store and open the listeners."""
        hosts = ["localhost:*", "127.0.0.1:*"]
        transport = SocketTransport(net_policy(hosts=hosts, plain_http=hosts))
        client = GuardedClient(net_policy(hosts=hosts, plain_http=hosts), transport)
        identity = StaticTokenIdentity(
            development=True,
            own_token=TOKEN,
            participants=[Participant(id=KIT, name="kit", address=self.kit)],
            tokens={KIT: TOKEN},
        )
        workers: list[Worker] = []
        self.rooms = make_rooms(
            owner=OWNER,
            participant=ME,
            address=self.address,
            store=await open_store(self._folder / "store.sqlite"),
            identity=identity,
            peer=HttpPeer(client, identity),
            dataplane=SimulatedDataPlane("under-test", read_clock, lambda _: None),
            library=Library(operands(), executors=build_executors()),
            now=read_clock,
            new_id=new_urn,
            wake=lambda process: workers[0].wake(process),
            watch=ProcessWatch(),
            announce=lambda _: None,
            address_problem=lambda *_: None,
            limits=ControlLimits(),
        )
        workers.append(Worker(self.rooms.driver(Scripted())))
        await self._seed()
        await self._listeners.open_peers(
            "protocol",
            application(
                self.rooms.gatekeeper,
                self.rooms.receiver,
                catalog_binding.routes(self.rooms.gatekeeper, self.rooms.publisher),
            ),
            "127.0.0.1",
            self._port,
        )
        triggers = Starlette(
            routes=[
                Route("/tck/negotiations/requests", self._negotiate, methods=["POST"]),
                Route("/tck/transfers/requests", self._transfer, methods=["POST"]),
            ]
        )
        await self._listeners.open_asgi("triggers", triggers, "127.0.0.1", self._port + 1, public=False)
        self._tasks.append(asyncio.create_task(workers[0].run()))

    async def _seed(self) -> None:
        for name in PROVIDED:
            draft = AssetOrder(
                id=name, title={"en": name}, source={"kind": "none"}, data_class=DataClass.OPEN, licence="cc-by/4.0"
            )
            asset = await assets.add(self.rooms.publisher, draft, offer_id=f"CD123:{name}:456")
            assert (await assets.publish(self.rooms.publisher, asset.id)).status is AssetStatus.PUBLISHED
        for name in AGREED:
            await self._agree(name, Role.PROVIDER, self.kit)

    async def _agree(self, name: str, role: Role, address: str) -> None:
        now = read_clock()
        parties = {"assigner": ME, "assignee": KIT} if role is Role.PROVIDER else {"assigner": KIT, "assignee": ME}
        agreement = Agreement(
            owner=OWNER,
            id=name,
            role=role,
            counterparty=KIT,
            address=address,
            dataset="CAT0101",
            negotiation_id="",
            document=documents.make_agreement(POLICY, agreement_id=name, target="CAT0101", now=now, **parties),
            evidence=b"{}",
            agreed_at=now,
            finalized_at=now,
        )
        await self.rooms.context.store.commit([PutAgreement(agreement)])

    async def _negotiate(self, request: Request) -> Response:
        told = await request.json()
        offer = documents.make_message_offer(
            POLICY, offer_id=told["offerId"], target=told["datasetId"], assigner=told["providerId"], assignee=ME
        )
        begun = await negotiation.ask(self.rooms.context, KIT, told["connectorAddress"], offer)
        return JSONResponse({"id": begun.id})

    async def _transfer(self, request: Request) -> Response:
        told = await request.json()
        await self._agree(told["agreementId"], Role.CONSUMER, told["connectorAddress"])
        begun = await transfer.request(self.rooms.enforcer, told["agreementId"], keep=True)
        return JSONResponse({"id": begun.id})


async def _serve(port: int, kit: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        system = System(port, kit, Path(folder))
        await system.start()
        print(
            f"ready: dataspacetck.dsp.connector.http.url={system.address}"
            f" dataspacetck.dsp.connector.http.base.url={system.base}"
            f" dataspacetck.dsp.connector.negotiation.initiate.url={system.triggers}/negotiations/requests"
            f" dataspacetck.dsp.connector.transfer.initiate.url={system.triggers}/transfers/requests"
            f" dataspacetck.dsp.connector.agent.id={ME}"
            f" dataspacetck.dsp.connector.http.headers.authorization=Bearer {TOKEN}",
            flush=True,
        )
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Serve the system under test for the DSP conformance kit.")
    parser.add_argument("--port", type=int, default=8282)
    parser.add_argument("--kit", default="http://localhost:8083", help="where the kit's callbacks lie")
    parser.add_argument("--log", default="warning")
    arguments = parser.parse_args()
    set_up("human", arguments.log)
    uvloop.run(_serve(arguments.port, arguments.kit))
