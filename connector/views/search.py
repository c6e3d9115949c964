"""Search results of the broker."""

from datetime import datetime
from typing import Any

import msgspec

from connector.views.common import LocalizedText


class MatchView(msgspec.Struct, frozen=True, kw_only=True):
    """Why a result was found: a field, a piece of its text, and where the words are in it, as pairs of offsets."""

    field: str
    text: str
    marks: tuple[tuple[int, int], ...] = ()
    language: str | None = None


class FacetValueView(msgspec.Struct, frozen=True, kw_only=True):
    """A value of a facet, in words if it has other ones, and the number of its results."""

    value: str
    count: int
    label: LocalizedText = {}


class ViaView(msgspec.Struct, frozen=True, kw_only=True):
    """Where a reference leads: the short name of its portal, and the page of the dataset there."""

    portal: str
    page: str


class AlikeView(msgspec.Struct, frozen=True, kw_only=True):
    """An offer of another participant, or the reference of a portal, that states to be the same dataset."""

    participant: str
    id: str
    publisher: str


class HitView(msgspec.Struct, frozen=True, kw_only=True):
    """One search result: the offer, its participant, and when the broker verified it.

    `only_for` are the parties that all offers are for; empty if one is for everybody. `terms_in_words` are the terms of
    the first offer. `begins` and `ends` are the time that the data covers. `boxes` are its areas: west, south, east
    and north in degrees. Of a `teaser` only title and publisher are shown, and in the description who sees the
    rest. `via` is set for a reference to a dataset of a portal, which has no offer; `also_at` are further portals
    that list the same dataset. `also_offered` are others that state to be the same dataset (`dct:identifier`, or the
    address of a distribution) and agree in title, licence and price; `contradicted` are those that do not agree: they
    are results of their own. `self_description` is the path at the broker of what the provider has signed about it.
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
    teaser: bool = False
    stale: bool = False
    terms_in_words: LocalizedText = {}
    matches: tuple[MatchView, ...] = ()
    licences: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    data_formats: tuple[str, ...] = ()
    frequency: str | None = None
    access_rights: str | None = None
    data_class: str | None = None
    places: tuple[str, ...] = ()
    boxes: tuple[tuple[float, float, float, float], ...] = ()
    begins: datetime | None = None
    ends: datetime | None = None
    modified: datetime | None = None
    prices: tuple[str, ...] = ()
    via: ViaView | None = None
    also_at: tuple[ViaView, ...] = ()
    also_offered: tuple[AlikeView, ...] = ()
    contradicted: tuple[AlikeView, ...] = ()
    self_description: str | None = None
    test: bool = False


class HitsView(msgspec.Struct, frozen=True, kw_only=True):
    """A page of search results, best first, and their number in total.

    `corrected` is true if nothing has the words as they were typed: the results have similar ones. `apart` are the
    parts of compounds that nothing has as a whole: the results have all parts. `facets` are the numbers of results by
    the values of each facet, if they were asked for.
    """

    items: tuple[HitView, ...]
    total: int = 0
    corrected: bool = False
    apart: tuple[str, ...] = ()
    facets: dict[str, tuple[FacetValueView, ...]] = {}
