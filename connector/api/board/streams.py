"""What is new in a saved search as it comes: a stream of events, and an Atom feed with a secret address."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

import msgspec
from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from connector.api.board.frame import AtBoard, BoardDesk, find_rates
from connector.api.board.saved import find_own_search, name_feed, read_saved, search_new
from connector.api.broker import WAITING, KnownCaller
from connector.api.frame.errors import ApiError, answer
from connector.broker import finding, publishing
from connector.broker.board.saved import render_new
from connector.broker.describing.feed import render_atom
from connector.broker.query import Asked
from connector.language.catalogue import match_language
from connector.net.aside import work_aside
from connector.net.limits import ConcurrencyLimit
from connector.ports.board import SavedSearch
from connector.ports.search_index import Order
from connector.ports.store_errors import Unavailable

STREAMS, STREAMS_OF_ONE = 200, 5
"""The most open streams, in all and of one participant."""

KEEP_ALIVE_S = 15.0

_NEWEST = 50
_LONGEST_ACCEPT = 1000
_LONGEST_SECRET = 200
# The digits of a change number that is below 2**53.
_DIGITS = 16

router = APIRouter(prefix="/v1", tags=["saved searches"])


@router.get("/searches/{search_id}/events")
async def stream_new(
    request: Request,
    desk: AtBoard,
    caller: KnownCaller,
    search_id: str,
    last_event_id: Annotated[str | None, Header(max_length=_DIGITS)] = None,
    lang: Annotated[str | None, Query(max_length=35)] = None,
) -> Response:
    """Send each hit that is new or has changed, from what was seen or from `Last-Event-ID` on."""
    saved = await find_own_search(desk, search_id, caller)
    asked = read_saved(saved)
    after = int(last_event_id) if last_event_id and last_event_id.isdecimal() else saved.seen
    return _PlacedStream(_follow(desk, saved, asked, after, lang), _find_places(request), caller.participant)


class _PlacedStream(StreamingResponse):
    """A stream that holds a place of a participant from its first byte to its end, and is refused without one."""

    def __init__(self, events: AsyncIterator[bytes], places: ConcurrencyLimit, participant: str) -> None:
        super().__init__(events, media_type="text/event-stream", headers={"Cache-Control": "no-store"})
        self._places, self._participant = places, participant

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Taken where it is looked for: streams that begin at the same moment get no more places than there are.
        if not self._places.enter(self._participant):
            refusal = answer(429, "too-many", "Too many streams are open: close one first.", retry_after_s=60)
            await refusal(scope, receive, send)
            return
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._places.leave(self._participant)


def _find_places(request: Request) -> ConcurrencyLimit:
    """Return the places of all streams."""
    state = request.app.state
    if not hasattr(state, "streams"):
        state.streams = ConcurrencyLimit(total=STREAMS, per_key=STREAMS_OF_ONE, crowded=STREAMS // 2)
    places: ConcurrencyLimit = state.streams
    return places


async def _follow(
    desk: BoardDesk, saved: SavedSearch, asked: Asked, after: int, lang: str | None
) -> AsyncIterator[bytes]:
    """Yield an event for each new hit, named by its change number, and a comment in quiet times.

    The comments come at the same intervals whatever changes that is no hit: they tell nothing of it. The stream ends
    with its search, and when its owner leaves the participant list.
    """
    clock = asyncio.get_running_loop().time
    with desk.teller.followers.follow(asked.query) as changed:
        yield b": open\n\n"
        due = clock() + KEEP_ALIVE_S
        while await _is_followed(desk, saved):
            changed.clear()
            rung = desk.teller.bell.listen()
            try:
                new = await search_new(desk, asked, after)
            except Unavailable:
                # The index is built anew: the stream goes on with its next commit.
                new = None
            if new is not None:
                for item in await render_new(desk.index, asked, new, lang, desk.now()):
                    yield b"id: %d\nevent: hit\ndata: %b\n\n" % (item["seq"], msgspec.json.encode(item))
                    due = clock() + KEEP_ALIVE_S
                after = new.following
                if new.more:
                    continue
            while clock() >= due or not await _wait(rung if new is None else changed, due):
                if not await _is_followed(desk, saved):
                    return
                yield b": alive\n\n"
                due = clock() + KEEP_ALIVE_S


async def _is_followed(desk: BoardDesk, saved: SavedSearch) -> bool:
    """Return whether a search is still the one that was saved, and its owner on the participant list."""
    now = await desk.board.saved_search(saved.id)
    same = now is not None and now.parameters == saved.parameters
    return same and desk.poster.office.directory.participant(saved.owner) is not None


async def _wait(rung: asyncio.Event, due: float) -> bool:
    """Wait for a ring, and return whether there was one before a sign of life is due."""
    try:
        async with asyncio.timeout_at(due):
            await rung.wait()
    except TimeoutError:
        return False
    return True


@router.api_route("/feeds/{secret}", methods=["GET", "HEAD"], include_in_schema=False)
async def read_feed(
    request: Request,
    desk: AtBoard,
    secret: str,
    accept_language: Annotated[str, Header(max_length=_LONGEST_ACCEPT)] = "",
) -> Response:
    """Return the newest hits of a saved search as an Atom feed; who has the address needs no token."""
    rates, address = find_rates(request)
    if rates is not None and (wait := rates.admit_unknown(address)):
        raise ApiError(429, "too-many", WAITING, retry_after_s=wait)
    saved = await desk.board.search_of_feed(name_feed(secret)) if len(secret) <= _LONGEST_SECRET else None
    if saved is None:
        raise ApiError(404, "no-feed", "Unknown feed: ask its owner for the new address.")
    asked = read_saved(saved)
    query = msgspec.structs.replace(asked.query, order=Order.NEWEST, limit=_NEWEST, offset=0)
    found = await finding.find(desk.record.view(), desk.index, msgspec.structs.replace(asked, query=query), desk.now())
    entries = [hit.entry for hit in found.hits]
    subjects = await publishing.gather_subjects(desk.record.view(), desk.site, entries)
    language = match_language(accept_language.strip()) or "de"
    own = f"{desk.site.base}/v1/feeds/{secret}"

    def render() -> bytes:
        return render_atom(
            desk.site, subjects, language, title=saved.name, id=f"{desk.site.base}/v1/searches/{saved.id}", address=own
        )

    body = await work_aside(sum(len(entry.document) for entry in entries), render)
    return Response(body, media_type="application/atom+xml", headers={"Referrer-Policy": "no-referrer"})
