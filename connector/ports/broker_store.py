"""The port of the broker's record: sources, entries and their change numbers.

The record is separate from the store of a connector.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from enum import StrEnum
from typing import Protocol

import msgspec

from connector.ports.moderation import MarkKind
from connector.views.portals import PortalKind


class Liveness(StrEnum):
    """The liveness of a source: NEW → ONLINE → SUSPECT (1 failure) → OFFLINE (3, or 15 minutes) → DEAD (5 days)."""

    NEW = "NEW"
    ONLINE = "ONLINE"
    SUSPECT = "SUSPECT"
    OFFLINE = "OFFLINE"
    DEAD = "DEAD"


PORTALS = "urn:datenkontor:portal:"
"""The beginning of the identifiers of portals; the rest is the name by the operator. No participant has such a one."""


class Portal(msgspec.Struct, frozen=True, kw_only=True):
    """What only a source has that is a portal. `configured` is set if it stands in the settings.

    `etag` and `modified` are the validators of a catalogue that is one document (RFC 9110, section 8.8), `body` is the
    SHA-256 (hexadecimal) of that document.
    """

    kind: PortalKind
    configured: bool = False
    etag: str | None = None
    modified: str | None = None
    body: str | None = None


class CrawlDay(msgspec.Struct, frozen=True):
    """How many crawls of a source succeeded and failed on one day, counted from the Unix epoch, in UTC."""

    day: int
    succeeded: int = 0
    failed: int = 0


class UnreadDataset(msgspec.Struct, frozen=True):
    """A dataset that the last complete crawl could not read at all, or not with all its offers, and why."""

    id: str | None
    reason: str


class CrawlSource(msgspec.Struct, frozen=True, kw_only=True):
    """A participant or a portal whose catalogue is crawled, and the state of the crawls. Times and `interval` in ms.

    `brokers` are those of a relayed source, which is not on the participant list: the first is the broker that is
    crawled, the others are those that it names. `unreadable` are the first ones of the last complete crawl, `days` the
    crawls of the last 30 days, the oldest first. `pages` are the hashes of the pages of the last complete crawl as they
    were received; empty if they are too many. `expelled` is set if it is crawled no more because its membership ended:
    it has to show a credential that holds to come back.
    """

    participant: str
    name: str
    address: str
    liveness: Liveness = Liveness.NEW
    failures: int = 0
    interval: int = 600_000
    next_at: int = 0
    verified_at: int | None = None
    failing_since: int | None = None
    digest: str | None = None
    datasets: int = 0
    shrink_seen: bool = False
    error: str | None = None
    portal: Portal | None = None
    brokers: tuple[str, ...] = ()
    unreadable: tuple[UnreadDataset, ...] = ()
    days: tuple[CrawlDay, ...] = ()
    pages: tuple[str, ...] = ()
    expelled: bool = False


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """What a search has to know of all sources: those that are not ONLINE, by participant, and which are portals.

    It is kept up to date with each source that is written, so that a search costs nothing for those that answer.
    """

    away: Mapping[str, CrawlSource]
    portals: AbstractSet[str]

    def find_liveness(self, participant: str) -> Liveness:
        """Return the liveness of a source."""
        source = self.away.get(participant)
        return source.liveness if source else Liveness.ONLINE


Box = tuple[float, float, float, float]
"""A box in degrees of WGS 84: west, south, east, north."""

BOXES = 4
"""The most boxes of one entry."""


class Statements(msgspec.Struct, frozen=True, kw_only=True):
    """What a Dataset states beside its texts, read once (DCAT-AP 3.0.1). Times in ms since the Unix epoch.

    `places` are names and IRIs, `begins` and `ends` the time that the data covers (None is open). `prices` (`free`,
    `paid`) and `purposes` are what its offers say, `offers` their number. Nothing stated is empty or None.
    """

    licences: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    media_types: tuple[str, ...] = ()
    frequency: str | None = None
    access_rights: str | None = None
    hvd_categories: tuple[str, ...] = ()
    data_class: str | None = None
    places: tuple[str, ...] = ()
    boxes: tuple[Box, ...] = ()
    begins: int | None = None
    ends: int | None = None
    issued: int | None = None
    modified: int | None = None
    prices: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    offers: int = 0


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One Dataset: what a search asks for, and the JSON exactly as the provider sent it.

    `digest` is the hash of the normalised JSON (without offer ids that change with each answer); `seq` the change
    number of its last change, and `change` that number within its visibility class; `removed_at` marks a tombstone.
    `titles`, `descriptions` by language tag. `row` is the number of its row, which an identifier of a participant keeps
    for ever within one visibility class.

    `audience` is the access policy that decides who sees the entry, as `read_audience` writes it; empty for everybody
    who may read the broker. With `teaser`, everybody else sees its title, its publisher and the access policy: the
    record then also has a `reduced` entry of these. `visibility` is the number of its class, set by the record.

    `via` is the page of its portal that a reference leads to: its `participant` is a portal, its JSON was read from the
    portal, and it has no offer. `is_test` says that the operator has marked it as a test; only a read sets it.
    `likenesses` are the keys of what it states to be: its `dct:identifier` and its distributions.
    """

    participant: str
    id: str
    digest: str
    document: bytes
    titles: dict[str, str]
    descriptions: dict[str, str]
    keywords: tuple[str, ...]
    themes: tuple[str, ...]
    publisher: str
    address: str
    first_seen: int
    changed_at: int
    verified_at: int
    seq: int = 0
    change: int = 0
    row: int = 0
    removed_at: int | None = None
    statements: Statements = Statements()
    audience: bytes = b""
    teaser: bool = False
    reduced: bool = False
    visibility: int = 0
    via: str | None = None
    is_test: bool = False
    likenesses: tuple[str, ...] = ()


