"""A piece of data as columns of text, as transforms and the row filter see it; `columns.table` implements it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

from connector.ports.flow import Record

Group = tuple[str, ...]
"""The values of the fields of a group."""


@dataclass(frozen=True)
class PlainSum:
    """The sum of numbers of one group as they are usually written: `total` / 10 ** `decimals`, of `count` records."""

    group: Group
    decimals: int
    total: int
    count: int


class RecordTable(Protocol):
    """The records of a piece; a value is the text that was written. It can be iterated as records."""

    @property
    def columns(self) -> Mapping[str, str]:
        """The fields, each with its column."""

    @property
    def height(self) -> int:
        """The number of records."""

    def __iter__(self) -> Iterator[Record]: ...

    def list_records(self) -> Iterator[list[Record]]:
        """Yield the records as values by field, some at a time."""

    def list_values(self, field: str) -> list[str]:
        """Return the values of a field, one for each record."""

    def drop(self, fields: Iterable[str]) -> Self:
        """Return the records without these fields."""

    def set_values(self, field: str, values: Sequence[str], *, unread: bool = False) -> Self:
        """Return the records with these values of a field, one for each record; `unread` if one could not be read."""

    def keep(self, chosen: Sequence[bool]) -> Self:
        """Return the records for which `chosen` is True."""

    def keep_read(self, fields: Iterable[str]) -> Self:
        """Return the records in which the values of these fields could be read."""

    def count_groups(self, fields: Sequence[str]) -> Iterator[tuple[Group, int]]:
        """Yield each group with the number of its records, in the order of their first ones."""

    def list_persons(self, fields: Sequence[str]) -> Iterator[tuple[Group, str]]:
        """Yield each person of each group, once."""

    def add_up(self, fields: Sequence[str], measure: str, sign: str, *, certain: bool) -> tuple[list[PlainSum], Self]:
        """Return the sums of the numbers that are written with up to seven digits and six decimals, and their records.

        Parameters:
            sign: before the decimals.
            certain: False to leave out a number that another notation reads as another one, such as 1.234.
        """

    def leave_out_plain(self, measure: str, sign: str, *, certain: bool) -> Self:
        """Return the records that `add_up` leaves, except those without a value."""
