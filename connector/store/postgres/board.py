"""The board of a broker in PostgreSQL: what `SqliteBoard` asks of its chapter, awaited, for several processes."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any, TypeVar

from connector.ports.store_errors import Unavailable
from connector.store.postgres.replicas import BOARD_CHANNEL, DatabaseReplica
from connector.store.postgres.statements.bridge import bridge_all, read_bridged
from connector.store.postgres.store import OpenChapter, Server, open_chapter
from connector.store.sqlite.board.board import SqliteBoard
from connector.store.sqlite.board.webhooks import SqliteWebhooks

T = TypeVar("T")

CHAPTER = "board"
_CONNECTIONS = 2


async def open_database_board(server: Server, participant: str, ended: asyncio.Event | None = None) -> "PostgresBoard":
    """Open the board of a broker on a server, and migrate its schema; `ended` is set if this process is replaced.

    Raises DatabaseRefused and Unavailable.
    """
    server, replica = replace(server, chapter=CHAPTER, connections=_CONNECTIONS), DatabaseReplica(BOARD_CHANNEL)
    replica.ended = ended or replica.ended
    chapter = await open_chapter(server, participant, replica)
    board = PostgresBoard(chapter)
    chapter.begin()
    return board


class PostgresBoard(SqliteBoard):
    """A `Board` in a PostgreSQL database. `open_database_board` creates it; use it on the same event loop.

    `changed` is called with the name of a table in which another process has changed something.
    """

    def __init__(self, chapter: OpenChapter) -> None:
        super().__init__(chapter.reader, chapter.reader)
        self._chapter = chapter
        self.changed: Callable[[str], None] = lambda _: None
        chapter.replica.heard = lambda table: self.changed(table)

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
        await self._chapter.writer.submit(job)

    async def close(self) -> None:
        """Finish the running commit and close; later calls raise Unavailable."""
        self._closed = True
        await self._chapter.close()

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
