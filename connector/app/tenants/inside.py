"""Messages between the participants of one process: they arrive without a connection, and all else is as outside.

The address says who is meant, as at the listener, and the same application answers: tokens, credentials, seals, limits
and records are those of any peer, so there is no second way to be known. What leads anywhere else goes out. Streams of
data go out too: they are the data plane's, which may be another process.
"""

import asyncio
import logging
from collections.abc import Mapping
from urllib.parse import unquote

from connector.app.tenants.listing import find_first
from connector.app.tenants.seats import Seats, find_netloc
from connector.binding.dcp.credential_service import CREDENTIAL_SERVICE
from connector.net.addresses import Endpoint, parse_url
from connector.net.errors import TimedOut
from connector.net.messages.client import Fields
from connector.net.serving.messages import Application, PeerRequest, Reply
from connector.net.transport import HttpAnswer, HttpCall, Transport
from connector.settings import Settings

log = logging.getLogger(__name__)

_DOCUMENTS = frozenset({"/did.json", "/.well-known/did.json"})


class InsideAnswer:
    """An answer of a participant of this process. Implements `HttpAnswer`."""

    __slots__ = ("_body", "headers", "status")

    def __init__(self, reply: Reply) -> None:
        self.status = reply.status
        fields = {"Content-Type": reply.media_type, **reply.headers} if reply.media_type else reply.headers
        self.headers: Mapping[str, str] = Fields(
            [(name.lower().encode("latin-1"), value.encode()) for name, value in fields.items()]
        )
        self._body = reply.body

    async def chunk(self) -> bytes:
        """Return the whole body, and then nothing."""
        body, self._body = self._body, b""
        return body

    def close(self) -> None:
        """Do nothing: there is no connection."""


class InsideTransport:
    """The transport of a process with tenants. Implements `Transport`."""

    def __init__(self, outside: Transport) -> None:
        """`outside` carries what leads to nobody here; before `open`, that is all."""
        self._outside = outside
        self._seats: Seats | None = None
        self._protocol: Application | None = None
        self._running: set[asyncio.Task[Reply]] = set()

    def open(self, seats: Seats, protocol: Application) -> None:
        """Deliver from now on to these participants, by what their listener serves."""
        self._seats, self._protocol = seats, protocol

    async def send(self, call: HttpCall) -> HttpAnswer:
        """Send a call to a participant of this process, or out; raises NetError."""
        protocol, body = self._protocol, call.body
        if protocol is None or call.max_bytes is None or not (body is None or isinstance(body, bytes)):
            return await self._outside.send(call)
        if self._seats is None or not _leads_inside(self._seats, call.endpoint):
            return await self._outside.send(call)
        return InsideAnswer(await self._deliver(protocol, call, body or b""))

    async def _deliver(self, protocol: Application, call: HttpCall, body: bytes) -> Reply:
        """Return the answer. It is a task of its own, as at the listener: who gives up waiting does not undo it."""
        task = asyncio.create_task(_answer(protocol, _make_request(call, body)), name="inside")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            async with asyncio.timeout(call.total_s):
                return await asyncio.shield(task)
        except TimeoutError as error:
            raise TimedOut(f"{call.endpoint.origin} did not answer in time.") from error


async def _answer(protocol: Application, request: PeerRequest) -> Reply:
    try:
        reply = await protocol.answer(request)
    except Exception:
        log.exception("request failed", extra={"path": request.path})
        return protocol.refuse(request.path, 500)
    if reply.after is not None:
        asyncio.get_running_loop().call_soon(reply.after)
    return reply


def _make_request(call: HttpCall, body: bytes) -> PeerRequest:
    async def read() -> bytes:
        return body

    endpoint = call.endpoint
    return PeerRequest(
        method=call.method,
        path=unquote(endpoint.path),
        query=endpoint.query or "",
        headers={**{name.lower(): value for name, value in call.headers.items()}, "host": find_netloc(endpoint.origin)},
        read=read,
    )


def _leads_inside(seats: Seats, endpoint: Endpoint) -> bool:
    """Return whether an address is one at which a participant of this process answers peers.

    At the same host there may be more, behind a proxy: only what contracts need is looked at. Of a tenant that takes no
    part nothing is known here, so the listener says so.
    """
    name = find_first(endpoint.path)
    if name not in seats.known:
        name = seats.hosts.get(find_netloc(endpoint.origin), "")
    return _is_place_of(seats.known.get(name, seats.house.parts.settings), endpoint)


def _is_place_of(settings: Settings, endpoint: Endpoint) -> bool:
    own = parse_url(settings.protocol.public_url)
    root = own.path.rstrip("/")
    if endpoint.origin != own.origin or not endpoint.path.startswith(root + "/"):
        return False
    below = endpoint.path[len(root) :]
    chapters = (f"{settings.protocol.path.rstrip('/')}/", f"{CREDENTIAL_SERVICE}/")
    return below in _DOCUMENTS or below.startswith(chapters)
