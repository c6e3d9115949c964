"""Our control plane on loopback: its store in memory, its signaling listener, and the planes that it drives."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from connector.app.listeners import Listeners
from connector.app.parts import OWNER, make_rates, new_urn, read_clock
from connector.app.planes.dataplane import DataPlaneServer
from connector.app.planes.signaling import SignalingEnd, build_end, connect_planes, open_signaling
from connector.binding.dps.operating import PlaneOffice
from connector.binding.dps.planes import DataPlanes
from connector.dataplane.signaling.plane import LocalDataPlane
from connector.net.client import GuardedClient
from connector.net.dial import SocketTransport
from connector.ports.dataplane import FlowReport, FlowRequest
from connector.ports.entities import FlowDirection, Lease
from connector.ports.identity import Participant
from connector.store.memory.store import MemoryStore
from connector.views.planes import DataPlaneOrder
from tests.binding.dps.world import CITY, FIRM, KEY, find_port, plane_settings
from tests.dataplane.world import LOOPBACK

AT_PLANE = {"kind": "plane", "address": {"kind": "file", "path": "trees.csv"}}


class Members:
    """A participant list of one."""

    def participant(self, id: str) -> Participant | None:
        return Participant(id=FIRM, name="Firm", address=None, claims={"role": ("consumer",)}) if id == FIRM else None

    def participants(self) -> tuple[Participant, ...]:
        return ()


@dataclass
class Control:
    """The control plane; `told` is what the listener of flows heard."""

    planes: DataPlanes
    office: PlaneOffice
    end: SignalingEnd
    store: MemoryStore
    url: str
    told: list[FlowReport] = field(default_factory=list)
    epoch: int = 0

    async def add(self, plane: DataPlaneServer, *labels: str) -> str:
        order = DataPlaneOrder(endpoint=plane.listeners.addresses["signaling"], key=KEY, labels=labels)
        return (await self.office.add(order)).id

    def request(self, flow_id: str, direction: FlowDirection = FlowDirection.SERVE, **more: Any) -> FlowRequest:
        given: Mapping[str, Any] = {
            "owner": OWNER,
            "flow_id": flow_id,
            "direction": direction,
            "agreement_id": "urn:agreement:1",
            "dataset": "urn:dataset:trees",
            "peer": FIRM,
        }
        place = {} if {"source", "sink"} & more.keys() else {"source": AT_PLANE}
        return msgspec.convert({**given, **place, **more}, FlowRequest)

    def lease(self, flow_id: str, seconds: float = 60, **limits: Any) -> Lease:
        self.epoch += 1
        until = read_clock() + int(seconds * 1000)
        return Lease(
            owner=OWNER,
            flow_id=flow_id,
            agreement_id="urn:agreement:1",
            epoch=self.epoch,
            valid_until=until,
            **limits,
        )


@asynccontextmanager
async def control_plane(folder: Path, data_problem: str | None = None) -> AsyncIterator[Control]:
    settings = plane_settings(folder, CITY)
    port = find_port()
    signaling = msgspec.structs.replace(settings.signaling, port=port, public_url=f"http://127.0.0.1:{port}")
    settings = msgspec.structs.replace(settings, signaling=signaling)
    store, transport = MemoryStore(), SocketTransport(LOOPBACK)
    client = GuardedClient(LOOPBACK, transport)
    rates = make_rates(settings)
    end = await build_end(settings, store, client, owner=OWNER, now=read_clock, new_id=new_urn, rates=rates)
    here = LocalDataPlane(store, sources={}, sinks={}, client=client, public_url="http://127.0.0.1:1", now=read_clock)
    planes = connect_planes(
        end, here, settings, directory=Members(), data_problem=lambda *_: data_problem, new_id=new_urn
    )
    connected = open_signaling(end, planes, client)
    assert connected.office
    assert connected.application
    made = Control(planes, connected.office, end, store, end.address)

    async def hear(owner: str, report: FlowReport) -> None:
        assert owner == OWNER
        made.told.append(report)

    planes.listen(hear)
    listeners = Listeners()
    await listeners.open_peers("signaling", connected.application, "127.0.0.1", port)
    try:
        yield made
    finally:
        await listeners.close()
        await here.close()
        await transport.close()
