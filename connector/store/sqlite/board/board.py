"""The board in SQLite: a file of its own, because the record beside it can be made anew and the board cannot.

Commits have a thread of their own; reads of a page run on the thread of the event loop, as in the store.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from connector.ports.board import Answer, Need, Notice, SavedSearch
from connector.ports.entities import PageBounds
from connector.ports.store_errors import LimitReached, Unavailable
from connector.store.sqlite.engine.connection import StoreConnection, open_readable, open_writable, refuse_damaged
from connector.store.sqlite.engine.migrate import migrate, steps
from connector.store.sqlite.engine.rows import fetch_many, fetch_one, page, to_unavailable

T = TypeVar("T")

NOTICES = 500
"""The notices to one participant that are kept; older ones give way."""

_encode = msgspec.msgpack.Encoder().encode
_need = msgspec.msgpack.Decoder(Need).decode
_answer = msgspec.msgpack.Decoder(Answer).decode
_search = msgspec.msgpack.Decoder(SavedSearch).decode
_notice = msgspec.msgpack.Decoder(Notice).decode

_PUT_NEED = """
INSERT INTO needs (id, owner, opens, closes, closed, changed, told, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET opens = excluded.opens, closes = excluded.closes, closed = excluded.closed,
                               changed = excluded.changed, told = excluded.told, body = excluded.body
"""
_PUT_ANSWER = "INSERT INTO answers (id, need, participant, body) VALUES (?, ?, ?, ?)"
_PUT_NOTICE = "INSERT INTO notices (participant, key, body) VALUES (?, ?, ?) ON CONFLICT (participant, key) DO NOTHING"
_TRIM = f"""
DELETE FROM notices WHERE participant = ?1 AND number <= (
    SELECT number FROM notices WHERE participant = ?1 ORDER BY number DESC LIMIT 1 OFFSET {NOTICES}
)
"""  # noqa: S608 - a constant
_COUNT_NEEDS = """
SELECT count(*), count(*) FILTER (WHERE closed = 0 AND closes > ?) FROM needs WHERE owner = ? AND id <> ?
"""
_OVER = """
SELECT id FROM needs WHERE owner = ? AND (closed = 1 OR closes <= ?) AND id <> ? ORDER BY place LIMIT ?
"""
_COUNT_ANSWERS = "SELECT count(*), count(*) FILTER (WHERE participant = ?) FROM answers WHERE need = ?"
_UNTOLD = "SELECT body FROM needs WHERE told = 0 ORDER BY place LIMIT ?"
_TELL = "UPDATE needs SET told = 1 WHERE id = ? AND changed = ?"
_WANTED = "SELECT body FROM needs WHERE closed = 0 AND closes > ? ORDER BY place"
_COUNT_SEARCHES = "SELECT count(*) FROM searches WHERE owner = ? AND id <> ?"
_PUT_SEARCH = """
INSERT INTO searches (id, owner, feed, body) VALUES (?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET feed = excluded.feed, body = excluded.body
"""
_NOTICES = "SELECT number, body FROM notices WHERE participant = ? AND number > ? ORDER BY number LIMIT ?"


async def open_board(path: Path) -> "SqliteBoard":
    """Open the board in the file at `path`, create it if it does not exist, and migrate its schema after a backup.

    Raises SchemaRefused if the file is newer than this release, was not created by Datenkontor, or cannot be opened.
    """
    await asyncio.to_thread(migrate, path, steps("board"))
    return SqliteBoard(open_readable(path), open_writable(path))


def locate_board(record: Path) -> Path:
    """Return the file of the board: it lies beside the record."""
    return record.with_name(f"{record.stem}.board{record.suffix}")


class SqliteBoard:
    """A `Board` in one SQLite file. `open_board` creates it."""

    def __init__(self, reader: StoreConnection, writer: StoreConnection) -> None:
        self._reader = reader
        self._writer = writer
        self._writing = ThreadPoolExecutor(1, thread_name_prefix="board-writer")
        self._closed = False

    async def put_need(self, need: Need, *, now: int, most_open: int, most: int) -> None:
        """Insert or replace a need; the oldest that are over give way. Raises LimitReached."""
        await self.write(partial(_put_need, need=need, now=now, most_open=most_open, most=most))

    async def need(self, id: str) -> Need | None:
        """Return one need."""
        refuse_damaged(self._reader)
        row = fetch_one(self._reader, "SELECT body FROM needs WHERE id = ?", (id,))
        return _need(row[0]) if row else None

    async def needs(
        self, bounds: PageBounds, *, owner: str | None = None, open_at: int | None = None
    ) -> tuple[Sequence[Need], str | None]:
        """Return a page of needs, the newest first, and the next cursor. Raises ValueError for an unknown cursor."""
        # The time is a number of this process, never a text from outside.
        opened = () if open_at is None else ("closed = 0", f"opens <= {open_at:d}", f"closes > {open_at:d}")
        rows, following = page(self._reader, "needs", bounds, {"owner": owner}, fixed=opened)
        return [_need(body) for (body,) in rows], following

    async def wanted_needs(self, now: int) -> Sequence[Need]:
        """Return all needs that are open or upcoming at a time (ms)."""
        found = await self._run(partial(fetch_many, self._writer, _WANTED, (now,)))
        return [_need(body) for (body,) in found]

    async def untold_needs(self, limit: int) -> Sequence[Need]:
        """Return needs that were not compared yet with the offers that were there before them."""
        return [_need(body) for (body,) in fetch_many(self._reader, _UNTOLD, (limit,))]

    async def close_need(self, need: Need, notices: Sequence[Notice]) -> None:
        """Replace a need that was closed, and note the notices, in one commit."""

        def close(connection: sqlite3.Connection) -> None:
            _write_need(connection, need)
            _write_notices(connection, notices)

        await self.write(close)

    async def put_answer(self, answer: Answer, notice: Notice, *, most_of_one: int, most: int) -> None:
        """Add an answer with the notice about it, in one commit. Raises LimitReached."""
        await self.write(partial(_put_answer, answer=answer, notice=notice, most_of_one=most_of_one, most=most))

    async def answers(self, need: str) -> Sequence[Answer]:
        """Return the answers to a need, the oldest first."""
        rows = fetch_many(self._reader, "SELECT body FROM answers WHERE need = ? ORDER BY place", (need,))
        return [_answer(body) for (body,) in rows]

    async def position(self) -> int:
        """Return the change number up to which needs were compared with the record."""
        row = fetch_one(self._reader, "SELECT seq FROM followed", ())
        return row[0] if row else 0

    async def note(self, notices: Sequence[Notice], *, position: int | None = None, told: Need | None = None) -> None:
        """Note notices that were not told yet, with how far they go, in one commit."""

        def note(connection: sqlite3.Connection) -> None:
            _write_notices(connection, notices)
            if position is not None:
                connection.execute("UPDATE followed SET seq = ?", (position,))
            if told is not None:
                connection.execute(_TELL, (told.id, told.changed_at))

        await self.write(note)

    async def notices(self, participant: str, after: int, limit: int) -> Sequence[Notice]:
        """Return the notices to a participant with a number above `after`, in that order."""
        rows = fetch_many(self._reader, _NOTICES, (participant, after, max(limit, 0)))
        return [msgspec.structs.replace(_notice(body), number=number) for number, body in rows]

    async def put_search(self, search: SavedSearch, *, most: int) -> None:
        """Insert or replace a saved search. Raises LimitReached if its owner has `most` others."""

        def put(connection: sqlite3.Connection) -> None:
            if connection.execute(_COUNT_SEARCHES, (search.owner, search.id)).fetchone()[0] >= most:
                raise LimitReached(f"You have {most} saved searches already: remove one first.")
            connection.execute(_PUT_SEARCH, (search.id, search.owner, search.feed, _encode(search)))

        await self.write(put)

    async def saved_search(self, id: str) -> SavedSearch | None:
        """Return one saved search."""
        row = fetch_one(self._reader, "SELECT body FROM searches WHERE id = ?", (id,))
        return _search(row[0]) if row else None

    async def search_of_feed(self, feed: str) -> SavedSearch | None:
        """Return the saved search whose feed has a secret with this digest."""
        row = fetch_one(self._reader, "SELECT body FROM searches WHERE feed = ?", (feed,))
        return _search(row[0]) if row else None

    async def searches_of(self, owner: str) -> Sequence[SavedSearch]:
        """Return the saved searches of a participant, the oldest first."""
        rows = fetch_many(self._reader, "SELECT body FROM searches WHERE owner = ? ORDER BY place", (owner,))
        return [_search(body) for (body,) in rows]

    async def drop_search(self, id: str) -> None:
        """Remove a saved search."""

        def drop(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM searches WHERE id = ?", (id,))

        await self.write(drop)

    async def close(self) -> None:
        """Finish the running commit and close; later calls raise Unavailable."""
        self._closed = True
        await asyncio.to_thread(self._writing.shutdown)
        for connection in (self._reader, self._writer):
            connection.close()

    def read(self, statement: str, values: tuple[str, ...]) -> list[tuple[Any, ...]]:
        """Return the rows of a statement. Raises Unavailable."""
        refuse_damaged(self._reader)
        return fetch_many(self._reader, statement, values)

    async def write(self, job: Callable[[sqlite3.Connection], None]) -> None:
        """Run a job in a transaction of its own. Raises Unavailable, and what the job raises."""
        await self._run(partial(_commit, self._writer, job))

    async def _run(self, job: Callable[[], T]) -> T:
        if self._closed:
            raise Unavailable("The board is closed: open it again.")
        refuse_damaged(self._reader)
        return await asyncio.get_running_loop().run_in_executor(self._writing, job)


def _commit(connection: sqlite3.Connection, job: Callable[[sqlite3.Connection], None]) -> None:
    try:
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            job(connection)
    except sqlite3.Error as fault:
        raise to_unavailable(connection, fault) from fault


def _put_need(connection: sqlite3.Connection, need: Need, now: int, most_open: int, most: int) -> None:
    present, going_on = connection.execute(_COUNT_NEEDS, (now, need.owner, need.id)).fetchone()
    if going_on >= most_open:
        raise LimitReached(f"You have {most_open} needs already: close one first.")
    over = connection.execute(_OVER, (need.owner, now, need.id, max(present - most + 1, 0))).fetchall()
    for row in over:
        connection.execute("DELETE FROM answers WHERE need = ?", row)
        connection.execute("DELETE FROM needs WHERE id = ?", row)
    _write_need(connection, need)


def _write_need(connection: sqlite3.Connection, need: Need) -> None:
    closed = int(need.closed_at is not None)
    # What is closed is compared with nothing any more.
    row = (need.id, need.owner, need.opens, need.closes, closed, need.changed_at, closed, _encode(need))
    connection.execute(_PUT_NEED, row)


def _put_answer(connection: sqlite3.Connection, answer: Answer, notice: Notice, most_of_one: int, most: int) -> None:
    present, own = connection.execute(_COUNT_ANSWERS, (answer.participant, answer.need)).fetchone()
    if own >= most_of_one:
        raise LimitReached(f"You have answered this need {most_of_one} times: write to its contact.")
    if present >= most:
        raise LimitReached(f"The need has {most} answers already: write to its contact.")
    connection.execute(_PUT_ANSWER, (answer.id, answer.need, answer.participant, _encode(answer)))
    _write_notices(connection, [notice])


def _write_notices(connection: sqlite3.Connection, notices: Sequence[Notice]) -> None:
    for notice in notices:
        connection.execute(_PUT_NOTICE, (notice.participant, notice.key, _encode(notice)))
    for participant in {notice.participant for notice in notices}:
        connection.execute(_TRIM, (participant,))
