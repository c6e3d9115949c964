"""Endpoints for saved searches: they are saved at the broker, which is asked with a token of this participant."""

from typing import Annotated
from urllib.parse import quote

from fastapi import Query

from connector.api.frame.chapter import ChapterRouter
from connector.api.frame.desk import AtBrokerApi
from connector.desk.board import ask_broker
from connector.views.saved import NewHitsView, SavedSearchOrder, SavedSearchView, SeenOrder, WebhookOrder

router = ChapterRouter(tags=["saved searches"])


@router.get("/searches")
async def list_searches(broker: AtBrokerApi) -> tuple[SavedSearchView, ...]:
    """List the saved searches of this participant, the oldest first."""
    return await ask_broker(broker, tuple[SavedSearchView, ...], "GET", "searches")


@router.post("/searches", status_code=201)
async def save_search(broker: AtBrokerApi, order: SavedSearchOrder) -> SavedSearchView:
    """Save a search at the broker; the answer has the secret address of its feed, once."""
    return await ask_broker(broker, SavedSearchView, "POST", "searches", body=order)


@router.put("/searches/{search_id}")
async def change_search(broker: AtBrokerApi, search_id: str, order: SavedSearchOrder) -> SavedSearchView:
    """Replace the name and the parameters of a saved search."""
    return await ask_broker(broker, SavedSearchView, "PUT", _name(search_id), body=order)


@router.delete("/searches/{search_id}")
async def remove_search(broker: AtBrokerApi, search_id: str) -> SavedSearchView:
    """Remove a saved search; its feed and its webhook end."""
    return await ask_broker(broker, SavedSearchView, "DELETE", _name(search_id))


@router.post("/searches/{search_id}/feed")
async def renew_feed(broker: AtBrokerApi, search_id: str) -> SavedSearchView:
    """Make a new secret address for the feed of a saved search; the old one ends."""
    return await ask_broker(broker, SavedSearchView, "POST", f"{_name(search_id)}/feed")


@router.post("/searches/{search_id}/seen")
async def note_seen(broker: AtBrokerApi, search_id: str, order: SeenOrder) -> SavedSearchView:
    """Note up to which change number this participant has looked."""
    return await ask_broker(broker, SavedSearchView, "POST", f"{_name(search_id)}/seen", body=order)


@router.put("/searches/{search_id}/webhook")
async def set_webhook(broker: AtBrokerApi, search_id: str, order: WebhookOrder) -> SavedSearchView:
    """Let the broker post what is new to an address; the answer has the secret that signs the messages, once."""
    return await ask_broker(broker, SavedSearchView, "PUT", f"{_name(search_id)}/webhook", body=order)


@router.post("/searches/{search_id}/webhook/resume")
async def resume_webhook(broker: AtBrokerApi, search_id: str) -> SavedSearchView:
    """Try a webhook again at once that fails or was switched off."""
    return await ask_broker(broker, SavedSearchView, "POST", f"{_name(search_id)}/webhook/resume")


@router.delete("/searches/{search_id}/webhook")
async def remove_webhook(broker: AtBrokerApi, search_id: str) -> SavedSearchView:
    """Remove the webhook of a saved search."""
    return await ask_broker(broker, SavedSearchView, "DELETE", f"{_name(search_id)}/webhook")


@router.get("/searches/{search_id}/new")
async def list_new(
    broker: AtBrokerApi,
    search_id: str,
    since: Annotated[int | None, Query(ge=0, le=2**53, description="A change number (default: what was seen).")] = None,
) -> NewHitsView:
    """List the hits that are new or have changed, in the order of change."""
    query = {} if since is None else {"after": str(since)}
    return await ask_broker(broker, NewHitsView, "GET", f"{_name(search_id)}/new", query)


def _name(search_id: str) -> str:
    return f"searches/{quote(search_id, safe='')}"
