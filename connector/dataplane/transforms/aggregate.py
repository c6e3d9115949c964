"""`dk:aggregate`: one record a group, with the number of its records and the sums and means of its measures.

A result has the fields of the group, `records`, and `x_sum` and `x_mean` for each measure x. A group smaller than
`dk:smallestGroup` is removed, and so is a sum of fewer numbers, which would reveal single ones. The size of a group is
the number of people that are certain if the asset names the field of the person, else the number of records
(`formats.people`). A record in whose place of a group's name a value could not be read belongs to no group: it is left
out and counted. Sums are exact; means are rounded (`compute_mean`).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from connector.dataplane.formats.people import Headcount
from connector.dataplane.formats.tables import Group, RecordTable
from connector.dataplane.formats.values import (
    EXACT,
    MISSING,
    UNREAD,
    compute_mean,
    copy_value,
    format_number,
    is_certain,
    list_sum_fields,
    make_reader,
    to_text,
)
from connector.ports.flow import PERSON, Record, Transform, Untreatable
from connector.ports.treatment import TransformStep

MOST_GROUPS, MOST_COUNTED = 100_000, 1_000_000
_REMEMBERED, _LONGEST = 10_000, 500
"""How many spellings of groups are remembered, of at most so many bytes."""


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
        self._spelled: dict[tuple[bytes, ...], list[_Tally]] = {}
        self._counted = 0
        self._read = [(name, make_reader(name, step.decimal, step.thousands, step.certain)) for name in step.measures]
        self.unread: dict[str, int] = {}
        self.left_out = 0

    def begin(self, fields: tuple[str, ...]) -> tuple[str, ...]:
        """Return the fields of a group. Raises Untreatable if a name would occur twice."""
        return list_sum_fields(self._step.fields, self._step.measures, fields)

    def take(self, record: Record) -> None:
        """Add a record to its group. Raises Untreatable if there are too many groups or persons."""
        self.take_all((record,))

    def take_all(self, records: Sequence[Record]) -> Sequence[Record]:
        """Add records to their groups, and return none. Raises Untreatable as above."""
        fields, find = self._step.fields, self._spelled.get
        for record in records:
            found = [record.get(name) for name in fields]
            written = tuple([bytes(value) for value in found if type(value) is msgspec.Raw])
            tallies = find(written) if len(written) == len(found) else None
            if tallies is None:
                tallies = self._find_group(found, written)
                if tallies is None:
                    self.left_out += 1
                    continue
            whole, *measures = tallies
            self._counted += whole.people.add(record)
            for (name, read), tally in zip(self._read, measures, strict=True):
                raw = record.get(name)
                value = read(raw)
                if value is not None:
                    self._counted += tally.people.add(record)
                    tally.sum = EXACT.add(tally.sum, value)
                elif to_text(raw).strip() not in MISSING:
                    self.unread[name] = self.unread.get(name, 0) + 1
            self._check_counted()
        return ()

    def _find_group(self, found: list[Any], written: tuple[bytes, ...]) -> list[_Tally] | None:
        """Return the tallies of the group of these values; None if they name none. JSON is read once a spelling."""
        if any(value is UNREAD for value in found):
            return None
        tallies = self._find_tallies(tuple(map(to_text, found)), [copy_value(value) for value in found])
        whole = len(written) == len(found)
        if whole and len(self._spelled) < _REMEMBERED and sum(map(len, written)) <= _LONGEST:
            self._spelled[written] = tallies
        return tallies

    def take_table(self, table: RecordTable) -> None:
        """Add the records of a table to their groups. Raises Untreatable if there are too many groups or persons."""
        read = table.keep_read(self._step.fields)
        self.left_out += table.height - read.height
        persons = _list_persons(read, self._step.fields)
        for key, count in read.count_groups(self._step.fields):
            whole = self._find_tallies(key, list(key))[0]
            self._counted += whole.people.add_records(count, None if persons is None else persons[key])
        self._check_counted()
        for at, (name, _) in enumerate(self._read, 1):
            self._add_measure(read, name, at)
        self._check_counted()

    def _add_measure(self, table: RecordTable, name: str, at: int) -> None:
        """Add the numbers of a measure to the tally `at` of their groups: in one go, if they are written as usual."""
        step, read = self._step, self._read[at - 1][1]
        sign, certain = step.decimal or ".", is_certain(name, step.decimal, step.certain)
        sums, usual = table.add_up(step.fields, name, sign, certain=certain)
        persons = _list_persons(usual, step.fields)
        for found in sums:
            tally = self._groups[found.group][1][at]
            self._counted += tally.people.add_records(found.count, None if persons is None else persons[found.group])
            tally.sum = EXACT.add(tally.sum, Decimal(found.total).scaleb(-found.decimals))
        for record in table.leave_out_plain(step.fields, name, sign, certain=certain):
            value = read(record[name])
            if value is not None:
                tally = self._groups[tuple(record[field] for field in step.fields)][1][at]
                self._counted += tally.people.add(record)
                tally.sum = EXACT.add(tally.sum, value)
            elif to_text(record[name]).strip() not in MISSING:
                self.unread[name] = self.unread.get(name, 0) + 1

    def _find_tallies(self, key: tuple[str, ...], values: list[Any]) -> list[_Tally]:
        known = self._groups.get(key)
        if known is None:
            if len(self._groups) >= MOST_GROUPS:
                raise Untreatable(
                    f"The data has more than {MOST_GROUPS} groups: aggregate by fields with fewer values."
                )
            known = self._groups[key] = values, [_Tally() for _ in range(len(self._step.measures) + 1)]
        return known[1]

    def _check_counted(self) -> None:
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
                group[f"{name}_mean"] = compute_mean(tally.sum, tally.people.records) if enough else None
            yield group


def _list_persons(table: RecordTable, fields: tuple[str, ...]) -> dict[Group, list[str]] | None:
    """Return the persons of each group; None if persons are not identified."""
    if PERSON not in table.columns:
        return None
    persons: defaultdict[Group, list[str]] = defaultdict(list)
    for group, person in table.list_persons(fields):
        persons[group].append(person)
    return persons
