"""`dk:suppress`: remove the records of small groups (small-cell suppression).

A group is all records with the same values in the named fields. Its size is the number of people that are certain if
the asset names the field of the person, else the number of records (`formats.people`); each group that leaves has at
least `dk:smallestGroup`. All records are held until the last one is counted, so their number is limited. A record with
a value in these fields that could not be read is in no group, and left out.
"""

from collections import defaultdict
from collections.abc import Iterable

from connector.dataplane.formats.people import Headcount
from connector.dataplane.formats.values import UNREAD, require_fields, to_text
from connector.ports.flow import Record, Transform, Untreatable
from connector.ports.treatment import TransformStep

MOST_RECORDS = 250_000


def build(step: TransformStep, _key: bytes) -> Transform:
    """Build the transform of one delivery."""
    return Suppress(step)


class Suppress:
    """Holds all records, and returns those of groups that are large enough, in their order."""

    most_bytes = 32 * 1024 * 1024

    def __init__(self, step: TransformStep) -> None:
        self._fields = step.fields
        self._smallest = step.smallest_group
        self.left_out = 0
        self._held: list[tuple[tuple[str, ...], Record]] = []
        self._counts: defaultdict[tuple[str, ...], Headcount] = defaultdict(Headcount)

    def begin(self, fields: tuple[str, ...]) -> tuple[str, ...]:
        """Return the same fields."""
        require_fields(self._fields, fields, "count its groups")
        return fields

    def take(self, record: Record) -> None:
        """Count the record and hold it. Raises Untreatable if there are too many."""
        if any(record.get(name) is UNREAD for name in self._fields):
            self.left_out += 1
            return
        if len(self._held) >= MOST_RECORDS:
            raise Untreatable(
                f"The data has more than {MOST_RECORDS} records, the limit for small groups: request a smaller part."
            )
        group = tuple(to_text(record.get(name)) for name in self._fields)
        self._held.append((group, record))
        self._counts[group].add(record)

    def finish(self) -> Iterable[Record]:
        """Yield the records of the groups that are large enough."""
        for group, record in self._held:
            if self._counts[group].size() >= self._smallest:
                yield record