ALIKE = 200
"""The most entries that are read because they are like others."""

EVERYBODY = 0
"""The number of the visibility class that everybody sees who may read the broker."""

CLASSES, CLASSES_OF_ONE = 256, 16
"""The most visibility classes of all participants together, with those of teasers, and of one participant."""


class VisibilityClass(msgspec.Struct, frozen=True, kw_only=True):
    """The entries that the same callers see: those whom the access policy `audience` admits.

    A `reduced` class has the teasers: whom the policy does not admit sees them. `key` names the class outside of the
    record, and is made from the policy.
    """

    number: int
    key: str
    audience: bytes
    reduced: bool = False


class Delta(msgspec.Struct, frozen=True, kw_only=True):
    """The result of one complete crawl of a source, applied all or nothing.

    `verified` are the entries that were found as they are; `unchanged` says that all that the source has are.
    """

    source: CrawlSource
    upserts: tuple[Entry, ...] = ()
    removed: tuple[str, ...] = ()
    verified: tuple[str, ...] = ()
    unchanged: bool = False


class ListOrder(StrEnum):
    """The order of a list: of arrival, which no change of an entry disturbs, or of the last change."""

    ARRIVAL = "arrival"
    OLDEST = "oldest"
    NEWEST = "newest"


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """A list of present entries: of one participant, if given, and changed since a time in ms; and a page of it.

    `among` are the only participants whose entries are listed, if given; those of `without` are left out.
    With `since`, entries are in the order of their last change.
    """

    participant: str | None = None
    among: frozenset[str] | None = None
    without: frozenset[str] = frozenset()
    since: int | None = None
    order: ListOrder = ListOrder.ARRIVAL
    limit: int = 20
    offset: int = 0


