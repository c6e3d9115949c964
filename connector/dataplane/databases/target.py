"""The table of a database of the operator that received rows are written into: its address, and the rows as they fit.

A delivery is one transaction. It replaces the rows of the same key, or with `replace` all rows; so one that comes again
changes nothing. Names come from the operator, are looked up in the database, and are quoted; values are bound.
"""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec

from connector.dataplane.address.describing import USUAL
from connector.dataplane.address.secrets import SecretName
from connector.dataplane.databases.query import ColumnName, QueryFormat
from connector.ports.flow import Record, SourceError, Untreatable

ColumnType = Literal["text", "integer", "number", "boolean", "date", "time", "json"]
_decode = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal).decode
_NAME = r'^[^\x00-\x1f\x7f".]{1,63}(\.[^\x00-\x1f\x7f".]{1,63})?\Z'


class SqlTarget(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The address of a table: in the SQLite file `path`, or in the PostgreSQL at `host`.

    Rows replace those with the same values in `key`; with `replace`, the data replaces all rows. `columns` are the
    columns that are taken of the data (all if empty). A table that is not there is made with the columns of `create`.
    `format` is how the data is read (else its media type says it), `delimiter` that of a CSV. `position` and `time` are
    the columns for the identifier and the arrival of a message of a stream. `seconds` bounds each statement.
    """

    kind: Literal["sql"]
    table: Annotated[str, msgspec.Meta(pattern=_NAME)]
    key: Annotated[tuple[ColumnName, ...], msgspec.Meta(max_length=16, extra=USUAL)] = ()
    replace: bool = False
    columns: Annotated[tuple[ColumnName, ...], msgspec.Meta(max_length=1_000)] = ()
    create: Annotated[dict[ColumnName, ColumnType], msgspec.Meta(max_length=1_000)] = {}
    format: QueryFormat | Literal[""] = ""
    delimiter: Literal["", ",", ";", "\t", "|"] = ""
    position: ColumnName | Literal[""] = ""
    time: ColumnName | Literal[""] = ""
    most_rows: Annotated[int, msgspec.Meta(ge=1, le=1_000_000_000)] = 100_000_000
    seconds: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 60.0
    path: Annotated[str, msgspec.Meta(max_length=1_000)] = ""
    host: Annotated[str, msgspec.Meta(max_length=253, pattern=r"^[A-Za-z0-9.:_-]*\Z", extra=USUAL)] = ""
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 5432
    database: Annotated[str, msgspec.Meta(max_length=63, extra=USUAL)] = ""
    user: Annotated[str, msgspec.Meta(max_length=63, extra=USUAL)] = ""
    secret: SecretName | Literal[""] = ""
    tls: bool = True
    overwrite: bool = False
    follow: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns by which a row is known: `key`, else the position in a stream."""
        return self.key or ((self.position,) if self.position else ())


def check_target(target: SqlTarget) -> None:
    """Raise SourceError if members contradict each other."""
    named = (*target.key, *target.columns, *target.create, target.position, target.time)
    if any('"' in name or not name.isprintable() for name in named):
        raise SourceError('A column of the address cannot be used: write its name without `"`.')
    if bool(target.path) == bool(target.host):
        raise SourceError("The address names no database: give either `path` (SQLite) or `host` (PostgreSQL).")
    if target.host and not (target.database and target.user and target.secret):
        raise SourceError("The address of a PostgreSQL is incomplete: give `database`, `user` and `secret`.")
    if bool(target.keys) == target.replace:
        raise SourceError(
            "The address says not how rows meet those that are there: give `key` with the columns that name a row, or "
            "`replace` to replace all rows with each delivery."
        )
    if target.create and not {*target.keys} <= {*target.create}:
        raise SourceError("A column of the key is not one of `create`: add it with its type.")


class RowFitter:
    """Fits the records of one delivery to the columns of a table. `there` are its columns, `needed` those without which
    it takes no row; each method raises SourceError at the first difference.
    """

    def __init__(self, target: SqlTarget, there: Sequence[str], needed: Sequence[str] = ()) -> None:
        self._target = target
        self._there = there
        self._needed = needed
        self.columns: tuple[str, ...] = ()
        self._known = frozenset[str]()
        self._left_out = False

    def begin(self, fields: Sequence[str]) -> None:
        """Decide which columns are written, by the fields of the data."""
        target, given = self._target, {*fields}
        self.columns = target.columns or tuple(fields)
        self._left_out, self._known = bool(target.columns), frozenset(self.columns)
        wanted = self._needed if target.columns else self._there
        if name := _find_missing(self.columns, {*self._there}):
            raise SourceError(f"The data has the column {name}, which the table has not: choose `columns`.")
        if name := _find_missing((*target.columns, *target.keys), given):
            raise SourceError(f"The data has no column {name}, which the address names: correct the address.")
        if name := _find_missing((*wanted, *target.keys), self._known):
            raise SourceError(f"The data has no column {name}, which the table needs: choose `columns`.")

    def fit(self, record: Record) -> Record:
        """Return the values of a record that are written; one that is missing is null."""
        if not self.columns:
            raise Untreatable("The data has no fields: it cannot become rows of a table.")
        if not self._left_out and not record.keys() <= self._known:
            other = next(name for name in record if name not in self._known)
            raise SourceError(f"A row has the column {other}, which the rows before do not have: nothing was stored.")
        return {name: record.get(name) for name in self.columns}


def _find_missing(names: Sequence[str], there: Collection[str]) -> str | None:
    return next((name for name in names if name not in there), None)


def make_row(target: SqlTarget, id: str, at: str, data: bytes) -> Record:
    """Return the row of a message of a stream: the members of its object, its position and its time."""
    try:
        row = _decode(data)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise SourceError("A message of the stream is no object of JSON: it cannot become a row.") from None
    for name, value in ((target.position, id), (target.time, at)):
        if name:
            row[name] = value
    return row


def read_nulls(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record of a CSV in which what is empty is null."""
    return {name: value if value != "" else None for name, value in record.items()}
