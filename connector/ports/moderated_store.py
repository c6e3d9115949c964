"""The port of a record whose sources and entries an operator moderates."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from connector.ports.assessments import AssessmentStore
from connector.ports.broker_store import BrokerStore, CrawlSource, Entry
from connector.ports.moderation import Act, Mark, ModerationChange
from connector.ports.search_days import SearchDayStore


class ModeratedStore(BrokerStore, SearchDayStore, AssessmentStore, Protocol):
    """A record with marks and the log of acts. Implementations: those of `BrokerStore`.

    An entry that is withheld is a tombstone in every read of `BrokerStore`, and keeps its content in the record.
    """

    async def moderate(self, change: ModerationChange, now: int) -> Act | None:
        """Set or take away a mark, with all that follows for entries, and add an act to the log: all or nothing.

        Every entry whose standing changes gets the next change number. Returns None if the mark is already as wanted:
        then nothing changes, and a repeated change is no second act.
        """

    async def marks(self, participant: str, dataset: str | None) -> Sequence[Mark]:
        """Return the marks of a source, and with `dataset` those of that entry too, in the order of their kinds."""

    async def marked(self, participant: str | None, after: str | None, limit: int) -> tuple[Sequence[Mark], str | None]:
        """List all marks in the order in which they were set, of one participant if given: the page and next cursor.

        Raises ValueError for an unknown cursor.
        """

    async def acts(self, participant: str | None, after: str | None, limit: int) -> tuple[Sequence[Act], str | None]:
        """List the log, the newest act first, of one participant if given: the page and the next cursor.

        Raises ValueError for an unknown cursor.
        """

    async def count_held(self) -> tuple[int, int]:
        """Return how many offered entries are shown as tests only, and how many to nobody."""

    async def shared_likenesses(self, after: str | None, limit: int) -> tuple[Sequence[str], str | None]:
        """Return a page of the keys that shown entries of several participants have, and the next cursor."""

    async def alike_by(self, keys: Sequence[str]) -> Mapping[str, Sequence[Entry]]:
        """Return for each of the keys the shown entries that have it, whoever sees them: of each participant one."""

    async def list_source_names(self, most: int) -> Sequence[str]:
        """Return the first names of sources in alphabetical order, each once whatever its case, at most `most`."""

    async def find_named(self, name: str, most: int) -> Sequence[CrawlSource]:
        """Return the sources with a name, whatever its case, at most `most`."""

    async def act(self, number: int) -> Act | None:
        """Return one act of the log."""

    async def stored(self, participant: str, id: str) -> Entry | None:
        """Return an entry whatever its standing, with its content if its provider offers it; else its tombstone."""
