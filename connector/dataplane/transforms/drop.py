"""`dk:drop`: remove fields."""

from collections.abc import Iterable

from connector.dataplane.formats.tables import RecordTable
from connector.dataplane.formats.values import require_fields
from connector.ports.flow import Record, Transform
from connector.ports.treatment import TransformStep


def build(step: TransformStep, _key: bytes) -> Transform:
    """Build the transform of one delivery."""
    return Drop(step)


class Drop:
    """Removes the named fields from each record."""

    most_bytes = None

    def __init__(self, step: TransformStep) -> None:
        self._fields = step.fields

    def begin(self, fields: tuple[str, ...]) -> tuple[str, ...]:
        """Return the remaining fields."""
        require_fields(self._fields, fields, "remove it")
        return tuple(name for name in fields if name not in self._fields)

    def take(self, record: Record) -> Record:
        """Return the record without the fields."""
        for name in self._fields:
            record.pop(name, None)
        return record

    def take_table(self, table: RecordTable) -> RecordTable:
        """Return the table without the fields."""
        return table.drop(self._fields)

    def finish(self) -> Iterable[Record]:
        """Return no record: none was held back."""
        return ()
