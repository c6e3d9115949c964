"""`dk:suppress`: records that share the named values with too few others are left out (small-cell suppression).

Counted are people where the asset says whom a record is about, else records. What leaves has at least
`dk:smallestGroup` in every group. The records are held until the last is counted, so there is a bound on them.
"""

from collections.abc import Iterable

from connector.dataplane.formats.values import demand, text
from connector.ports.flow import PERSON, Record, Untreatable
from connector.ports.treatment import TransformStep

MOST_RECORDS = 250_000


class Suppress:
    """Holds all records, and lets go those of groups that are large enough, in their order."""

    most_bytes = 32 * 1024 * 1024

    def __init__(self, step: TransformStep) -> None:
        self._fields = step.fields
        self._smallest = step.smallest_group
        self._held: list[tuple[tuple[str, ...], Record]] = []
        self._sizes: dict[tuple[str, ...], int] = {}
        self._people: dict[tuple[str, ...], set[str]] = {}

    def begin(self, fields: tuple[str, ...]) -> tuple[str, ...]:
        """Return the same fields."""
        demand(self._fields, fields, "count groups by it")
        return fields

    def take(self, record: Record) -> None:
        """Count the record and hold it. Raises Untreatable where there are too many."""
        if len(self._held) >= MOST_RECORDS:
            raise Untreatable(f"The data has more than {MOST_RECORDS} records: too many to count small groups in.")
        group = tuple(text(record.get(name)) for name in self._fields)
        self._held.append((group, record))
        if PERSON in record:
            self._people.setdefault(group, set()).add(record[PERSON])
        else:
            self._sizes[group] = self._sizes.get(group, 0) + 1

    def finish(self) -> Iterable[Record]:
        """Yield the records of the groups that are large enough."""
        for group, record in self._held:
            if self._sizes.get(group, 0) + len(self._people.get(group, ())) >= self._smallest:
                yield record