class RecordView(Protocol):
    """What one caller sees of the record: the entries of some visibility classes that the operator does not withhold.

    No other entry has an effect on what a view returns. Change numbers (`seq`), cursors and positions are those of the
    visible classes. An entry that is withheld from now on is told as a removed one, and one that is shown again as a
    changed one; what was never shown, and what changes while it is withheld, is not told.

    With `tests`, what is read by identifier, row, place or change has the entries too that are marked as tests; lists
    and counts never have them. Implementations: SQLite, in memory.
    """

    @property
    def visible(self) -> frozenset[int]:
        """The numbers of the visible classes, that of everybody among them."""

    @property
    def tests(self) -> bool:
        """Whether entries are visible that are marked as tests."""

    async def withheld(self) -> frozenset[str]:
        """Return the sources of which no entry is visible, whatever it says, because of a mark of the whole source."""

    async def reach(self) -> Reach:
        """Return which sources are not online, and which are portals."""

    async def keys(self) -> Sequence[str]:
        """Return the keys of the visible classes, in the order of the keys; that of everybody is empty."""

    async def sources(self) -> Sequence[CrawlSource]:
        """Return all sources, each with the number of its visible entries."""

    async def source(self, participant: str) -> CrawlSource | None:
        """Return one source with the number of its visible entries."""

    async def entry(self, participant: str, id: str) -> Entry | None:
        """Return one present entry; the whole one, if a teaser is visible too."""

    async def providers(self, id: str) -> Sequence[str]:
        """Return the participants and portals that list this identifier now, by name."""

    async def identifiers(self, participant: str) -> Sequence[str]:
        """Return the identifiers of a source's present entries."""

    async def at_rows(self, rows: Sequence[int]) -> Sequence[Entry]:
        """Return the present entries of rows, in the order of `rows`."""

    async def within(self, box: Box, most: int) -> Sequence[tuple[int, Box]]:
        """Return the row and the box of present entries that overlap a box, at most `most`."""

    async def changes(self, after: str | None, limit: int) -> tuple[Sequence[Entry], str]:
        """Return the entries (tombstones too) that changed after a position, in order of change, and the next position.

        A position has the change number of each class that was visible: of a class that became visible since then, all
        entries follow. Raises ValueError for a text that is no position.
        """

    async def newest(self, limit: int) -> Sequence[Entry]:
        """Return the entries that changed last, tombstones too, the newest first."""

    async def find_position(self, at: int) -> str:
        """Return a position after which all changes since a time in ms follow, and few others."""

    async def entries(self, after: str | None, limit: int) -> tuple[Sequence[Entry], str | None]:
        """Return a page of present entries in the order of arrival, and the next cursor. Raises ValueError for others.

        No change of the record lets a page leave out or repeat an entry.
        """

    async def list_entries(self, listing: Listing) -> tuple[Sequence[Entry], int]:
        """Return a page of a list, and how many entries the list has."""

    async def claimants(self, ids: Sequence[str]) -> dict[str, str]:
        """Return, for each of these dataset identifiers, the participant that listed it first for everybody.

        A portal is the first one only of what no participant has ever listed.
        """

    async def references(self, ids: Sequence[str]) -> Sequence[Entry]:
        """Return the present references to these dataset identifiers, of all portals, in the order of arrival."""

    async def alike(self, entries: Sequence[Entry]) -> Mapping[int, Sequence[Entry]]:
        """Return, by row, the present entries of other participants that state to be what one of these entries is.

        Of each participant one entry for a key; of all together at most `ALIKE`. Rows without such entries are absent.
        """

    async def find_described(self, entries: Sequence[Entry]) -> frozenset[int]:
        """Return the rows of those entries of this view whose provider pushed a signed description.

        A teaser has none: whoever reads the description reads the whole entry.
        """


class BrokerStore(Protocol):
    """The record of the broker. Implementations: SQLite, in memory. A search index follows it by change numbers.

    What is shown to a caller is read from a `view`. Entries that the operator withholds are tombstones in every read.
    Those that are marked as tests are too, except where `tests` asks for them.
    """

    async def sources(self) -> Sequence[CrawlSource]:
        """Return all sources."""

    async def source(self, participant: str) -> CrawlSource | None:
        """Return one source."""

    async def reach(self) -> Reach:
        """Return which sources are not online, and which are portals."""

    async def source_marks(self) -> Mapping[str, frozenset[MarkKind]]:
        """Return what the operator says of whole sources, by participant; those of which nothing is said are absent."""

    async def put_source(self, source: CrawlSource) -> None:
        """Insert or replace a source (a new member, a failed crawl, a change notice)."""

    async def apply(self, delta: Delta, now: int) -> int:
        """Apply a complete crawl all or nothing; every changed entry gets the next change number. Returns the last.

        The time at which an unchanged entry was verified is exact to an hour: a crawl does not write every row again.
        An entry with another audience than before is removed from the class of the former one. Raises LimitReached if
        there would be too many visibility classes.
        """

    async def classes(self) -> Sequence[VisibilityClass]:
        """Return the visibility classes but that of everybody, in the order in which they began."""

    def view(self, visible: Iterable[int] = (), *, tests: bool = False) -> RecordView:
        """Return what a caller sees who sees some visibility classes beside that of everybody, with `tests` or not."""

    async def digests(self, participant: str) -> dict[str, str]:
        """Return id → digest of what a crawl of a source may change: what it offers, withheld or not, if not pushed."""

    async def entry(self, participant: str, id: str) -> Entry | None:
        """Return one present entry, never a reduced one."""

    async def last_change(self) -> int:
        """Return the last change number."""

    async def changes(self, after: int, limit: int, *, tests: bool = False) -> Sequence[Entry]:
        """Return entries (tombstones too) with a change number above `after`, in that order.

        These numbers count the changes of all classes: they are for what follows the record, never for a caller.
        """

    async def first_rows(self, ids: Sequence[str]) -> dict[str, int]:
        """Return, for each of these identifiers that everybody sees now, the row that comes first: portals are last."""

    async def close(self) -> None:
        """Close; later calls raise Unavailable."""
