"""What is new in a saved search as it comes: a stream of events, and an Atom feed with a secret address."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Annotated

import msgspec
from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response, StreamingResponse

from connector.api.board.frame import AtBoard, BoardDesk, find_rates
from connector.api.board.saved import find_own_search, name_feed, read_saved, search_new
from connector.api.broker import WAITING, KnownCaller
from connector.api.frame.errors import ApiError
from connector.broker import finding, publishing
from connector.broker.board.saved import render_new
from connector.broker.describing.feed import render_atom
from connector.broker.query import Asked
from connector.language.catalogue import match_language
from connector.net.aside import work_aside
from connector.ports.changes import Unavailable
from connector.ports.search_index import Order

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
    open_streams: Counter[str] = _find_streams(request)
    if open_streams.total() >= STREAMS or open_streams[caller.participant] >= STREAMS_OF_ONE:
        raise ApiError(429, "too-many", "Too many streams are open: close one first.", retry_after_s=60)
    events = _follow(desk, asked, after, lang, open_streams, caller.participant)
    return StreamingResponse(events, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


def _find_streams(request: Request) -> Counter[str]:
    """Return how many streams each participant has open."""
    state = request.app.state
    if not hasattr(state, "streams"):
        state.streams = Counter()
    counted: Counter[str] = state.streams
    return counted


async def _follow(
    desk: BoardDesk, asked: Asked, after: int, lang: str | None, open_streams: Counter[str], participant: str
) -> AsyncIterator[bytes]:
    """Yield an event for each new hit, named by its change number, and a comment in quiet times.

    The comments come at the same intervals whatever changes that is no hit: they tell nothing of it.
    """
    clock = asyncio.get_running_loop().time
    open_streams[participant] += 1
    try:
        with desk.teller.followers.follow(asked.query) as changed:
            yield b": open\n\n"
            due = clock() + KEEP_ALIVE_S
            while True:
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
                    yield b": alive\n\n"
                    due = clock() + KEEP_ALIVE_S
    finally:
        open_streams[participant] -= 1


async def _wait(rung: asyncio.Event, due: float) -> bool:
    """Wait for a ring, and return whether there was one before a sign of life is due."""
    try:
        async with asyncio.timeout_at(due):
            await rung.wait()
    except TimeoutError:
        return False
    return True


@router.get("/feeds/{secret}", include_in_schema=False)
async def read_feed(
    request: Request,
    desk: AtBoard,
    secret: str,
    accept_language: Annotated[str, Header(max_length=_LONGEST_ACCEPT)] = "",
) -> Response:
    """Return the newest hits of a saved search as an Atom feed; who has the address needs no token."""
    rates, address = find_rates(request)
    if rates is not None and (wait := rates.find_wait(address)):
        raise ApiError(429, "too-many", WAITING, retry_after_s=wait)
    saved = await desk.board.search_of_feed(name_feed(secret)) if len(secret) <= _LONGEST_SECRET else None
    if saved is None:
        if rates is not None:
            rates.note_failure(address)
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
