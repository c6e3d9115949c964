"""The port of the search index: a projection of the broker's record, which it follows by change numbers.

What it contains can always be made anew from the record. It knows entries by the numbers of their rows.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Protocol

import msgspec

from connector.ports.broker_store import EVERYBODY, Entry
from connector.ports.store_errors import Unavailable

LIMIT, OFFSET, VALUES = 100, 100_000, 20
"""The most results of a page, the largest offset, and the most values of one filter."""


class Facet(StrEnum):
    """What results can be filtered and counted by."""

    THEME = "theme"
    PUBLISHER = "publisher"
    PARTICIPANT = "participant"
    KEYWORD = "keyword"
    LICENCE = "licence"
    PURPOSE = "purpose"
    FORMAT = "format"
    LANGUAGE = "language"
    FREQUENCY = "frequency"
    ACCESS = "access"
    DATA_CLASS = "data_class"
    PLACE = "place"
    PRICE = "price"
    FRESHNESS = "freshness"
    CHANGED = "changed"


class Order(StrEnum):
    """The order of results."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    TITLE = "title"


CURRENT, STALE = "current", "stale"
"""The values of `Facet.FRESHNESS`."""

CHANGED_WITHIN = {"day": 86_400_000, "week": 7 * 86_400_000, "month": 30 * 86_400_000, "year": 365 * 86_400_000}
"""The values of `Facet.CHANGED`, each with its ms; a longer one includes the shorter ones."""


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """A search in the index.

    Parameters:
        text: words that all occur; "a phrase"; -word is excluded; the last word is a prefix.
        filters: for each facet the values of which one is required.
        hidden: participants whose entries are neither found nor counted.
        visible: the visibility classes whose entries are found and counted. No other entry has an effect on the answer.
        tests: whether entries that are marked as tests are found and counted.
        stale: participants whose entries can be outdated.
        rows: only these rows, or None for all.
        begins, ends: ms between which the time of the data must fall at least in part; None is open.
        like: an entry that the results resemble, and that is not among them.
        topics: words of which some occur.
        after: only entries whose last change has a number above this one within their visibility class, in the order of
            change. For queries that see one class.
        facets: whether to count the values of facets; each is counted without its own filter.
        now: ms since the Unix epoch.
    """

    text: str = ""
    filters: Mapping[Facet, tuple[str, ...]] = {}
    hidden: frozenset[str] = frozenset()
    visible: frozenset[int] = frozenset({EVERYBODY})
    tests: bool = False
    stale: frozenset[str] = frozenset()
    rows: Sequence[int] | None = None
    begins: int | None = None
    ends: int | None = None
    like: Entry | None = None
    topics: tuple[str, ...] = ()
    after: int | None = None
    order: Order = Order.RELEVANCE
    limit: int = 20
    offset: int = 0
    facets: bool = False
    now: int = 0


class Counted(msgspec.Struct, frozen=True):
    """A value of a facet, with the number of its results."""

    value: str
    count: int


class IndexPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of results: rows with their scores, and how many there are in all.

    `corrected` is true if nothing contains the words as they were typed, and similar words were searched for. `apart`
    has the folded parts of compounds that nothing contains: what has all parts of one was searched for.
    """

    hits: tuple[tuple[int, float], ...]
    total: int
    facets: Mapping[Facet, tuple[Counted, ...]] = {}
    corrected: bool = False
    apart: tuple[str, ...] = ()


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """Why an entry matches: a field, its language, a piece of its text, and where the words are in it.

    `field` is `title`, `keyword`, `name` or `description`. `marks` are pairs of offsets in characters of `text`.
    """

    field: str
    text: str
    marks: tuple[tuple[int, int], ...]
    language: str | None = None


class Followed(msgspec.Struct, frozen=True):
    """The change numbers up to which an index has followed: the one that answers, and the one that is being built.

    `served` is None without one, or if it can only be read; `answers` is whether searches are answered, and `found` up
    to which change number they find. `shown` is the number of the last change for everybody that they find, within that
    visibility class: the only number here that may be told.
    """

    served: int | None
    built: int | None = None
    answers: bool = True
    found: int = 0
    shown: int = 0


class SearchUnavailable(Unavailable):
    """A search cannot be answered now; the message is a sentence for the person who searches."""


class IndexMissing(SearchUnavailable):
    """There is no index yet that could answer: it is being built."""


class SearchIndex(Protocol):
    """The search index. Implementation: tantivy, in a folder or in memory."""

    def progress(self) -> Followed:
        """Return how far the index has followed the record."""

    async def put(self, entries: Sequence[Entry], *, built: bool = False) -> None:
        """Take over changed entries, tombstones too, in the order of their change numbers.

        They are found after `commit`. One without a change number is put again, and is no new change. `built` says
        which of the two indexes takes them.
        Raises Unavailable if they cannot be written; then all since the last commit are to be put again.
        """

    async def commit(self, *, built: bool = False) -> None:
        """Make durable and findable what was put, with its last change number. Raises Unavailable, as `put`."""

    async def rebuild(self) -> None:
        """Begin an empty index beside the one that answers. One that is being built begins again."""

    async def switch(self) -> None:
        """Let the index that was built answer, and remove the other one."""

    async def find(self, query: Query) -> IndexPage:
        """Search. Raises IndexMissing without an index, and SearchUnavailable if the search takes too long."""

    async def suggest(
        self, text: str, hidden: frozenset[str], visible: frozenset[int], limit: int
    ) -> Sequence[Counted]:
        """Return words, keywords and titles that begin with a text, the most frequent first. Raises as `find`.

        `hidden` and `visible` are those of `Query`.
        """

    def explain(
        self, text: str, entry: Entry, *, corrected: bool = False, apart: tuple[str, ...] = ()
    ) -> tuple[Match, ...]:
        """Return why an entry matches the words of a query, the most important field first."""

    async def percolate(self, entries: Sequence[Entry], queries: Sequence[Query]) -> Sequence[frozenset[int]]:
        """Return for each query the rows of entries that it may find: all that `find` would, and few others.

        What it costs grows with the entries and the queries, and not with the index.
        """

    def list_topics(self, text: str) -> tuple[str, ...]:
        """Return the words of a text that say what it is about, as `Query.topics` takes them."""

    def find_topics(self, topics: Sequence[str], entry: Entry) -> tuple[str, ...]:
        """Return which of the topics an entry has in its texts and names."""

    async def close(self) -> None:
        """Close; later calls raise Unavailable."""
