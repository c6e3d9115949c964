"""Saved searches of participants at the broker, and what is new in them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from connector.views.search import HitView


class SavedSearchOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A search with a name: the parameters of `/v1/search` by their names."""

    name: Annotated[str, Meta(min_length=1, max_length=200, description="What people call the search.")]
    parameters: Annotated[dict[str, Any], Meta(description="Words and filters, as `/v1/search` takes them.")] = {}


class WebhookOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The address to which the broker posts what is new in a saved search."""

    url: Annotated[str, Meta(min_length=1, max_length=2048, description="https, at a public address or at your own.")]


class WebhookState(StrEnum):
    """The state of a webhook: told of new hits, tried again after a failure, or switched off after days of failures."""

    ACTIVE = "active"
    FAILING = "failing"
    STOPPED = "stopped"


class WebhookView(msgspec.Struct, frozen=True, kw_only=True):
    """The webhook of a saved search. `secret` signs its messages; it is in the answer to its making alone.

    `problem` says why the last attempt failed, `next_at` when the next one is.
    """

    url: str
    state: WebhookState
    created_at: datetime
    told_at: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    next_at: datetime | None = None
    stopped_at: datetime | None = None
    problem: str = ""
    secret: str | None = None


class SavedSearchView(msgspec.Struct, frozen=True, kw_only=True):
    """A saved search. `feed` is the secret address of its Atom feed, in the answer to its making and renewal alone.

    `seen` is the change number up to which its owner has looked.
    """

    id: str
    name: str
    parameters: dict[str, Any]
    created_at: datetime
    changed_at: datetime
    seen: int
    feed: str | None = None
    webhook: WebhookView | None = None


class NewHitsView(msgspec.Struct, frozen=True, kw_only=True):
    """Hits that are new or have changed, in the order of change.

    `next` is the change number to go on after, `more` whether there are more hits now.
    """

    items: tuple[HitView, ...]
    next: int
    more: bool = False


class SeenOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The change number up to which the owner of a saved search has looked: the `next` of an answer."""

    seen: Annotated[int, Meta(ge=0, le=2**53)]
