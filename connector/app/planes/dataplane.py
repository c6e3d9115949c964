"""A data plane as a process of its own: any registered control plane drives its flows over the signaling listener.

The listeners are `data` for the bytes and `signaling` for control planes. Its store has flows, leases, used tokens and
registered control planes, and nothing of a participant.
"""

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from aiohttp import web

from connector.app.checking import build_anchors, build_policy
from connector.app.listeners import Listeners
from connector.app.lock import lock_store
from connector.app.parts import OWNER, load_secret, make_rates, new_urn, read_clock, to_bounds
from connector.app.planes.local import build_data_routes, build_local_plane
from connector.app.planes.signaling import SignalingEnd, build_end
from connector.app.storing.opening import open_configured
from connector.binding.dps.callbacks import ControlPlanes
from connector.binding.dps.dataflows import FlowEndpoint, dataflow_routes
from connector.binding.dps.registering import control_plane_routes
from connector.controlplane.judging.library import operands
from connector.dataplane.kinds import make_treating
from connector.dataplane.listener.serve import make_app
from connector.dataplane.signaling.plane import LocalDataPlane
from connector.net.addresses import NetPolicy, check_url
from connector.net.client import GuardedClient
from connector.net.dial import SocketTransport
from connector.net.errors import Blocked
from connector.net.serving.messages import Application
from connector.net.transport import Transport
from connector.ports.store import Store
from connector.protocol.dps.messages import DataPlaneDescription
from connector.protocol.dps.profiles import PROFILES
from connector.settings import Settings, SettingsError


@dataclass(frozen=True)
class DataPlaneServer:
    """A built data plane; it listens after `start`."""

    settings: Settings
    store: Store
    lock: int
    transport: Transport
    plane: LocalDataPlane
    data: web.Application
    signaling: Application
    end: SignalingEnd
    control: ControlPlanes
    listeners: Listeners
    returned: list[asyncio.Task[None]]

    async def start(self) -> None:
        """Open the listeners, resume the flows, and tell the control planes. Raises ListenFailed."""
        data, own = self.settings.data, self.settings.signaling
        await self.listeners.open_data("data", self.data, data.host, data.port)
        await self.listeners.open_peers("signaling", self.signaling, own.host, own.port or 0)
        for plane in self.end.book.list():
            await self.plane.resume_flows(plane.id)
        self.returned.append(asyncio.create_task(self.control.return_(), name="returned"))

    async def stop(self) -> None:
        """Close the listeners, the flows and the store; the flows keep their state."""
        for task in self.returned:
            task.cancel()
        await self.control.close()
        await self.listeners.close()
        await self.plane.close()
        await self.store.close()
        os.close(self.lock)
        if isinstance(self.transport, SocketTransport):
            await self.transport.close()


async def build_data_plane(
    settings: Settings, *, transport: Transport | None = None, now: Callable[[], int] = read_clock
) -> DataPlaneServer:
    """Build a data plane. Raises the errors of settings, key and store."""
    if settings.signaling.port is None:
        raise SettingsError("signaling.port is missing: a data plane needs the listener for control planes.")
    policy = build_policy(settings)
    if transport is None:
        transport = SocketTransport(policy, tls=build_anchors(settings))
    client = GuardedClient(policy, transport)
    lock = lock_store(settings.store.path)
    try:
        store, _ = await open_configured(settings, now)
        rates = make_rates(settings)
        end = await build_end(settings, store, client, owner=OWNER, now=now, new_id=new_urn, rates=rates)
    except BaseException:
        os.close(lock)
        raise
    control = ControlPlanes(end.book, end.client, new_urn)
    plane = _build_plane(settings, store, client, policy, control, now)
    plane.listen(control.note)
    return DataPlaneServer(
        settings=settings,
        store=store,
        lock=lock,
        transport=transport,
        plane=plane,
        data=make_app(build_data_routes(settings, plane, None)),
        signaling=_build_signaling(settings, store, plane, end),
        end=end,
        control=control,
        listeners=Listeners(certificate=settings.net.certificate, key=settings.net.key, bounds=to_bounds(settings)),
        returned=[],
    )


def _build_signaling(settings: Settings, store: Store, plane: LocalDataPlane, end: SignalingEnd) -> Application:
    about = DataPlaneDescription(
        dataplane_id=end.proof.id, profiles=PROFILES, labels=settings.signaling.labels, jwks=end.proof.list_keys()
    )
    endpoint = FlowEndpoint(plane, store, end.book.find, plane.register.now, new_urn)
    return end.serve([*dataflow_routes(end.gate, endpoint), *control_plane_routes(end.gate, end.registrar, about)])


def _build_plane(
    settings: Settings,
    store: Store,
    client: GuardedClient,
    policy: NetPolicy,
    control: ControlPlanes,
    now: Callable[[], int],
) -> LocalDataPlane:
    """Return the plane. Which addresses are a counterparty's, the control plane has checked by the participant list."""

    def find_problem(_: str, url: str) -> str | None:
        try:
            check_url(url, policy)
        except Blocked as blocked:
            return blocked.reason
        return None

    return build_local_plane(
        settings,
        store,
        client,
        now=now,
        treating=make_treating(load_secret(settings), operands(ZoneInfo(settings.zone), settings.labels)),
        data_problem=find_problem,
        count=control.count_use,
    )
