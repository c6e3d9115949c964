"""The one query that is put to a database of the operator: named columns of a table or view, compared with parameters.

Names come from the operator, are looked up in the database, and are quoted. The values of a consumer are bound, never
written into the statement.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Literal

import msgspec

from connector.dataplane.address.parameters import ChosenValue, ParameterType, SourceParameters
from connector.dataplane.address.secrets import SecretName
from connector.ports.flow import Cause, SourceError

LARGEST_ROW = 1024 * 1024
_NAME = r'[^\x00-\x1f\x7f".]{1,63}'
_TABLE = re.compile(rf"{_NAME}(\.{_NAME})?")
_COLUMN = re.compile(r'[^\x00-\x1f\x7f"]{1,63}')

ColumnName = Annotated[str, msgspec.Meta(min_length=1, max_length=63)]
QueryFormat = Literal["csv", "json", "ndjson"]
MEDIA_TYPES: Mapping[QueryFormat, str] = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "ndjson": "application/x-ndjson",
}


class SqlAddress(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The address of a table or view: in the SQLite file `path`, or in the PostgreSQL at `host`.

    `columns` are delivered in this order, all if empty; `order` are the columns by which rows are sorted. `geometry` is
    how PostGIS writes places. More than `most_rows` rows are an error, never a shorter answer. `seconds` bounds each
    step of the query.
    """

    kind: Literal["sql"]
    table: Annotated[str, msgspec.Meta(min_length=1, max_length=130)]
    columns: tuple[ColumnName, ...] = ()
    order: tuple[ColumnName, ...] = ()
    format: QueryFormat = "csv"
    geometry: Literal["geojson", "wkt"] = "geojson"
    most_rows: Annotated[int, msgspec.Meta(ge=1, le=100_000_000)] = 1_000_000
    seconds: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 60.0
    path: str = ""
    host: Annotated[str, msgspec.Meta(max_length=253, pattern=r"^[A-Za-z0-9.:_-]*\Z")] = ""
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 5432
    database: Annotated[str, msgspec.Meta(max_length=63)] = ""
    user: Annotated[str, msgspec.Meta(max_length=63)] = ""
    secret: SecretName | Literal[""] = ""
    tls: bool = True
    parameters: SourceParameters = {}
    chosen: dict[str, str] = {}


def check_query(address: SqlAddress) -> None:
    """Raise SourceError if a name of the address cannot be one in a database, or members contradict each other."""
    if not _TABLE.fullmatch(address.table):
        raise SourceError('The `table` of the address cannot be used: write it as `schema.table`, without `"`.')
    named = [parameter.field for parameter in address.parameters.values() if parameter.field]
    if not all(_COLUMN.fullmatch(name) for name in (*address.columns, *address.order, *named)):
        raise SourceError('A column of the address cannot be used: write its name without `"`.')
    if bool(address.path) == bool(address.host):
        raise SourceError("The address names no database: give either `path` (SQLite) or `host` (PostgreSQL).")
    if address.host and not (address.database and address.user and address.secret):
        raise SourceError("The address of a PostgreSQL is incomplete: give `database`, `user` and `secret`.")


def build_postgres(
    address: SqlAddress, types: Mapping[str, str], choices: Mapping[str, ChosenValue]
) -> tuple[tuple[str, ...], str, list[str]]:
    """Return the names of the columns, the query of the rows as JSON for PostgreSQL, and its values.

    `types` are the types of all columns of the table by name. A row that is too large comes as NULL.
    """
    columns = _choose_columns(address, types)
    shown = ", ".join(f"{_show_column(name, types[name], address.geometry)} AS {quote_name(name)}" for name in columns)
    conditions, values = [], []
    for name, choice in choices.items():
        column = _find_column(name, choice, types)
        values.append(choice.text)
        cast = _CASTS[choice.parameter.type]
        conditions.append(f"t.{quote_name(column)} {choice.parameter.compare} ${len(values)}::text::{cast}")
    inner = _join(f"SELECT {shown}", address, conditions, types)
    return (
        columns,
        f"SELECT CASE WHEN octet_length(r.line) > {LARGEST_ROW} THEN NULL ELSE r.line END FROM "  # noqa: S608 - quoted
        f"(SELECT row_to_json(q)::text AS line FROM ({inner}) q OFFSET 0) r",
        values,
    )


