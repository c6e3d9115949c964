"""Search results of the broker."""

from datetime import datetime
from typing import Any

import msgspec

from connector.views.common import LocalizedText


class HitView(msgspec.Struct, frozen=True, kw_only=True):
    """One search result: the offer, its participant, and when the broker verified it.

    `only_for` are the parties that all offers are for; empty if one is for everybody.
    """

    participant: str
    id: str
    title: LocalizedText = {}
    description: LocalizedText = {}
    keywords: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    publisher: str | None = None
    address: str | None = None
    liveness: str | None = None
    verified_at: datetime | None = None
    score: float | None = None
    dataset: dict[str, Any] | None = None
    only_for: tuple[str, ...] = ()


class HitsView(msgspec.Struct, frozen=True, kw_only=True):
    """A page of search results, best first, and their number in total."""

    items: tuple[HitView, ...]
    total: int = 0
