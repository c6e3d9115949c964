"""`dk:aggregate`: one record a group, with the number of its records and the sums and means of its measures.

A result has the fields of the group, `records`, and `x_sum` and `x_mean` for each measure x. A group smaller than
`dk:smallestGroup` is removed, and so is a sum of fewer numbers, which would reveal single ones. The size of a group is
the number of people that are certain if the asset names the field of the person, else the number of records
(`formats.people`). A record in whose place of a group's name a value could not be read belongs to no group: it is left
out and counted. Sums are exact; means are rounded (`_mean`).
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from connector.dataplane.formats.people import Headcount
from connector.dataplane.formats.values import (
    EXACT,
    MISSING,
    UNREAD,
    format_number,
    make_reader,
    require_fields,
    to_text,
)
from connector.ports.flow import Record, Transform, Untreatable
from connector.ports.treatment import TransformStep

MOST_GROUPS, MOST_COUNTED = 100_000, 1_000_000
_DIGITS = 6


class _Tally:
    """The sum of numbers, and the people they belong to."""

    __slots__ = ("people", "sum")

    def __init__(self) -> None:
        self.people = Headcount()
        self.sum = Decimal(0)


def build(step: TransformStep, _key: bytes) -> Transform:
    """Build the transform of one delivery."""
    return Aggregate(step)


class Aggregate:
    """Sums the measures of each group of records."""

    most_bytes = 1024 * 1024 * 1024

    def __init__(self, step: TransformStep) -> None:
        self._step = step
        self._groups: dict[tuple[str, ...], tuple[list[Any], list[_Tally]]] = {}
        self._counted = 0
        self._read = [(name, make_reader(name, step.decimal, step.thousands, step.certain)) for name in step.measures]
        self.unread: dict[str, int] = {}
        self.left_out = 0

    def begin(self, fields: tuple[str, ...]) -> tuple[str, ...]:
        """Return the fields of a group. Raises Untreatable if a name would occur twice."""
        require_fields((*self._step.fields, *self._step.measures), fields, "aggregate by it")
        made = tuple(f"{name}_{kind}" for name in self._step.measures for kind in ("sum", "mean"))
        names = (*self._step.fields, "records", *made)
        if len(set(names)) != len(names):
            raise Untreatable("A field of the data has the name of a sum or mean: rename the field.")
        return names

    def take(self, record: Record) -> None:
        """Add a record to its group. Raises Untreatable if there are too many groups or persons."""
        step = self._step
        if any(record.get(name) is UNREAD for name in step.fields):
            self.left_out += 1
            return
        key = tuple(to_text(record.get(name)) for name in step.fields)
        known = self._groups.get(key)
        if known is None:
            if len(self._groups) >= MOST_GROUPS:
                raise Untreatable(
                    f"The data has more than {MOST_GROUPS} groups: aggregate by fields with fewer values."
                )
            tallies = [_Tally() for _ in range(len(step.measures) + 1)]
            known = self._groups[key] = [record.get(name) for name in step.fields], tallies
        whole, *measures = known[1]
        self._counted += whole.people.add(record)
        for (name, read), tally in zip(self._read, measures, strict=True):
            raw = record.get(name)
            value = read(raw)
            if value is not None:
                self._counted += tally.people.add(record)
                tally.sum = EXACT.add(tally.sum, value)
            elif to_text(raw).strip() not in MISSING:
                self.unread[name] = self.unread.get(name, 0) + 1
        if self._counted > MOST_COUNTED:
            raise Untreatable(
                f"The groups contain more than {MOST_COUNTED} persons: aggregate a smaller part of the data."
            )

    def finish(self) -> Iterable[Record]:
        """Yield the groups that are large enough, in the order of their first records."""
        least = self._step.smallest_group
        for values, (whole, *measures) in self._groups.values():
            if whole.people.size() < least:
                continue
            group = dict(zip(self._step.fields, values, strict=True))
            group["records"] = whole.people.records
            for name, tally in zip(self._step.measures, measures, strict=True):
                enough = tally.people.records and tally.people.size() >= least
                group[f"{name}_sum"] = Decimal(format_number(tally.sum)) if enough else None
                group[f"{name}_mean"] = _mean(tally) if enough else None
            yield group


def _mean(tally: _Tally) -> Decimal:
    """Return the mean, rounded half to even to six decimals, and to as many more as make six significant digits."""
    mean = EXACT.divide(tally.sum, Decimal(tally.people.records))
    last = min(-_DIGITS, mean.adjusted() + 1 - _DIGITS)
    return Decimal(format_number(mean.quantize(Decimal(1).scaleb(last), context=EXACT).normalize(EXACT)))
