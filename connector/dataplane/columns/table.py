"""A piece of a CSV as columns of text: read, counted, changed, selected and written again.

A value is text as it was written; an empty one is null. Columns have numbers for names, because a name of the data may
mean something to polars, such as `*` or `^.*$`.
"""

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

import polars as pl

from connector.dataplane.columns.usual import count_millionths, make_usual
from connector.dataplane.formats.tables import DECIMALS, ChangeValues, Group, PlainSum, Usual
from connector.dataplane.formats.values import UNREAD, UNREAD_TEXT
from connector.ports.flow import PERSON, Record

_BATCH = 1_000
# Thirteen digits: the sum of as many of them as a piece has room for is exact in 64 bits.
_WHOLE = 7
_AMBIGUOUS = r"^-?[1-9][0-9]{0,2}[.,][0-9]{3}$"


@dataclass(frozen=True)
class ColumnTable:
    """The records of a piece; `columns` has the column of each field.

    `unread` is True if a value could not be read, `plain` if all values are as read, and none stood between quotes.
    """

    frame: pl.DataFrame
    columns: dict[str, str]
    unread: bool = False
    plain: bool = False

    @property
    def height(self) -> int:
        """The number of records."""
        return self.frame.height

    def list_distinct(self, field: str) -> list[str]:
        """Return the values of a field, each once, without the empty one."""
        return self.frame[self.columns[field]].drop_nulls().unique(maintain_order=True).to_list()

    def drop(self, fields: Iterable[str]) -> "ColumnTable":
        """Return the records without these fields."""
        gone = set(fields)
        return replace(self, columns={name: column for name, column in self.columns.items() if name not in gone})

    def find_values(self, field: str, source: str, values: Mapping[str, str]) -> "ColumnTable":
        """Return the records with a field that has what `values` holds for the value of another field, or nothing."""
        made = _look_up(self.frame[self.columns[source]], {value: found or None for value, found in values.items()})
        return self._set(field, made)

    def change(self, field: str, usual: Usual | None, change: ChangeValues) -> tuple["ColumnTable", bool]:
        """Return the records with changed values of a field, and whether one of them was a usual value."""
        values = self.frame[self.columns[field]]
        number, column = pl.lit(value=False), pl.col(values.name)
        made = column
        if usual is not None:
            number, made = make_usual(column, usual)
        found = self.frame.select(
            number.fill_null(value=False).alias("usual"), made.alias("made"), column.alias("rest")
        )
        some = bool(found["usual"].any())
        rest = values if not some else found.filter(~pl.col("usual"))["rest"]
        known = change(rest.drop_nulls().unique().to_list())
        unread = self.unread or UNREAD_TEXT in known.values()
        if known:
            keyed = {value: changed or None for value, changed in known.items()}
            found = found.with_columns(_replace(values, keyed).alias("rest"))
        if usual is None:
            return replace(self._set(field, found["rest"]), unread=unread), False
        chosen = found.select(pl.when("usual").then("made").otherwise("rest").alias("made"))["made"]
        return replace(self._set(field, chosen), unread=unread), some

    def count_unread(self, field: str) -> int:
        """Return in how many records the value of a field could not be read."""
        return int((self.frame[self.columns[field]] == UNREAD_TEXT).sum() or 0) if self.unread else 0

    def keep_groups(self, fields: Sequence[str], groups: Sequence[Group]) -> "ColumnTable":
        """Return the records of these groups."""
        # No value of a table has a zero character.
        named = pl.concat_str(self._name(fields), separator="\0")
        return replace(self, frame=self.frame.filter(named.is_in(["\0".join(group) for group in groups])))

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
        number = pl.col(self.columns[measure])
        usual = self._narrow((*fields, measure)).frame.filter(_is_plain(number, sign, certain))
        point = number.str.find(sign, literal=True)
        # A group may have the measure among its fields: the sum needs a name of its own.
        sums = usual.group_by(self._name(fields), maintain_order=True).agg(
            (number.str.len_bytes() - 1 - point).fill_null(0).max().alias("decimals"),
            count_millionths(number, sign).sum().alias("total"),
            pl.len(),
        )
        return [
            PlainSum(row[:-3], row[-3], row[-2] // 10 ** (DECIMALS - row[-3]), row[-1]) for row in sums.iter_rows()
        ], replace(self, frame=usual)

    def leave_out_plain(self, fields: Sequence[str], measure: str, sign: str, *, certain: bool) -> "ColumnTable":
        """Return the records that `add_up` leaves, except those without a value."""
        number = pl.col(self.columns[measure])
        found = self._narrow((*fields, measure))
        return replace(found, frame=found.frame.filter(number.is_not_null() & ~_is_plain(number, sign, certain)))

    def _narrow(self, fields: Iterable[str]) -> "ColumnTable":
        """Return the records with these fields, and with their persons."""
        columns = {name: self.columns[name] for name in (*fields, PERSON) if name in self.columns}
        return replace(self, frame=self.frame.select(*columns.values()), columns=columns)

    def _set(self, field: str, made: pl.Series) -> "ColumnTable":
        column = self.columns.get(field, f"made {self.frame.width}")
        frame = self.frame.with_columns(made.alias(column))
        return replace(self, frame=frame, columns={**self.columns, field: column}, plain=False)

    def _name(self, fields: Sequence[str]) -> list[pl.Expr]:
        return [pl.col(self.columns[name]).fill_null("").alias(f"by {at}") for at, name in enumerate(fields)]


def _is_plain(number: pl.Expr, sign: str, certain: bool) -> pl.Expr:
    usual = number.str.contains(rf"^-?[0-9]{{1,{_WHOLE}}}(?:{re.escape(sign)}[0-9]{{1,{DECIMALS}}})?$")
    return (usual if certain else usual & ~number.str.contains(_AMBIGUOUS)).fill_null(value=False)


def _look_up(values: pl.Series, found: Mapping[str, str | None]) -> pl.Series:
    """Return for each value what is found for it, null for nothing."""
    schema = {"value": pl.String, "found": pl.String}
    known = pl.DataFrame({"value": list(found), "found": list(found.values())}, schema=schema)
    return values.alias("value").to_frame().join(known, on="value", how="left", maintain_order="left")["found"]


def _replace(values: pl.Series, found: Mapping[str, str | None]) -> pl.Series:
    """Return the values with another one in place of those that are found."""
    schema = {"value": pl.String, "found": pl.String, "hit": pl.Boolean}
    known = pl.DataFrame({"value": list(found), "found": list(found.values()), "hit": True}, schema=schema)
    joined = values.alias("value").to_frame().join(known, on="value", how="left", maintain_order="left")
    return joined.select(pl.when(pl.col("hit").is_not_null()).then("found").otherwise("value").alias("made"))["made"]


def write_table(table: ColumnTable, fields: Sequence[str], delimiter: str, line_end: str) -> str:
    """Return the records as lines (RFC 4180) with these fields, which the table has."""
    shown = table.frame.select(pl.col(table.columns[name]) for name in fields)
    if table.unread:
        shown = shown.with_columns(pl.all().replace(UNREAD_TEXT, None))
    if shown.width == 1:
        shown = shown.with_columns(pl.all().fill_null(""))  # one empty value is "", for a blank line is no record
    style: Literal["never", "necessary"] = "never" if table.plain and shown.width > 1 else "necessary"
    lines = io.BytesIO()
    shown.write_csv(lines, include_header=False, separator=delimiter, line_terminator=line_end, quote_style=style)
    return lines.getvalue().decode()
