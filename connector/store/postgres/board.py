"""The board of a broker in PostgreSQL: what `SqliteBoard` asks of its chapter, awaited, for several processes."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import nullcontext
from dataclasses import replace
from functools import cache, partial
from typing import Any, TypeVar, cast

from connector.ports.store_errors import Unavailable
from connector.store.postgres.bridge import bridge_all, read_bridged
from connector.store.postgres.connection import PostgresConnection
from connector.store.postgres.dialect import translate
from connector.store.postgres.migrate import LOCKS
from connector.store.postgres.reading import GatheredReads
from connector.store.postgres.replicas import BOARD_CHANNEL, DatabaseReplica
from connector.store.postgres.store import STATEMENT_S, Server, connect, open_chapter
from connector.store.postgres.writer import PostgresWriter
from connector.store.sqlite.board.board import SqliteBoard
from connector.store.sqlite.board.webhooks import SqliteWebhooks
from connector.store.sqlite.engine.connection import StoreConnection

T = TypeVar("T")

CHAPTER = "board"
_CONNECTIONS = 2


async def open_database_board(server: Server, participant: str, ended: asyncio.Event | None = None) -> "PostgresBoard":
    """Open the board of a broker on a server, and migrate its schema; `ended` is set if this process is replaced.

    Raises DatabaseRefused and Unavailable.
    """
    server, replica = replace(server, chapter=CHAPTER, connections=_CONNECTIONS), DatabaseReplica(BOARD_CHANNEL)
    replica.ended = ended or replica.ended
    pool, keys = await open_chapter(server, participant, replica)
    speak = cache(partial(translate, keys=keys))
    dial = partial(connect, server)
    writer = PostgresWriter(dial, speak, replica.epoch, fenced=replica.end, lock=LOCKS[CHAPTER])
    board = PostgresBoard(pool, writer, speak, replica)
    replica.begin(dial)
    return board


class PostgresBoard(SqliteBoard):
    """A `Board` in a PostgreSQL database. `open_database_board` creates it; use it on the same event loop.

    `changed` is called with the name of a table in which another process has changed something.
    """

    def __init__(
        self, pool: Any, writer: PostgresWriter, speak: Callable[[str], str], replica: DatabaseReplica
    ) -> None:
        reads = GatheredReads(pool, pool.get_max_size(), STATEMENT_S)
        # The chapter uses of a connection what those of PostgreSQL have too.
        reader = cast("StoreConnection", PostgresConnection(lambda: nullcontext(reads), speak))
        super().__init__(reader, reader)
        self._pool = pool
        self._group = writer
        self.replica = replica
        self.changed: Callable[[str], None] = lambda _: None
        replica.heard = lambda table: self.changed(table)

    async def ask(self, read: Coroutine[Any, Any, T]) -> T:
        """Return the result of a read. Raises Unavailable."""
        if self._closed:
            read.close()
            raise Unavailable("The board is closed: open it again.")
        return await read_bridged(read)

    async def write(self, job: Callable[[Any], None]) -> None:
        """Run a job in a transaction of its own. Raises Unavailable, and what the job raises."""
        if self._closed:
            raise Unavailable("The board is closed: open it again.")
        await self._group.submit(job)

    async def close(self) -> None:
        """Finish the running commit and close; later calls raise Unavailable."""
        self._closed = True
        await self._group.close()
        await self.replica.leave(self._pool)
        await self._pool.close()

    async def _run(self, job: Callable[[], T]) -> T:
        return job()


class PostgresWebhooks(SqliteWebhooks):
    """A `WebhookStore` in the database of a board, which has to be open."""

    def __init__(self, board: PostgresBoard) -> None:
        super().__init__(board)
        self.ask = board.ask


bridge_all(
    PostgresBoard,
    SqliteBoard,
    (
        *("need", "needs", "wanted_needs", "untold_needs", "answers", "position", "notices"),
        *("saved_search", "search_of_feed", "searches_of"),
    ),
)
bridge_all(PostgresWebhooks, SqliteWebhooks, ("webhook", "webhooks"))
