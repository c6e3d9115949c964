"""This process among the planes: its key, its registered planes, and the routes of its signaling listener."""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connector.binding.dps.book import PlaneBook
from connector.binding.dps.client import SignalingClient
from connector.binding.dps.edge import RegistrationKey, SignalingGate, refuse_path
from connector.binding.dps.operating import PlaneOffice
from connector.binding.dps.orphans import end_orphans, list_orphans
from connector.binding.dps.planes import DataPlanes, Wire
from connector.binding.dps.registering import Introducer, Registrar, data_plane_routes
from connector.binding.dps.transfers import TransferEndpoint, transfer_routes
from connector.binding.dsp.routing import Route, dispatcher
from connector.dataplane.signaling.plane import LocalDataPlane
from connector.identity.keys import KeyFault, SigningKey, generate, load_private, save_private
from connector.identity.plane_tokens import PlaneTokens, TokenClient, find_key_fault
from connector.net.addresses import format_origin
from connector.net.client import GuardedClient
from connector.net.serving.messages import Application
from connector.net.serving.rates import CallerRates
from connector.ports.identity import Directory
from connector.ports.store import Store
from connector.settings import Settings

log = logging.getLogger(__name__)


AnyPlane = LocalDataPlane | DataPlanes
"""The data plane of a connector: that of its process, or with registered ones beside it."""


@dataclass(frozen=True)
class SignalingEnd:
    """One end of the signaling; `address` is the URL at which the other planes reach it."""

    address: str
    proof: PlaneTokens
    book: PlaneBook
    client: SignalingClient
    gate: SignalingGate
    registrar: Registrar

    def serve(self, routes: list[Route]) -> Application:
        """Return the application of the listener."""
        return dispatcher(routes, refuse_path)


async def build_end(
    settings: Settings,
    store: Store,
    client: GuardedClient,
    *,
    owner: str,
    now: Callable[[], int],
    new_id: Callable[[], str],
    rates: CallerRates,
) -> SignalingEnd:
    """Build the end of this process, and read the registered planes. Raises KeyFault."""
    book = PlaneBook(owner, store)
    await book.load()
    own = settings.signaling
    proof = PlaneTokens(
        owner=owner,
        id=own.id or settings.participant.id,
        key=_load_key(settings),
        find=book.find,
        client=client,
        clock=now,
        new_id=new_id,
        clients={
            entry.plane: TokenClient(entry.token_endpoint, entry.client_id, entry.secret_file) for entry in own.clients
        },
    )
    keys = [RegistrationKey(key.id, key.sha256) for key in settings.management.keys if "admin" in key.scopes]
    scheme = "https" if settings.net.certificate else "http"
    return SignalingEnd(
        address=(own.public_url or format_origin(scheme, own.host, own.port or 0)).rstrip("/"),
        proof=proof,
        book=book,
        client=SignalingClient(client, proof, now),
        gate=SignalingGate(proof, store, keys, rates),
        registrar=Registrar(book, proof, find_key_fault, now),
    )


def connect_planes(
    end: SignalingEnd,
    here: LocalDataPlane,
    settings: Settings,
    *,
    directory: Directory,
    data_problem: Callable[[str, str], str | None],
    new_id: Callable[[], str],
) -> DataPlanes:
    """Return the data planes of a connector: the one of this process, and those that are registered."""

    def find_claims(participant: str) -> Mapping[str, Any]:
        known = directory.participant(participant)
        return known.claims if known else {}

    wire = Wire(
        participant=settings.participant.id,
        dataspace=settings.signaling.dataspace,
        book=end.book,
        client=end.client,
        now=here.register.now,
        new_id=new_id,
        claims=find_claims,
        data_problem=data_problem,
        lease=int(settings.limits.lease_seconds * 1000),
    )
    return DataPlanes(here, here.register.store, wire)


@dataclass(frozen=True)
class ConnectedPlanes:
    """The data planes of a connector: that of its process, and with the others their register and application."""

    here: LocalDataPlane
    planes: AnyPlane
    office: PlaneOffice | None = None
    application: Application | None = None

    async def list_orphans(self) -> Sequence[str]:
        """Return the flows at other data planes without a transfer; call it before messages are received."""
        return await list_orphans(self.office.registrar.book, self.here.register.store) if self.office else ()

    async def end_orphans(self, orphans: Sequence[str]) -> None:
        """End such flows."""
        if self.office:
            await end_orphans(self.office.planes, self.office.registrar.book.owner, orphans)


def open_signaling(end: SignalingEnd, planes: DataPlanes, client: GuardedClient) -> ConnectedPlanes:
    """Return the data planes with their register and the application that they call back."""
    endpoint = TransferEndpoint(end.book.owner, planes, planes.here.register.store, planes.here.register.now)
    routes = [*transfer_routes(end.gate, endpoint), *data_plane_routes(end.gate, end.registrar)]
    office = PlaneOffice(end.registrar, planes, Introducer(client, end.proof, end.address))
    return ConnectedPlanes(planes.here, planes, office, end.serve(routes))


def _load_key(settings: Settings) -> SigningKey:
    """Return the key for the tokens to planes, from the file beside the store; it is made at the first start."""
    path: Path = settings.store.path.with_suffix(".planes.pem")
    if not path.exists():
        with suppress(KeyFault):  # another process was first: its key counts
            save_private(path, generate())
            log.info("created the key for the signaling between planes: %s", path)
    return load_private(path)
