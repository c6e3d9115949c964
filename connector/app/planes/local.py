"""The data plane of this process: for its own connector, or for control planes elsewhere."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from connector.app.accounts.secrets import make_secret_reader
from connector.app.checking import build_anchors, build_policy
from connector.app.parts import make_rates
from connector.dataplane.backends.notices import Notices
from connector.dataplane.deriving.making import ProductMaker
from connector.dataplane.kinds import Site, build_sinks, build_sources, build_streams
from connector.dataplane.listener.pull import Accel
from connector.dataplane.listener.serve import DataRoute, list_routes
from connector.dataplane.signaling.plane import LocalDataPlane
from connector.dataplane.sources.file import FileSource
from connector.dataplane.treating.delivery import Treating
from connector.net.addresses import format_origin
from connector.net.client import GuardedClient
from connector.net.own.brokers import Brokers
from connector.net.own.servers import Servers
from connector.net.tls import TrustAnchors
from connector.ports.entities import Flow
from connector.ports.store import Store
from connector.settings import Settings


def build_local_plane(
    settings: Settings,
    store: Store,
    client: GuardedClient,
    *,
    now: Callable[[], int],
    treating: Treating,
    data_problem: Callable[[str, str], str | None],
    count: Callable[[Flow], Awaitable[None]] | None = None,
) -> LocalDataPlane:
    """Return the data plane with the sources and sinks of the settings; makes the folder for received data.

    `data_problem` returns why an address of a counterparty must not be used, or None. `count` counts a use elsewhere.
    """
    settings.received.mkdir(parents=True, exist_ok=True)
    scheme = "https" if settings.net.certificate else "http"
    public_url = settings.data.public_url or format_origin(scheme, settings.data.host, settings.data.port)
    secrets, anchors = make_secret_reader(settings), build_anchors(settings)
    notices = Notices(public_url.rstrip("/"))
    site = Site(
        source_root=settings.data_root,
        sink_root=settings.received,
        backends=client,
        secrets=secrets,
        tls=TrustAnchors(anchors),
        brokers=Brokers(build_policy(settings), tls=anchors, read=secrets),
        servers=Servers(build_policy(settings)),
        results=settings.derived,
        notices=notices,
    )
    return LocalDataPlane(
        store,
        sources=build_sources(site),
        sinks=build_sinks(site),
        client=client,
        public_url=public_url.rstrip("/"),
        now=now,
        treating=treating,
        data_problem=data_problem,
        count=count,
        streams=build_streams(site),
        notices=notices,
    )


def build_product_maker(settings: Settings, plane: LocalDataPlane) -> ProductMaker:
    """Return what makes products from the sources of this process and from received data."""
    received = FileSource(settings.received)
    return ProductMaker(settings.derived, plane.sources, received, asyncio.Lock())


def build_data_routes(settings: Settings, plane: LocalDataPlane, owner: str | None) -> Sequence[DataRoute]:
    """Return the routes at which the data of `owner` is served; None is every owner that the plane serves."""
    accel = Accel(settings.data.accel) if settings.data.accel else None
    return list_routes(plane, owner, accel=accel, rates=make_rates(settings))
