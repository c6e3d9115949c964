"""Endpoints for saved searches at the broker: saved, listed, changed and removed by their owner, and what is new."""

import hashlib
from typing import Annotated, Any

import msgspec
from fastapi import Query, Response
from pydantic import ValidationError

from connector.api.board.frame import AtBoard, BoardDesk, limit_change
from connector.api.broker import KnownCaller, LanguageQuery, read_search
from connector.api.frame.chapter import ChapterRouter, encode_view
from connector.api.frame.errors import ApiError
from connector.api.frame.models import answer_model
from connector.api.frame.search_parameters import SearchParameters
from connector.broker.board.saved import SEARCHES, NewHits, find_new, read_parameters, render_new
from connector.broker.board.webhooks import view_webhook
from connector.broker.query import Asked, QueryRefused
from connector.ports.board import SavedSearch
from connector.ports.identity import Caller
from connector.ports.search_index import LIMIT
from connector.ports.webhooks import Webhook
from connector.protocol.dsp.errors import clean
from connector.views.common import ErrorView
from connector.views.conversion import to_view
from connector.views.saved import SavedSearchOrder, SavedSearchView, SeenOrder

NAME_LENGTH = 120

# What a page of results is asked for with, and not the search.
_OF_PAGES = {"limit", "offset", "facets", "sort"}
_PARAMETERS = SearchParameters.model_fields.keys() - _OF_PAGES
_FAILURES: dict[int | str, dict[str, Any]] = {
    code: {"model": answer_model(ErrorView)} for code in (401, 404, 409, 422, 429, 503)
}

router = ChapterRouter(prefix="/v1", tags=["saved searches"], responses=_FAILURES)


@router.get("/searches")
async def list_searches(desk: AtBoard, caller: KnownCaller) -> tuple[SavedSearchView, ...]:
    """List the saved searches of the caller, the oldest first."""
    webhooks = {webhook.search: webhook for webhook in await desk.webhooks.webhooks(caller.participant)}
    return tuple(_view(saved, webhooks.get(saved.id)) for saved in await desk.board.searches_of(caller.participant))


@router.post("/searches", status_code=201)
async def save_search(desk: AtBoard, caller: KnownCaller, order: SavedSearchOrder) -> SavedSearchView:
    """Save a search. What is found now counts as seen; the answer has the secret address of the feed, once."""
    secret, now = desk.new_secret(), desk.now()
    saved = SavedSearch(
        id=desk.new_id(),
        owner=caller.participant,
        name=_read_name(order),
        parameters=_read_parameters(order),
        feed=name_feed(secret),
        created_at=now,
        changed_at=now,
        seen=desk.index.progress().shown,
    )
    await limit_change(desk.board.put_search(saved, most=SEARCHES))
    return msgspec.structs.replace(_view(saved, None), feed=_write_feed(desk, secret))


@router.get("/searches/{search_id}")
async def show_search(desk: AtBoard, caller: KnownCaller, search_id: str) -> SavedSearchView:
    """Show a saved search of the caller."""
    return await view_saved(desk, await find_own_search(desk, search_id, caller))


@router.put("/searches/{search_id}")
async def change_search(desk: AtBoard, caller: KnownCaller, search_id: str, order: SavedSearchOrder) -> SavedSearchView:
    """Replace the name and the parameters of a saved search."""
    before = await find_own_search(desk, search_id, caller)
    name, parameters = _read_name(order), _read_parameters(order)
    # Its webhook follows the new search.
    await desk.poster.end(before.id)
    try:
        return await _put(desk, before, name=name, parameters=parameters)
    finally:
        desk.poster.begin(before.id)


@router.delete("/searches/{search_id}")
async def remove_search(desk: AtBoard, caller: KnownCaller, search_id: str) -> SavedSearchView:
    """Remove a saved search; its feed and its webhook end."""
    saved = await find_own_search(desk, search_id, caller)
    shown = await view_saved(desk, saved)
    await desk.poster.end(saved.id)
    await desk.board.drop_search(saved.id)
    return shown


