"""`dk:drop`: leave out fields."""

from collections.abc import Iterable

from connector.dataplane.formats.values import demand
from connector.ports.flow import Record
from connector.ports.treatment import TransformStep


class Drop:
    """Leaves out the named fields of each record."""

    most_bytes = None

    def __init__(self, step: TransformStep) -> None:
        self._fields = step.fields

    def begin(self, fields: tuple[str, ...]) -> tuple[str, ...]:
        """Return what is left of the fields."""
        demand(self._fields, fields, "leave it out")
        return tuple(name for name in fields if name not in self._fields)

    def take(self, record: Record) -> Record:
        """Return the record without the fields."""
        for name in self._fields:
            record.pop(name, None)
        return record

    def finish(self) -> Iterable[Record]:
        """Nothing was held back."""
        return ()
