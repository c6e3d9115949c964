"""Saved searches at the broker, and what is new in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector.client.frame.flow import ApiCall, path_of
from connector.client.frame.methods import AsyncRuns, Runs, asynchronous, blocking
from connector.views.saved import NewHitsView, SavedSearchOrder, SavedSearchView, SeenOrder, WebhookOrder


def _list() -> ApiCall[tuple[SavedSearchView, ...]]:
    """List the saved searches of this participant, the oldest first.

    >>> [(search.name, search.parameters) for search in connector.searches.list()]
    [('Bicycles', {'q': 'bicycles'})]
    """
    return ApiCall(method="GET", path=path_of("searches"), answer=tuple[SavedSearchView, ...])


def _save(name: str, parameters: Mapping[str, Any]) -> ApiCall[SavedSearchView]:
    """Save a search: its `parameters` are those of `search`, with the words as `q`. The answer has its feed, once.

    >>> connector.searches.save("Bicycles", {"q": "bicycles", "theme": ["TRAN"]}).feed
    'https://data.city.example/v1/feeds/a-secret'
    """
    order = SavedSearchOrder(name=name, parameters=dict(parameters))
    return ApiCall(method="POST", path=path_of("searches"), answer=SavedSearchView, body=order)


def _change(id: str, name: str, parameters: Mapping[str, Any]) -> ApiCall[SavedSearchView]:
    """Replace the name and the parameters of a saved search.

    >>> connector.searches.change("urn:search:1", "Bicycles", {"q": "bicycles"}).id
    'urn:search:1'
    """
    order = SavedSearchOrder(name=name, parameters=dict(parameters))
    return ApiCall(method="PUT", path=path_of("searches", id), answer=SavedSearchView, body=order)


def _remove(id: str) -> ApiCall[SavedSearchView]:
    """Remove a saved search; its feed and its webhook end.

    >>> connector.searches.remove("urn:search:1").name
    'Bicycles'
    """
    return ApiCall(method="DELETE", path=path_of("searches", id), answer=SavedSearchView)


def _renew_feed(id: str) -> ApiCall[SavedSearchView]:
    """Make a new secret address for the feed of a saved search; the old one ends.

    >>> connector.searches.renew_feed("urn:search:1").feed
    'https://data.city.example/v1/feeds/a-secret'
    """
    return ApiCall(method="POST", path=path_of("searches", id, "feed"), answer=SavedSearchView)


def _new(id: str, since: int | None = None) -> ApiCall[NewHitsView]:
    """List the hits that are new or have changed since the last look, or since a change number.

    >>> [hit.id for hit in connector.searches.new("urn:search:1").items]
    ['urn:dataset:counts']
    """
    return ApiCall(method="GET", path=path_of("searches", id, "new"), answer=NewHitsView, query={"since": since})


def _note_seen(id: str, seen: int) -> ApiCall[SavedSearchView]:
    """Note up to which change number this participant has looked: the `next` of what is new.

    >>> connector.searches.note_seen("urn:search:1", 7).id
    'urn:search:1'
    """
    path = path_of("searches", id, "seen")
    return ApiCall(method="POST", path=path, answer=SavedSearchView, body=SeenOrder(seen=seen))


def _set_webhook(id: str, url: str) -> ApiCall[SavedSearchView]:
    """Let the broker post what is new to an address. The answer has the secret that signs the messages, once.

    >>> connector.searches.set_webhook("urn:search:1", "https://city.example/hooks/bicycles").webhook.secret
    'whsec_a-secret'
    """
    path = path_of("searches", id, "webhook")
    return ApiCall(method="PUT", path=path, answer=SavedSearchView, body=WebhookOrder(url=url))


def _resume_webhook(id: str) -> ApiCall[SavedSearchView]:
    """Try a webhook again at once that fails or was switched off; it goes on where it was.

    >>> connector.searches.resume_webhook("urn:search:1").name
    'Bicycles'
    """
    return ApiCall(method="POST", path=path_of("searches", id, "webhook", "resume"), answer=SavedSearchView)


def _remove_webhook(id: str) -> ApiCall[SavedSearchView]:
    """Remove the webhook of a saved search.

    >>> connector.searches.remove_webhook("urn:search:1").webhook is None
    True
    """
    return ApiCall(method="DELETE", path=path_of("searches", id, "webhook"), answer=SavedSearchView)


@dataclass(frozen=True)
class Searches:
    """Saved searches at the broker."""

    driver: Runs

    list = blocking(_list)
    save = blocking(_save)
    change = blocking(_change)
    remove = blocking(_remove)
    renew_feed = blocking(_renew_feed)
    new = blocking(_new)
    note_seen = blocking(_note_seen)
    set_webhook = blocking(_set_webhook)
    resume_webhook = blocking(_resume_webhook)
    remove_webhook = blocking(_remove_webhook)


@dataclass(frozen=True)
class AsyncSearches:
    """Saved searches at the broker."""

    driver: AsyncRuns

    list = asynchronous(_list)
    save = asynchronous(_save)
    change = asynchronous(_change)
    remove = asynchronous(_remove)
    renew_feed = asynchronous(_renew_feed)
    new = asynchronous(_new)
    note_seen = asynchronous(_note_seen)
    set_webhook = asynchronous(_set_webhook)
    resume_webhook = asynchronous(_resume_webhook)
    remove_webhook = asynchronous(_remove_webhook)