def build_sqlite(
    address: SqlAddress, names: Collection[str], choices: Mapping[str, ChosenValue]
) -> tuple[tuple[str, ...], str, list[str | int | float]]:
    """Return the names of the columns, the query for SQLite, and its values."""
    columns = _choose_columns(address, names)
    conditions: list[str] = []
    values: list[str | int | float] = []
    for name, choice in choices.items():
        column = _find_column(name, choice, names)
        values.append(_convert(choice))
        conditions.append(f"t.{quote_name(column)} {choice.parameter.compare} ?")
    shown = ", ".join(f"t.{quote_name(name)}" for name in columns)
    return columns, _join(f"SELECT {shown}", address, conditions, names), values


def write_table(table: str, types: Mapping[str, str], keys: Sequence[str]) -> str:
    """Return the statement that makes a table, if it is not there, with the types of its columns and with its key."""
    columns = [f"{quote_name(name)} {kind}" for name, kind in types.items()]
    key = [f"PRIMARY KEY ({list_names(keys)})"] if keys else []
    return f"CREATE TABLE IF NOT EXISTS {quote_table(table)} ({', '.join([*columns, *key])})"


def write_conflict(keys: Sequence[str], columns: Sequence[str]) -> str:
    """Return what an INSERT of these columns does with a row whose key is there: the new row takes its place."""
    names = [quote_name(name) for name in columns if name not in keys]
    act = ", ".join(f"{name} = excluded.{name}" for name in names)
    return f" ON CONFLICT ({list_names(keys)}) DO " + ("UPDATE SET " + act if act else "NOTHING")


def list_names(names: Sequence[str]) -> str:
    """Return names, quoted, as a list of a statement."""
    return ", ".join(map(quote_name, names))


def quote_table(table: str) -> str:
    """Return the name of a table or view, with its schema, quoted for a statement."""
    return ".".join(map(quote_name, table.split(".")))


def _join(shown: str, address: SqlAddress, conditions: list[str], names: Collection[str]) -> str:
    missing = next((name for name in address.order if name not in names), None)
    if missing:
        raise SourceError(f"The table has no column {missing}, by which it is sorted.", Cause.NOT_FOUND)
    where = ["WHERE", " AND ".join(conditions)] if conditions else []
    order = ["ORDER BY", ", ".join(f"t.{quote_name(name)}" for name in address.order)] if address.order else []
    # One row more than allowed shows that there are more.
    most = str(address.most_rows + 1)
    return " ".join((shown, "FROM", quote_table(address.table), "AS t", *where, *order, "LIMIT", most))


def _choose_columns(address: SqlAddress, names: Collection[str]) -> tuple[str, ...]:
    if not names:
        raise SourceError("The table of the address is not there, or may not be read.", Cause.NOT_FOUND)
    missing = [name for name in address.columns if name not in names]
    if missing:
        raise SourceError(f"The table has no column {missing[0]}: correct `columns`.", Cause.NOT_FOUND)
    return address.columns or tuple(names)


def _find_column(name: str, choice: ChosenValue, names: Collection[str]) -> str:
    column = choice.parameter.field or name
    if column not in names:
        raise SourceError(f"The table has no column for the parameter {name}: correct its `field`.", Cause.NOT_FOUND)
    return column


def quote_name(name: str) -> str:
    """Return a name quoted for a statement."""
    return '"' + name.replace('"', '""') + '"'


def _show_column(name: str, type_: str, geometry: str) -> str:
    column = f"t.{quote_name(name)}"
    if type_ not in {"geometry", "geography"}:
        return column
    if geometry == "wkt":
        return f"ST_AsText({column})"
    # Positions in GeoJSON are WGS 84 (RFC 7946, section 4).
    place = f"{column}::geometry"
    moved = f"CASE WHEN ST_SRID({place}) IN (0, 4326) THEN {place} ELSE ST_Transform({place}, 4326) END"
    return f"ST_AsGeoJSON({moved}, 9, 0)::json"


def _convert(choice: ChosenValue) -> str | int | float:
    kind = choice.parameter.type
    if kind == "boolean":
        return int(choice.text == "true")
    return int(choice.text) if kind == "integer" else float(choice.text) if kind == "number" else choice.text


_CASTS: Mapping[ParameterType, str] = {
    "text": "text",
    "integer": "bigint",
    "number": "numeric",
    "boolean": "boolean",
    "date": "date",
    "time": "timestamptz",
}
