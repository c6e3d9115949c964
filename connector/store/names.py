"""The sources of a broker's record by their names, kept in order: a look costs what it finds, not what there is."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence

from connector.ports.broker_store import CrawlSource

# After every identifier of one name.
_AFTER = (1, "")


class SourceNames:
    """Names without regard to case. A source without a name is not among them."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, tuple[int, str]]] = []
        self._named: dict[str, str] = {}

    def put(self, source: CrawlSource) -> None:
        """Note a source with its present name, in place of an earlier one."""
        before = self._named.get(source.participant)
        if before == source.name:
            return
        key = (0, source.participant)
        if before:
            del self._rows[bisect_left(self._rows, (before.casefold(), key))]
        if source.name:
            insort(self._rows, (source.name.casefold(), key))
        self._named[source.participant] = source.name

    def find(self, name: str) -> Sequence[str]:
        """Return the participants with a name, in the order of their identifiers."""
        folded = name.casefold()
        rows = self._rows[bisect_left(self._rows, (folded,)) : bisect_right(self._rows, (folded, _AFTER))]
        return [participant for _, (_, participant) in rows]

    def list_first(self, most: int) -> Sequence[str]:
        """Return the first names in alphabetical order, each once, at most `most`."""
        found: list[str] = []
        at = 0
        while at < len(self._rows) and len(found) < most:
            folded, (_, participant) = self._rows[at]
            found.append(self._named[participant])
            at = bisect_right(self._rows, (folded, _AFTER))
        return found
