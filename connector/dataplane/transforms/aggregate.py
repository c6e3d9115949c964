"""`dk:aggregate`: one record a group, with how many it stands for and the sums and means of its numbers.

What comes out has the fields of the group, `records`, and `x_sum` and `x_mean` for each measure x; nothing else of a
record leaves. A group smaller than `dk:smallestGroup` is left out, and so is the sum of fewer numbers than that: it
would give away single ones. Counted are people where the asset says whom a record is about, else records.
"""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from connector.dataplane.formats.values import demand, number, plain, text
from connector.ports.flow import PERSON, Record, Untreatable
from connector.ports.treatment import TransformStep

MOST_GROUPS, MOST_COUNTED = 100_000, 1_000_000
_MEAN = Decimal("0.000001")


class _Tally:
    """How many numbers, of how many people, and their sum."""

    def __init__(self) -> None:
        self.count = 0
        self.people: set[str] = set()
        self.sum = Decimal(0)

    def size(self) -> int:
        """Return how many people it stands for, or how many numbers where nobody is named."""
        return len(self.people) or self.count

    def add(self, person: str | None, value: Decimal = Decimal(0)) -> int:
        """Add a number; return how many more people have to be remembered."""
        self.count += 1
        self.sum += value
        if person is None or person in self.people:
            return 0
        self.people.add(person)
        return 1


class Aggregate:
    """Adds up the measures by the named fields."""

    most_bytes = 1024 * 1024 * 1024

    def __init__(self, step: TransformStep) -> None:
        self._step = step
        self._groups: dict[tuple[str, ...], tuple[list[Any], list[_Tally]]] = {}
        self._counted = 0

    def begin(self, fields: tuple[str, ...]) -> tuple[str, ...]:
        """Return the fields of a group. Raises Untreatable where a name would stand there twice."""
        demand((*self._step.fields, *self._step.measures), fields, "add up by it")
        made = tuple(f"{name}_{what}" for name in self._step.measures for what in ("sum", "mean"))
        found = (*self._step.fields, "records", *made)
        if len(set(found)) != len(found):
            raise Untreatable("A field of the data has the name of a sum: rename it, or it cannot be added up.")
        return found

    def take(self, record: Record) -> None:
        """Add a record to its group. Raises Untreatable where there are too many groups or people."""
        step, person = self._step, record.get(PERSON)
        key = tuple(text(record.get(name)) for name in step.fields)
        known = self._groups.get(key)
        if known is None:
            if len(self._groups) >= MOST_GROUPS:
                raise Untreatable(f"The data has more than {MOST_GROUPS} groups: add up by fields with fewer values.")
            tallies = [_Tally() for _ in range(len(step.measures) + 1)]
            known = self._groups[key] = [record.get(name) for name in step.fields], tallies
        whole, *measures = known[1]
        self._counted += whole.add(person)
        for name, tally in zip(step.measures, measures, strict=True):
            value = number(record.get(name))
            if value is not None:
                self._counted += tally.add(person, value)
        if self._counted > MOST_COUNTED:
            raise Untreatable(f"The data is about more than {MOST_COUNTED} people in its groups: too many to count.")

    def finish(self) -> Iterable[Record]:
        """Yield the groups that are large enough, in the order of their first records."""
        least = self._step.smallest_group
        for values, (whole, *measures) in self._groups.values():
            if whole.size() < least:
                continue
            found = dict(zip(self._step.fields, values, strict=True))
            found["records"] = whole.count
            for name, tally in zip(self._step.measures, measures, strict=True):
                enough = tally.count and tally.size() >= least
                found[f"{name}_sum"] = Decimal(plain(tally.sum)) if enough else None
                found[f"{name}_mean"] = _mean(tally) if enough else None
            yield found


def _mean(tally: _Tally) -> Decimal:
    mean = tally.sum / tally.count
    try:
        return Decimal(plain(mean.quantize(_MEAN).normalize()))
    except InvalidOperation:
        return mean  # so large that it has no six decimals
