"""One text for two databases: the SQL of the chapters is written for SQLite and translated here for PostgreSQL.

The chapters use a small part of SQL. Where the two databases name the same thing differently, a rule below knows both;
where a text can be written so that both understand it, the chapter has that text. Pure.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

Keys = Mapping[str, Sequence[str]]
"""The columns of each table that name one row, by the table's name."""

# Texts in quotes stay as they are.
_PARTS = re.compile(r"('(?:[^']|'')*')")
_PARAMETER = re.compile(r"\?(\d*)")
_NAMED = re.compile(r"\b(?:INTO|UPDATE|FROM|JOIN)\s+\"?(\w+)", re.IGNORECASE)
# Of a statement with several parts, the last one decides what it returns.
_WRITES_LAST = re.compile(r"\s*WITH\b.*\)\s*((?:INSERT|UPDATE|DELETE)\b.*)", re.IGNORECASE | re.DOTALL)
_TARGET = re.compile(r"INSERT (?:OR (REPLACE|IGNORE) )?INTO (\w+)\s*\(([^)]*)\)", re.IGNORECASE)
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\bmax\((\s*)ifnull\b"), r"greatest(\1ifnull"),
    (re.compile(r"\bifnull\("), "coalesce("),
    (re.compile(r"\bjson_each\((\?\d*)\)"), r"jsonb_array_elements_text(CAST(\1 AS jsonb)) AS json_each (value)"),
    (re.compile(r"\bvalue ->> "), "CAST(value AS jsonb) ->> "),
    # The plus keeps SQLite from an index that it would prefer.
    (re.compile(r"(?<=\s)\+(?=[a-z_]+ (?:=|IN) )"), ""),
    # An R*Tree compares each side; a box in PostgreSQL has an index of its own.
    (
        re.compile(r"\bwest <= \? AND east >= \? AND south <= \? AND north >= \?"),
        "box(point(west, south), point(east, north)) && box(point(?2, ?4), point(?1, ?3))",
    ),
    # To SQLite, a cross join says in which order to look; PostgreSQL finds the order.
    (re.compile(r"\bCROSS JOIN (\w+) ON\b"), r"JOIN \1 ON"),
    (re.compile(r'(?<!")\buser\b(?!")'), '"user"'),
)


def translate(statement: str, keys: Keys, zone: tzinfo = UTC) -> str:
    """Return a statement of the chapters in the words of PostgreSQL.

    `keys` has the columns that name a row of each table, and `zone` decides in which month something is counted.

    >>> translate("INSERT OR REPLACE INTO planes (id, body) VALUES (?, ?)", {"planes": ("id",)})
    'INSERT INTO planes (id, body) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET body = excluded.body'
    """
    parts = _PARTS.split(_name_conflict(statement, keys))
    count = 0

    def number(found: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return f"${found[1] or count}"

    for at in range(0, len(parts), 2):
        for pattern, replacement in _RULES:
            parts[at] = pattern.sub(replacement, parts[at])
        parts[at] = _PARAMETER.sub(number, parts[at]).replace("local_month(", f"month_in('{_name_zone(zone)}', ")
    return "".join(parts)


def name_tables(statement: str) -> frozenset[str]:
    """Return the tables that a statement reads or writes; a name too many does no harm to whoever keeps an order.

    >>> sorted(name_tables("INSERT INTO planes (id) SELECT id FROM offers ON CONFLICT (id) DO UPDATE SET id = '1'"))
    ['offers', 'planes']
    """
    named = {found[1].lower() for found in _NAMED.finditer(statement)}
    return frozenset(named - {"set"})


def returns_rows(statement: str) -> bool:
    """Return whether a translated statement has rows as its result."""
    found = _WRITES_LAST.match(statement)
    last = found[1] if found else statement
    begins = last.lstrip().upper().startswith(("SELECT", "WITH"))
    return begins or " RETURNING " in f" {last} ".replace("\n", " ")


def _name_conflict(statement: str, keys: Keys) -> str:
    """Say what happens to a row that is there: PostgreSQL wants the columns by which it is found."""
    found = _TARGET.search(statement)
    if found is None:
        return statement
    instead, table, listed = found.groups()
    head = f"INSERT INTO {table} ({listed})"
    rest = statement[found.end() :]
    if instead == "IGNORE":
        return f"{statement[: found.start()]}{head}{rest} ON CONFLICT DO NOTHING"
    names = tuple(keys.get(table, ()))
    if instead == "REPLACE":
        columns = [column.strip() for column in listed.split(",")]
        changed = [column for column in columns if column not in names]
        # A replaced row is a new one: the last of its list.
        placed = ["place"] if "place" in names[-1:] else []
        names = tuple(name for name in names if name != "place")
        changed = [column for column in (*placed, *columns) if column not in names]
        values = ", ".join(f"{column} = excluded.{column}" for column in changed)
        rest = f"{rest} ON CONFLICT ({', '.join(names)}) DO UPDATE SET {values}"
    else:
        only = ", ".join(name for name in names if name != "place")
        rest = rest.replace("ON CONFLICT DO UPDATE", f"ON CONFLICT ({only}) DO UPDATE")
    return f"{statement[: found.start()]}{head}{rest}"


def _name_zone(zone: tzinfo) -> str:
    """Return the name by which PostgreSQL knows a zone. Raises ValueError for one without a name."""
    name = zone.key if isinstance(zone, ZoneInfo) else "UTC" if zone is UTC else None
    if name is None or "'" in name:
        raise ValueError(f"The zone {zone} has no name in the database of time zones: use one as Europe/Berlin.")
    return name
