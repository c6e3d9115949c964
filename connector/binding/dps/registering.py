"""Registration of planes, over HTTP and by the operator (Registration).

Who registers a plane has a management key of the receiver with the scope `admin`. A data plane of Datenkontor describes
itself, so its address and such a key are enough; what another one supports is stated by the operator.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

import msgspec

from connector.binding.dps.book import PlaneBook
from connector.binding.dps.edge import SignalingGate, answer, refuse, registration_route
from connector.binding.dsp.body import JSON
from connector.binding.dsp.routing import RequestHandler, Route
from connector.net.client import GuardedClient
from connector.net.errors import NetError
from connector.net.serving.messages import PeerRequest, Reply
from connector.ports.entities import Plane
from connector.ports.signaling import PlaneProof
from connector.protocol.dps.messages import (
    AuthorizationEntry,
    ControlPlaneRegistrationMessage,
    DataPlaneDescription,
    DataPlaneRegistrationMessage,
    check_id,
    read,
)
from connector.protocol.dsp.errors import RemoteProtocolError

OAUTH = "oauth2_client_credentials"
MOST_PLANES, _MOST_NAMES, _LONGEST = 100, 50, 500
_TIMEOUT_S = 5.0


class NotRegistered(Exception):
    """A plane cannot be registered; the message says in one sentence why and what to do."""


@dataclass(frozen=True)
class Registrar:
    """What registration needs: the book, `find_key_fault` (why a key set cannot be used, or None), and a clock (ms)."""

    book: PlaneBook
    proof: PlaneProof
    find_key_fault: Callable[[bytes], str | None]
    now: Callable[[], int]

    async def put(self, plane: Plane) -> None:
        """Register a plane, or replace it; a drained one stays drained. Raises RemoteProtocolError."""
        known = self.book.find(plane.id)
        if known is None and len(self.book.list()) >= MOST_PLANES:
            raise RemoteProtocolError(f"There are {MOST_PLANES} planes already: remove one.", code="too-many")
        if plane.id == self.proof.id:
            raise RemoteProtocolError("The identifier is that of this plane itself: use another one.", code="own-id")
        if fault := self.find_key_fault(plane.keys):
            raise RemoteProtocolError(fault, code="keys")
        draining = known.draining if known else False
        await self.book.put(msgspec.structs.replace(plane, draining=draining, registered_at=self.now()))


def control_plane_routes(gate: SignalingGate, registrar: Registrar, about: DataPlaneDescription) -> list[Route]:
    """Return the routes with which control planes are registered at a data plane."""

    async def put(_: str, __: PeerRequest, body: bytes) -> Reply:
        message = read(ControlPlaneRegistrationMessage, body)
        await registrar.put(
            Plane(
                owner=registrar.book.owner,
                id=check_id(message.controlplane_id, "controlplaneId"),
                endpoint=message.endpoint,
                keys=read_jwks(message.authorization),
                leased=message.leases,
            )
        )
        return answer()

    async def describe(_: str, __: PeerRequest, ___: bytes) -> Reply:
        return answer(about)

    return [
        Route("PUT", "/controlplanes", registration_route(gate, put)),
        *_deleting(gate, registrar, "controlplane"),
        Route("GET", "/about", registration_route(gate, describe)),
        _key_route(gate),
    ]


def data_plane_routes(gate: SignalingGate, registrar: Registrar) -> list[Route]:
    """Return the routes with which data planes are registered at a control plane."""

    async def put(_: str, __: PeerRequest, body: bytes) -> Reply:
        message = read(DataPlaneRegistrationMessage, body)
        await registrar.put(
            Plane(
                owner=registrar.book.owner,
                id=check_id(message.dataplane_id, "dataplaneId"),
                endpoint=message.endpoint,
                keys=read_jwks(message.authorization),
                profiles=_check_names(message.profiles, "profiles"),
                labels=_check_names(message.labels or (), "labels"),
            )
        )
        return answer()

    return [
        Route("PUT", "/dataplanes", registration_route(gate, put)),
        *_deleting(gate, registrar, "dataplane"),
        _key_route(gate),
    ]


def read_jwks(entry: AuthorizationEntry) -> bytes:
    """Return the keys of an authorization object. Raises RemoteProtocolError for one without keys in it."""
    if entry.type != OAUTH or entry.jwks is None:
        told = f"The authorization needs the type {OAUTH} and a `jwks` with the keys of the plane's tokens: add them."
        raise RemoteProtocolError(told, code="authorization")
    return msgspec.json.encode(entry.jwks)


def _check_names(names: Sequence[str], what: str) -> tuple[str, ...]:
    if len(names) > _MOST_NAMES or any(not 0 < len(name) <= _LONGEST for name in names):
        raise RemoteProtocolError(f"There are too many or too long {what}: use at most {_MOST_NAMES}.", code=what)
    return tuple(dict.fromkeys(names))


def _deleting(gate: SignalingGate, registrar: Registrar, kind: str) -> list[Route]:
    """Return both routes of a removal: by the path of the text, and by the parameter of its OpenAPI file."""

    async def drop(_: str, request: PeerRequest, __: bytes) -> Reply:
        named = request.names.get("id") or next(iter(parse_qs(request.query).get(f"{kind}Id", ())), "")
        if registrar.book.find(named) is None:
            return refuse("not-found", "There is no such registration: compare its identifier.", 404)
        await registrar.book.drop(named)
        return answer(status=204)

    handler: RequestHandler = registration_route(gate, drop)
    return [Route("DELETE", f"/{kind}s/{{id}}", handler), Route("DELETE", f"/{kind}s", handler)]


def _key_route(gate: SignalingGate) -> Route:
    """Return the route of the public keys, which need no proof."""

    async def show(_: PeerRequest) -> Reply:
        return answer(gate.proof.list_keys())

    return Route("GET", "/jwks", show)


@dataclass(frozen=True)
class Introducer:
    """Introduces this control plane to a data plane of Datenkontor. `endpoint` is where this side is called back."""

    client: GuardedClient
    proof: PlaneProof
    endpoint: str

    async def introduce(self, endpoint: str, key: str) -> DataPlaneDescription:
        """Register this side at a data plane by its key; return what it says of itself. Raises NotRegistered."""
        about = await self._call("GET", endpoint, "/about", key)
        try:
            found = read(DataPlaneDescription, about)
            check_id(found.dataplane_id, "dataplaneId")
        except RemoteProtocolError as fault:
            raise NotRegistered(f"{endpoint} is no data plane of Datenkontor: {fault.reason}") from None
        message = ControlPlaneRegistrationMessage(
            controlplane_id=self.proof.id,
            endpoint=self.endpoint,
            authorization=AuthorizationEntry(type=OAUTH, jwks=self.proof.list_keys()),
            leases=True,
        )
        await self._call("PUT", endpoint, "/controlplanes", key, msgspec.json.encode(message))
        return found

    async def _call(self, method: str, endpoint: str, path: str, key: str, body: bytes | None = None) -> bytes:
        headers = {"Authorization": f"Bearer {key}", **({"Content-Type": JSON} if body else {})}
        url = endpoint.rstrip("/") + path
        try:
            found = await self.client.request(method, url, headers=headers, body=body, timeout_s=_TIMEOUT_S)
        except NetError as fault:
            raise NotRegistered(f"The data plane cannot be reached: {fault}") from None
        if found.status == 401:
            raise NotRegistered(f"{endpoint} does not know the key: use a management key of it with the scope admin.")
        if found.status >= 300:
            told = f"{endpoint} answered {method} {path} with status {found.status}: it is no data plane."
            raise NotRegistered(told)
        return found.body


def describe_plane(owner: str, endpoint: str, found: DataPlaneDescription, labels: Sequence[str]) -> Plane:
    """Return a data plane as it describes itself, with further labels that the operator gives it."""
    keys: dict[str, Any] = found.jwks
    return Plane(
        owner=owner,
        id=found.dataplane_id,
        endpoint=endpoint,
        keys=msgspec.json.encode(keys),
        profiles=_check_names(found.profiles, "profiles"),
        labels=_check_names((*found.labels, *labels), "labels"),
        leased=found.leases,
    )
