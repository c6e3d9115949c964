"""The HTTP of an authority: its document, its roots, the participant list, the status list, and who wants to join.

All but joining is public and signed. The last route is that of every member: it is told that there is a newer list.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from typing import Final

import msgspec

from connector.authority import issuing, keeping
from connector.authority.asking import MAX_REQUEST
from connector.authority.issuing import BASE
from connector.authority.joining import ResolveApplicant, join
from connector.authority.keeping import ROOTS, Authority
from connector.authority.roster import RosterFault, RosterLocked, RosterUnwritten
from connector.binding.dsp.routing import RequestHandler, Route
from connector.binding.invitation import show_invitation
from connector.net.serving.messages import BodyFault, Disconnected, PeerRequest, Reply
from connector.net.serving.rates import CallerRates
from connector.protocol.dcp.issued import LIST_VARIES, choose_list_form

log = logging.getLogger(__name__)

NEWS_PATH: Final = "/participant-list/news"
"""Where a member is told of a newer list, below the origin of its address."""
NEWS_MS: Final = 5_000
"""How often a list is fetched because somebody says that there is news, in ms: anybody may say so."""
LOCKED_WAIT_S: Final = 60
"""When somebody comes again who could not join because a process keeps the files locked, in s."""
RENEWED_MS: Final = 3_600_000
"""How long the document and a signed status list are served before they are made again, in ms, if nothing changed."""

FindSearch = Callable[[], tuple[str, str]]
"""Returns the participant that answers searches and the URL of its search API, or two empty texts."""


Later = Callable[[float, Callable[[], None]], object]
"""Calls a function after some seconds."""


class JoinRefusal(msgspec.Struct, frozen=True, kw_only=True):
    """Why a request to join was refused, in one sentence."""

    reason: str


@dataclass
class _KeptAnswer:
    """What is made of the record of an authority: anybody may ask for it, so it is made once, and kept.

    It is made anew when the record has changed or an hour is over; who asks meanwhile waits for the same one. To read a
    large record, or a key with a pass phrase, takes a tenth of a second.
    """

    make: Callable[[], bytes]
    record: Path
    now: Callable[[], int]
    content: bytes = b""
    at: int = 0
    of: int = 0
    making: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def find(self) -> bytes:
        """Return what was made last, if it still says what the record says. Raises RosterFault."""
        async with self.making:
            changed = _find_change(self.record)
            if changed != self.of or not 0 <= self.now() - self.at < RENEWED_MS:
                self.content = await asyncio.to_thread(self.make)
                self.at, self.of = self.now(), changed
            return self.content


class _Desk:
    """The authority as its routes see it."""

    def __init__(
        self,
        authority: Authority,
        resolve: ResolveApplicant,
        rates: CallerRates,
        now: Callable[[], int],
        changed: Callable[[], None],
        find_search: FindSearch,
    ) -> None:
        self.authority = authority
        self.resolve = resolve
        self.rates = rates
        self.now = now
        self.changed = changed
        self.find_search = find_search
        record = authority.folder / keeping.RECORD
        self.document = _KeptAnswer(self._make_document, record, now)
        self.status = _KeptAnswer(lambda: issuing.make_status_list(authority, now()).encode(), record, now)

    def _make_document(self) -> bytes:
        document = issuing.write_own_document(keeping.show(self.authority), self.authority, self.now())
        return msgspec.json.encode(document)

    async def show_document(self, _: PeerRequest) -> Reply:
        """Answer with the document of the authority."""
        return Reply(body=await self.document.find(), media_type="application/did+json")

    async def show_status(self, request: PeerRequest) -> Reply:
        """Answer with the status list."""
        body, media_type = choose_list_form(await self.status.find(), request.headers.get("accept", ""))
        return Reply(body=body, media_type=media_type, headers=LIST_VARIES)

    async def explain(self, request: PeerRequest) -> Reply:
        """Answer who opens the link of an invitation in a browser."""
        record = await asyncio.to_thread(keeping.show, self.authority)
        return show_invitation(record.did, request.headers.get("accept-language", ""))

    async def join(self, request: PeerRequest) -> Reply:
        """Let the sender become a member; a refusal counts against its address."""
        address = self.rates.name_caller(request.address, request.headers)
        if wait := self.rates.find_wait(address):
            return Reply(status=429, headers={"Retry-After": str(wait)})
        try:
            joined = await join(self.authority, await _read_body(request), self.resolve, self.now())
            broker, search = await asyncio.to_thread(self.find_search)
        except (BodyFault, Disconnected) as fault:
            return Reply(status=fault.status if isinstance(fault, BodyFault) else 400)
        except (RosterLocked, RosterUnwritten) as fault:
            log.warning("nobody can join now: %s", fault)
            return Reply(status=503, headers={"Retry-After": str(LOCKED_WAIT_S)})
        except RosterFault as fault:
            self.rates.note_failure(address)
            refused = msgspec.json.encode(JoinRefusal(reason=str(fault)))
            return Reply(status=403, body=refused, media_type="application/json")
        joined = msgspec.structs.replace(joined, broker=broker, search=search)
        return Reply(body=msgspec.json.encode(joined), media_type="application/json", after=self.changed)


def routes(
    authority: Authority,
    resolve: ResolveApplicant,
    rates: CallerRates,
    now: Callable[[], int],
    changed: Callable[[], None],
    find_search: FindSearch = lambda: ("", ""),
) -> list[Route]:
    """Return the routes of an authority.

    `resolve` fetches the document of who joins, `now` returns ms since the Unix epoch, and `changed` is called after
    somebody has joined. `find_search` returns the broker that is told to who joins.
    """
    desk = _Desk(authority, resolve, rates, now, changed, find_search)
    return [
        Route("GET", f"{BASE}/did.json", desk.show_document),
        Route("GET", f"{BASE}/roots", _serve(authority.folder / ROOTS, "application/jwk-set+json", now)),
        Route("GET", f"{BASE}/members", _serve(authority.signed, "text/plain; charset=us-ascii", now)),
        Route("GET", f"{BASE}/status", desk.show_status),
        Route("GET", f"{BASE}/join", desk.explain),
        Route("POST", f"{BASE}/join", desk.join),
    ]


def news_routes(wake: Callable[[], None], now: Callable[[], int], later: Later | None = None) -> list[Route]:
    """Return the route at which a participant is told that there is a newer list; `now` in ms since the epoch.

    Who says so need not prove anything: it causes a look at the place that this participant knows, every few seconds at
    most. What is told in between is looked at when these are over, so that the last list is seen. `later` calls a
    function after seconds; without one, the event loop does.
    """
    last, waits = -NEWS_MS, False

    def look() -> None:
        nonlocal last, waits
        last, waits = now(), False
        wake()

    async def take(_: PeerRequest) -> Reply:
        nonlocal waits
        since = now() - last
        if not 0 <= since < NEWS_MS:
            look()
        elif not waits:
            waits = True
            (later or asyncio.get_running_loop().call_later)((NEWS_MS - since) / 1000, look)
        return Reply(status=204)

    return [Route("POST", NEWS_PATH, take)]


async def _read_body(request: PeerRequest) -> bytes:
    body = await request.read()
    if len(body) > MAX_REQUEST:
        raise BodyFault(413)
    return body


def _serve(path: Path, media_type: str, now: Callable[[], int]) -> RequestHandler:
    """Return what answers with the content of a file, which is read again when it has changed.

    The answer says what time it is here, so that members notice a wrong clock.
    """
    kept: tuple[int, bytes] = (0, b"")

    async def show(_: PeerRequest) -> Reply:
        nonlocal kept
        changed = _find_change(path)
        if not changed:
            return Reply(status=404)
        if changed != kept[0]:
            kept = (changed, await asyncio.to_thread(path.read_bytes))
        return Reply(body=kept[1], media_type=media_type, headers={"Date": formatdate(now() / 1000, usegmt=True)})

    return show


def _find_change(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
