"""A piece of data as columns of text, as transforms and the row filter see it; `columns.table` implements it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol, Self

from connector.ports.flow import Record

DECIMALS = 6
"""The most decimals of a usual number."""


@dataclass(frozen=True)
class UsualInstants:
    """Dates and times in ISO 8601, of which the first `length` characters remain."""

    length: int


@dataclass(frozen=True)
class UsualNumbers:
    """Numbers that are not negative, of at most 9 digits and 6 decimals, cut to a multiple of `units` / 10 ** `places`.

    `sign` stands before the decimals. `certain` is False if a number with three decimals may mean another one.
    """

    units: int
    places: int
    sign: str
    certain: bool


Usual = UsualInstants | UsualNumbers


def find_usual_numbers(step: Decimal, sign: str, *, certain: bool) -> UsualNumbers | None:
    """Return the usual numbers that are cut to a multiple of `step`; None if it has too many digits for them.

    >>> find_usual_numbers(Decimal("0.5"), ".", certain=True)
    UsualNumbers(units=5, places=1, sign='.', certain=True)
    """
    exponent = step.as_tuple().exponent
    assert isinstance(exponent, int)
    places = max(-exponent, 0)
    units = int(step.scaleb(places))
    return UsualNumbers(units, places, sign, certain) if places <= DECIMALS and 0 < units < 10**15 else None


Group = tuple[str, ...]
"""The values of the fields of a group."""
ChangeValues = Callable[[list[str]], Mapping[str, str]]


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

    def list_distinct(self, field: str) -> list[str]:
        """Return the values of a field, each once, without the empty one."""

    def drop(self, fields: Iterable[str]) -> Self:
        """Return the records without these fields."""

    def find_values(self, field: str, source: str, values: Mapping[str, str]) -> Self:
        """Return the records with a field that has what `values` holds for the value of another field, or nothing."""

    def change(self, field: str, usual: Usual | None, change: ChangeValues) -> tuple[Self, bool]:
        """Return the records with changed values of a field, and whether one of them was a usual value.

        Parameters:
            usual: the values that are changed in one go, if there are any.
            change: returns the new value of each other value that changes; `UNREAD_TEXT` if it cannot be read.
        """

    def count_unread(self, field: str) -> int:
        """Return in how many records the value of a field could not be read."""

    def keep_groups(self, fields: Sequence[str], groups: Sequence[Group]) -> Self:
        """Return the records of these groups."""

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

    def leave_out_plain(self, fields: Sequence[str], measure: str, sign: str, *, certain: bool) -> Self:
        """Return the records with a value that `add_up` leaves, with these fields, the measure and their persons."""
