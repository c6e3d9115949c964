"""The sources of a broker, as its operator sees them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import Meta

from connector.views.common import LONGEST_IDENTIFIER
from connector.views.moderation import MarkView
from connector.views.portals import PORTAL_URL, PortalKind

Identifier = Annotated[str, Meta(min_length=1, max_length=LONGEST_IDENTIFIER)]


class SourceKind(StrEnum):
    """What a source is: a participant of the data space, or a portal that is read as `PortalKind` says."""

    PARTICIPANT = "participant"
    CKAN = PortalKind.CKAN.value
    DCAT = PortalKind.DCAT.value


class SourceView(msgspec.Struct, frozen=True, kw_only=True):
    """A source: its kind, the state of its crawls, and the kinds of marks that the operator set.

    `participant` identifies it, also if it is a portal; `configured` says that it is one of the settings.
    `error` is why the last crawl failed, or what it remarks; `next_at` is null if the source is not crawled.
    """

    participant: str
    kind: SourceKind = SourceKind.PARTICIPANT
    configured: bool = False
    name: str
    address: str
    state: str
    marks: tuple[str, ...]
    datasets: int
    failures: int
    verified_at: datetime | None
    failing_since: datetime | None
    next_at: datetime | None
    error: str | None


class UnreadableView(msgspec.Struct, frozen=True, kw_only=True):
    """A dataset that could not be read at all, or not with all its offers, and why; `dataset` is null if unknown."""

    dataset: str | None
    reason: str


class SourceDetailView(msgspec.Struct, frozen=True, kw_only=True):
    """A source with its marks, its crawls of the last 30 days, and what its last complete crawl could not read.

    `crawl_began_at` is when the last crawl began that ended since the broker was started.
    """

    source: SourceView
    marks: tuple[MarkView, ...]
    interval_seconds: float
    crawls_succeeded: int
    crawls_failed: int
    unreadable: tuple[UnreadableView, ...]
    crawl_began_at: datetime | None


class SourceOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A source to register by hand: a portal, or a participant that the list has without an address, or not at all.

    `participant` is the identifier of a participant, or a short name for a portal: small letters, digits and hyphens.
    `address` is the base URL of a participant's protocol, the address of a portal (`ckan`), or that of its catalogue in
    RDF (`dcat`). Without a `name`, people read the identifier.
    """

    example: ClassVar[dict[str, Any]] = {
        "participant": "urn:participant:archive",
        "name": "Stadtarchiv",
        "address": "https://archive.city.example/dsp/2025-1",
    }

    kind: Annotated[SourceKind, Meta(description="What the source is, and how it is read.")] = SourceKind.PARTICIPANT
    participant: Identifier
    name: Annotated[
        Annotated[str, Meta(min_length=1, max_length=200)] | None, Meta(description="Name of the source, for people.")
    ] = None
    address: Annotated[str, Meta(pattern=PORTAL_URL, max_length=2048, description="Where the source is read.")]


class CrawlOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Which sources are crawled now: those named, and with `failing` all whose last crawl failed."""

    example: ClassVar[dict[str, Any]] = {"participants": ["urn:participant:city"]}

    participants: Annotated[tuple[Identifier, ...], Meta(max_length=500)] = ()
    failing: bool = False


class CrawlsView(msgspec.Struct, frozen=True, kw_only=True):
    """The crawls that were asked for at a time, and the sources that are not crawled: suspended or removed ones."""

    at: datetime
    asked: tuple[str, ...]
    refused: tuple[str, ...]


class CrawlView(msgspec.Struct, frozen=True, kw_only=True):
    """A source after the wait for its crawl; `done` is false if the time was over before."""

    done: bool
    source: SourceView


class BrokerStatusView(msgspec.Struct, frozen=True, kw_only=True):
    """A broker on one screen: sources by state and by mark, its entries, its search index, and its crawls.

    `withheld` counts the offered entries that nobody sees, `tests` those that are marked as tests. The index is at the
    change number `index_at` of `last_change`; `building_at` is that of an index that is being built. `due` is the
    number of sources that wait for a place.
    """

    sources: dict[str, int]
    marks: dict[str, int]
    entries: int
    withheld: int
    tests: int
    last_change: int
    index_at: int | None
    building_at: int | None
    active: int
    due: int
