"""Rows of a table or view in PostgreSQL, by a cursor of the server in a read-only transaction.

asyncpg is an extra (`datenkontor[postgres]`) and loads with the first query. All limits are set inside the transaction,
so that a pooler in transaction mode may stand between.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from importlib import import_module
from typing import Any, Protocol

from connector.dataplane.address.parameters import ChosenValue
from connector.dataplane.databases.query import LARGEST_ROW, SqlAddress, build_postgres, quote_table
from connector.net.tls import TrustAnchors
from connector.ports.flow import Cause, SourceError

_CONNECT_S = 10.0
_GRACE_S = 5.0
_IDLE_S = 180
_LONGEST_S = 3600.0
_FIRST, _MOST = 16, 1024
_FULL = 256 * 1024
_COLUMNS = (
    "SELECT a.attname, t.typname FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid"
    " WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"
)
_NOT_ALLOWED = frozenset({"28000", "28P01", "42501", "3D000"})
_NOT_FOUND = frozenset({"42P01", "42703", "3F000"})
_TIMED_OUT = frozenset({"57014", "25P03"})


class DatabasePlace(Protocol):
    """What an address says of a server; `seconds` bounds each statement."""

    @property
    def host(self) -> str:
        """The host."""

    @property
    def port(self) -> int:
        """The port."""

    @property
    def database(self) -> str:
        """The database."""

    @property
    def user(self) -> str:
        """The user."""

    @property
    def tls(self) -> bool:
        """Whether the connection is encrypted."""

    @property
    def seconds(self) -> float:
        """The longest time of a statement."""


@asynccontextmanager
async def read_postgres(
    address: SqlAddress, choices: Mapping[str, ChosenValue], password: str, tls: TrustAnchors
) -> AsyncIterator[tuple[tuple[str, ...], AsyncIterator[Sequence[bytes]]]]:
    """Yield the columns and the batches of rows. Raises SourceError."""
    with explain_postgres(address):
        connection = await connect_postgres(address, password, tls)
    try:
        with explain_postgres(address):
            await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            await connection.execute(
                f"SET LOCAL statement_timeout = {int(address.seconds * 1000)};"
                f" SET LOCAL idle_in_transaction_session_timeout = '{_IDLE_S}s';"
                " SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'; SET LOCAL extra_float_digits = 1"
            )
            found = await connection.fetch(_COLUMNS, quote_table(address.table))
            types = {str(row[0]): str(row[1]) for row in found}
            columns, query, values = build_postgres(address, types, choices)
            cursor = await connection.cursor(query, *values)
            first = await cursor.fetch(_FIRST)
        yield columns, _fetch(cursor, first, address)
    finally:
        await close_postgres(connection)


async def connect_postgres(place: DatabasePlace, password: str, tls: TrustAnchors) -> Any:
    """Return a connection to a database of the operator. Raises SourceError without the driver, else its errors."""
    try:
        asyncpg = import_module("asyncpg")
    except ImportError:
        raise SourceError(
            "PostgreSQL cannot be used: install the extra with `pip install datenkontor[postgres]`."
        ) from None
    return await asyncpg.connect(
        host=place.host,
        port=place.port,
        user=place.user,
        password=password,
        database=place.database,
        ssl=await tls.find() if place.tls else False,
        timeout=_CONNECT_S,
        command_timeout=place.seconds + _GRACE_S,
        statement_cache_size=0,
    )


async def _fetch(cursor: Any, first: Sequence[Any], address: SqlAddress) -> AsyncIterator[Sequence[bytes]]:
    """Yield the rows in batches that grow as long as they are small: only one is in memory."""
    clock = asyncio.get_running_loop().time
    deadline, rows, count = clock() + _LONGEST_S, first, _FIRST
    while rows:
        batch = [_take(row[0]) for row in rows]
        yield batch
        if clock() > deadline:
            raise SourceError(f"The rows were not taken within {_LONGEST_S:g} s: the query ended.", Cause.UNAVAILABLE)
        size = sum(map(len, batch))
        count = min(count * 2, _MOST) if size < _FULL else max(1, count * _FULL // size)
        with explain_postgres(address):
            rows = await cursor.fetch(count)


def _take(line: str | None) -> bytes:
    if line is None:
        raise SourceError(f"A row is larger than {LARGEST_ROW} bytes: offer fewer columns.")
    return line.encode()


async def close_postgres(connection: Any) -> None:
    """Close a connection, without waiting for a database that does not answer."""
    try:
        await asyncio.shield(connection.close(timeout=2))
    except asyncio.CancelledError:
        connection.terminate()
        raise
    except Exception:  # noqa: BLE001 - whatever a dying database says, the connection is given up
        with contextlib.suppress(OSError):
            connection.terminate()


@contextmanager
def explain_postgres(
    place: DatabasePlace, describe: Callable[[str], SourceError | None] = lambda _: None
) -> Iterator[None]:
    """Turn the errors of the driver into SourceError; what the database says may contain data, and is not repeated.

    `describe` returns the error for a code of PostgreSQL, or None for that of a query.
    """
    try:
        yield
    except (SourceError, asyncio.CancelledError):
        raise
    except TimeoutError:
        raise _make_late(place) from None
    except (OSError, ValueError) as error:
        kind = type(error).__name__
        raise SourceError(
            f"The database cannot be reached ({kind}): check `host`, `port` and `tls`.", Cause.UNAVAILABLE
        ) from None
    except Exception as error:
        state = getattr(error, "sqlstate", None)
        if state is None and type(error).__module__.partition(".")[0] != "asyncpg":
            raise
        code = state or type(error).__name__
        raise describe(code) or _explain_state(place, code) from None


def _explain_state(place: DatabasePlace, state: str) -> SourceError:
    if state in _TIMED_OUT:
        return _make_late(place)
    if state in _NOT_ALLOWED:
        return SourceError(f"The database refuses this user ({state}): check `user` and `secret`.", Cause.NOT_ALLOWED)
    if state in _NOT_FOUND:
        return SourceError(f"The database has no such table or column ({state}): check the address.", Cause.NOT_FOUND)
    return SourceError(f"The database failed ({state}): its log says why.", Cause.UNAVAILABLE)


def _make_late(place: DatabasePlace) -> SourceError:
    return SourceError(
        f"The database did not answer within {place.seconds:g} s: check the view, or raise `seconds`.",
        Cause.UNAVAILABLE,
    )
