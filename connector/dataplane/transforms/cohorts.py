"""`dk:aggregateCohorts`: sums of a group over fixed cohorts of its people, which two filters cannot tell apart.

The people of each group, those whom the row filter leaves out too, are divided into cohorts of `dk:smallestGroup`,
always in the same way. A cohort with somebody who is left out is left out as a whole. So whatever two filters leave
of a group, their results differ by nobody or by whole cohorts: no difference is about fewer people. The numbers of a
measure have cohorts of their own, of the people with such a number.

Without a field of the person, each record is somebody of its own. A record of nobody (`formats.people`) is in no
cohort. The promise is for the same data, fields and smallest group.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from connector.dataplane.formats.values import (
    EXACT,
    MISSING,
    UNREAD,
    compute_mean,
    copy_value,
    format_number,
    list_sum_fields,
    make_reader,
    to_text,
)
from connector.ports.flow import PERSON, Record, Transform, Untreatable
from connector.ports.treatment import TransformStep

MOST_PEOPLE = 250_000


class _Share:
    """The records of one person in a group; `whole` is False if one of them is left out."""

    __slots__ = ("counts", "records", "sums", "whole")

    def __init__(self, measures: int) -> None:
        self.records, self.whole = 0, True
        self.counts, self.sums = [0] * measures, [Decimal(0)] * measures


def build(step: TransformStep, _key: bytes) -> Transform:
    """Build the transform of one delivery."""
    return Cohorts(step)


class Cohorts:
    """Sums the measures of the cohorts of each group."""

    most_bytes = 256 * 1024 * 1024

    def __init__(self, step: TransformStep) -> None:
        self._step = step
        self._groups: dict[tuple[str, ...], tuple[list[Any], dict[str, _Share]]] = {}
        self._read = [make_reader(name, step.decimal, step.thousands, step.certain) for name in step.measures]
        self._alike: Counter[bytes] = Counter()
        self._people = 0
        self.unread: dict[str, int] = {}
        self.left_out = 0

    def begin(self, fields: tuple[str, ...]) -> tuple[str, ...]:
        """Return the fields of a group. Raises Untreatable if a name would occur twice."""
        return list_sum_fields(self._step.fields, self._step.measures, fields)

    def take(self, record: Record) -> None:
        """Add a record to its group. Raises Untreatable if there are too many people."""
        share = self._find_share(record)
        if share is None:
            self.left_out += any(record.get(name) is UNREAD for name in self._step.fields)
            return
        for name in self._add(share, record):
            self.unread[name] = self.unread.get(name, 0) + 1

    def take_left_out(self, record: Record) -> None:
        """Note whose cohorts are left out with a record that the row filter leaves out. Raises Untreatable as above."""
        share = self._find_share(record)
        if share is not None:
            self._add(share, record)
            share.whole = False

    def finish(self) -> Iterable[Record]:
        """Yield the groups of which a cohort is left, in the order of their first records."""
        for values, people in self._groups.values():
            left = list(self._list_left(people, people))
            if not left:
                continue
            group = dict(zip(self._step.fields, values, strict=True))
            group["records"] = sum(share.records for share in left)
            for at, name in enumerate(self._step.measures):
                counted = [person for person, share in people.items() if share.counts[at]]
                shares = list(self._list_left(people, counted))
                total = Decimal(0)
                for share in shares:
                    total = EXACT.add(total, share.sums[at])
                count = sum(share.counts[at] for share in shares)
                group[f"{name}_sum"] = Decimal(format_number(total)) if shares else None
                group[f"{name}_mean"] = compute_mean(total, count) if shares else None
            yield group

    def _list_left(self, people: dict[str, _Share], counted: Iterable[str]) -> Iterator[_Share]:
        """Yield the shares of the whole cohorts; the last cohort has the people who are too few for one more."""
        ordered, size = sorted(counted), max(self._step.smallest_group, 1)
        for at in range(len(ordered) // size):
            end = (at + 1) * size if at + 1 < len(ordered) // size else len(ordered)
            cohort = [people[person] for person in ordered[at * size : end]]
            if all(share.whole for share in cohort):
                yield from cohort

    def _find_share(self, record: Record) -> _Share | None:
        """Return the share of the record's person in its group; None for nobody, and for a record in no group."""
        step = self._step
        person = record.get(PERSON)
        if person == "" or any(record.get(name) is UNREAD for name in step.fields):
            return None
        key = tuple(to_text(record.get(name)) for name in step.fields)
        group = self._groups.get(key)
        if group is None:
            values = [copy_value(record.get(name)) for name in step.fields]
            group = self._groups[key] = values, {}
        name = self._name(record) if person is None else person
        share = group[1].get(name)
        if share is None:
            self._people += 1
            if self._people > MOST_PEOPLE:
                raise Untreatable(
                    f"The groups contain more than {MOST_PEOPLE} persons: aggregate a smaller part of the data."
                )
            share = group[1][name] = _Share(len(step.measures))
        return share

    def _name(self, record: Record) -> str:
        """Return a name for a record of its own: its content, and how often that occurred before."""
        digest = hashlib.sha256()
        for value in record.values():
            text = to_text(value).encode("utf-8", "surrogatepass")
            digest.update(len(text).to_bytes(8) + text)
        found = digest.digest()
        self._alike[found] += 1
        return f"{found.hex()} {self._alike[found]}"

    def _add(self, share: _Share, record: Record) -> list[str]:
        """Add a record to a share; return the measures with a value that is not a number."""
        share.records += 1
        unread = []
        for at, (name, read) in enumerate(zip(self._step.measures, self._read, strict=True)):
            value = read(record.get(name))
            if value is not None:
                share.counts[at] += 1
                share.sums[at] = EXACT.add(share.sums[at], value)
            elif to_text(record.get(name)).strip() not in MISSING:
                unread.append(name)
        return unread