@router.post("/searches/{search_id}/feed")
async def renew_feed(desk: AtBoard, caller: KnownCaller, search_id: str) -> SavedSearchView:
    """Make a new secret address for the feed of a saved search; the old one ends."""
    secret = desk.new_secret()
    saved = await _put(desk, await find_own_search(desk, search_id, caller), feed=name_feed(secret))
    return msgspec.structs.replace(saved, feed=_write_feed(desk, secret))


@router.post("/searches/{search_id}/seen")
async def note_seen(desk: AtBoard, caller: KnownCaller, search_id: str, order: SeenOrder) -> SavedSearchView:
    """Note up to which change number the owner has looked."""
    return await _put(desk, await find_own_search(desk, search_id, caller), seen=order.seen)


@router.get("/searches/{search_id}/new")
async def list_new(
    desk: AtBoard,
    caller: KnownCaller,
    search_id: str,
    after: Annotated[int | None, Query(ge=0, le=2**53, description="A change number (default: what was seen).")] = None,
    limit: Annotated[int, Query(ge=1, le=LIMIT)] = LIMIT,
    lang: LanguageQuery = None,
) -> Response:
    """List the hits that are new or have changed, in the order of change; go on after the change number `next`."""
    saved = await find_own_search(desk, search_id, caller)
    asked = read_saved(saved)
    since = saved.seen if after is None else after
    new = await search_new(desk, asked, since, limit)
    items = await render_new(desk.index, asked, new, lang, desk.now())
    return encode_view({"items": items, "next": new.following, "more": new.more})


async def find_own_search(desk: BoardDesk, id: str, caller: Caller) -> SavedSearch:
    """Return a saved search of the caller. Raises ApiError if there is none: those of others are not told."""
    saved = await desk.board.saved_search(id)
    if saved is None or saved.owner != caller.participant:
        raise ApiError(404, "no-search", "Unknown saved search: list the saved searches for their identifiers.")
    return saved


def read_saved(saved: SavedSearch) -> Asked:
    """Return the search that was saved. Raises ApiError if this release does not know its parameters any more."""
    try:
        return read_parameters(saved.parameters)
    except QueryRefused as refusal:
        raise ApiError(422, "query", str(refusal)) from None


async def search_new(desk: BoardDesk, asked: Asked, after: int, limit: int = LIMIT) -> NewHits:
    """Return what is new in a search after a change number. Raises ApiError and Unavailable."""
    try:
        return await find_new(desk.record.view(), desk.index, asked, after, desk.now(), limit=limit)
    except QueryRefused as refusal:
        raise ApiError(422, "query", str(refusal)) from None


def name_feed(secret: str) -> str:
    """Return what a feed is stored under: the digest of its secret."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _write_feed(desk: BoardDesk, secret: str) -> str:
    return f"{desk.site.base}/v1/feeds/{secret}"


async def _put(desk: BoardDesk, before: SavedSearch, **changed: Any) -> SavedSearchView:
    saved = msgspec.structs.replace(before, **changed, changed_at=desk.now())
    await limit_change(desk.board.put_search(saved, most=SEARCHES))
    return await view_saved(desk, saved)


async def view_saved(desk: BoardDesk, saved: SavedSearch) -> SavedSearchView:
    """Return the view of a saved search, with its webhook."""
    return _view(saved, await desk.webhooks.webhook(saved.id))


def _view(saved: SavedSearch, webhook: Webhook | None) -> SavedSearchView:
    return to_view(SavedSearchView, saved, feed=None, webhook=webhook and view_webhook(webhook))


def _read_name(order: SavedSearchOrder) -> str:
    name = clean(order.name, NAME_LENGTH)
    if not name:
        raise ApiError(422, "name", "The name is empty: say in words what the search is for.")
    return name


def _read_parameters(order: SavedSearchOrder) -> bytes:
    """Return the parameters as they are stored, after a search was made of them once. Raises ApiError."""
    unknown = sorted(order.parameters.keys() - _PARAMETERS)
    if unknown:
        known = ", ".join(sorted(_PARAMETERS))
        raise ApiError(422, "query", f"The search has unknown parameters: use those of {known}.")
    try:
        given = SearchParameters(**order.parameters)
    except ValidationError:
        raise ApiError(
            422, "query", "The parameters have another form than those of /v1/search: correct them."
        ) from None
    read_search(given)
    return msgspec.json.encode(given.model_dump(exclude_defaults=True))
