"""A piece of a CSV as columns of text: read, counted, changed, selected and written again.

A value is text as it was written; an empty one is null. Columns have numbers for names, because a name of the data may
mean something to polars, such as `*` or `^.*$`.
"""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import polars as pl

from connector.dataplane.formats.tables import Group, PlainSum
from connector.dataplane.formats.values import UNREAD, UNREAD_TEXT
from connector.ports.flow import PERSON, Record

_PERSON = "person"
_BATCH = 1_000
# Thirteen digits: the sum of as many of them as a piece has room for is exact in 64 bits.
_WHOLE, _DECIMALS = 7, 6
_AMBIGUOUS = r"^-?[1-9][0-9]{0,2}[.,][0-9]{3}$"


@dataclass(frozen=True)
class ColumnTable:
    """The records of a piece; `columns` has the column of each field. `unread` is True if a value could not be read."""

    frame: pl.DataFrame
    columns: dict[str, str]
    unread: bool = False

    @property
    def height(self) -> int:
        """The number of records."""
        return self.frame.height

    def list_values(self, field: str) -> list[str]:
        """Return the values of a field, one for each record."""
        return self.frame[self.columns[field]].fill_null("").to_list()

    def drop(self, fields: Iterable[str]) -> "ColumnTable":
        """Return the records without these fields."""
        gone = set(fields)
        return replace(self, columns={name: column for name, column in self.columns.items() if name not in gone})

    def set_values(self, field: str, values: Sequence[str], *, unread: bool = False) -> "ColumnTable":
        """Return the records with these values of a field, one for each record; `unread` if one could not be read."""
        column = self.columns.get(field, _PERSON)
        made = pl.Series(column, [value or None for value in values], dtype=pl.String)
        return replace(
            self,
            frame=self.frame.with_columns(made),
            columns={**self.columns, field: column},
            unread=self.unread or unread,
        )

    def keep(self, chosen: Sequence[bool]) -> "ColumnTable":
        """Return the records for which `chosen` is True."""
        return self if all(chosen) else replace(self, frame=self.frame.filter(pl.Series(chosen, dtype=pl.Boolean)))

    def keep_read(self, fields: Iterable[str]) -> "ColumnTable":
        """Return the records in which the values of these fields could be read."""
        if not self.unread:
            return self
        read = [(pl.col(self.columns[name]) != UNREAD_TEXT).fill_null(value=True) for name in fields]
        return replace(self, frame=self.frame.filter(*read))

    def __iter__(self) -> Iterator[Record]:
        return chain.from_iterable(self.list_records())

    def list_records(self) -> Iterator[list[Record]]:
        """Yield the records as values by field, some at a time."""
        names = list(self.columns)
        shown = self.frame.select(pl.col(column).fill_null("") for column in self.columns.values())
        for part in shown.iter_slices(_BATCH):
            records = [dict(zip(names, row, strict=True)) for row in part.rows()]
            if self.unread:
                for record in records:
                    record.update({name: UNREAD for name, value in record.items() if value == UNREAD_TEXT})
            yield records

    def count_groups(self, fields: Sequence[str]) -> Iterator[tuple[Group, int]]:
        """Yield each group with the number of its records, in the order of their first ones."""
        found = self.frame.group_by(self._name(fields), maintain_order=True).len()
        return ((row[:-1], row[-1]) for row in found.iter_rows())

    def list_persons(self, fields: Sequence[str]) -> Iterator[tuple[Group, str]]:
        """Yield each person of each group, once."""
        found = self.frame.select(self._name((*fields, PERSON))).unique(maintain_order=True)
        return ((row[:-1], row[-1]) for row in found.iter_rows())

    def add_up(
        self, fields: Sequence[str], measure: str, sign: str, *, certain: bool
    ) -> tuple[list[PlainSum], "ColumnTable"]:
        """Return the sums of the numbers that are written with up to seven digits and six decimals, and their records.

        Parameters:
            sign: before the decimals.
            certain: False to leave out a number that another notation reads as another one, such as 1.234.
        """
        number, (name,) = pl.col(self.columns[measure]), {self.columns[measure]}
        usual = self.frame.filter(_is_plain(number, sign, certain))
        point = number.str.find(sign, literal=True)
        # A group may have the measure among its fields: the sum needs a name of its own.
        sums = usual.group_by(
            *self._name(fields),
            (number.str.len_bytes() - 1 - point).fill_null(0).alias("decimals"),
            maintain_order=True,
        ).agg(pl.col(name).str.replace(sign, "", literal=True).cast(pl.Int64).sum().alias("total"), pl.len())
        return [PlainSum(row[:-3], *row[-3:]) for row in sums.iter_rows()], replace(self, frame=usual)

    def leave_out_plain(self, measure: str, sign: str, *, certain: bool) -> "ColumnTable":
        """Return the records that `add_up` leaves, except those without a value."""
        number = pl.col(self.columns[measure])
        return replace(self, frame=self.frame.filter(number.is_not_null() & ~_is_plain(number, sign, certain)))

    def _name(self, fields: Sequence[str]) -> list[pl.Expr]:
        return [pl.col(self.columns[name]).fill_null("").alias(f"by {at}") for at, name in enumerate(fields)]


def _is_plain(number: pl.Expr, sign: str, certain: bool) -> pl.Expr:
    usual = number.str.contains(rf"^-?[0-9]{{1,{_WHOLE}}}(?:{re.escape(sign)}[0-9]{{1,{_DECIMALS}}})?$")
    return (usual if certain else usual & ~number.str.contains(_AMBIGUOUS)).fill_null(value=False)


def write_table(table: ColumnTable, fields: Sequence[str], delimiter: str, line_end: str) -> str:
    """Return the records as lines (RFC 4180) with these fields, which the table has."""
    shown = table.frame.select(pl.col(table.columns[name]) for name in fields)
    if table.unread:
        shown = shown.with_columns(pl.all().replace(UNREAD_TEXT, None))
    if shown.width == 1:
        shown = shown.with_columns(pl.all().fill_null(""))  # one empty value is "", for a blank line is no record
    lines = io.BytesIO()
    shown.write_csv(lines, include_header=False, separator=delimiter, line_terminator=line_end, quote_style="necessary")
    return lines.getvalue().decode()
