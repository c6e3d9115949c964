"""The one thread that writes, with group commit: many waiting jobs become one transaction and one fsync.

Each job runs in a savepoint of its own, so that a Conflict, Replayed or LimitReached fails its own group and no other.
A fault of the disk fails the whole batch with Unavailable; the transaction is rolled back, and the next batch tries
again, so that the store heals as soon as the disk does. The waiting coroutines are woken after COMMIT has returned, all
of a batch with one call into the event loop.
"""

import asyncio
import logging
import sqlite3
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import TypeVar

from connector.ports.changes import StoreError, Unavailable

T = TypeVar("T")
Job = Callable[[sqlite3.Connection], object]
_Waiting = tuple["asyncio.Future[object]", Job]
_Outcome = tuple[object, BaseException | None]
_Settled = tuple["asyncio.Future[object]", object, BaseException | None]

_log = logging.getLogger(__name__)


class Writer:
    """Runs jobs on one writing connection. Made and used on one event loop; `close` ends the thread.

    `connect` opens the connection, again after a fault it did not survive. `chore` is asked after each batch for work
    that is due; it runs as a batch of its own. `capacity` bounds the jobs that wait, `batch` those of one transaction.
    """

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        *,
        chore: Callable[[], Job | None] | None = None,
        capacity: int = 10_000,
        batch: int = 256,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._connect = connect
        self._connection: sqlite3.Connection | None = connect()
        self._chore = chore
        self._capacity = capacity
        self._batch = batch
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._backlog = 0
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    async def submit(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Run `job` in the next transaction; returns its result once that is on the disk.

        Raises what the job raised, or Unavailable where the store is closed, overloaded or cannot write.
        """
        if self._closed:
            raise Unavailable("The store is closed: nothing can be written any more.")
        if self._backlog >= self._capacity:
            raise Unavailable(f"{self._backlog} changes wait to be written, the most that may: try again later.")
        future: asyncio.Future[object] = self._loop.create_future()
        self._backlog += 1
        self._queue.put((future, job))
        return await future  # type: ignore[return-value]  # the queue forgets T, the result is the job's

    async def close(self) -> None:
        """Finish what waits, end the thread and close the connection."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        last = False
        while not last:
            batch, last = self._take()
            outcomes = self._perform([job for _, job in batch])
            self._wake([(future, *outcome) for (future, _), outcome in zip(batch, outcomes, strict=True)])
            chore = self._chore() if self._chore else None
            if chore:
                self._perform([chore])
        if self._connection:
            self._connection.close()

    def _take(self) -> tuple[list[_Waiting], bool]:
        """Wait for a job and return it with those that wait behind it, and whether the end was reached."""
        item = self._queue.get()
        batch: list[_Waiting] = []
        try:
            while item is not None:
                batch.append(item)
                if len(batch) == self._batch:
                    return batch, False
                item = self._queue.get_nowait()
        except Empty:
            return batch, False
        return batch, True

    def _perform(self, jobs: list[Job]) -> list[_Outcome]:
        if not jobs:
            return []
        try:
            connection = self._connection = self._connection or self._connect()
            connection.execute("BEGIN IMMEDIATE")
            outcomes = [_in_savepoint(connection, job) for job in jobs]
            connection.execute("COMMIT")
        except sqlite3.Error as fault:
            _log.error("the store cannot write, %d groups failed: %s", len(jobs), fault)
            self._recover()
            text = f"The store cannot write now ({fault}): nothing was changed; check the disk and try again."
            return [(None, Unavailable(text)) for _ in jobs]
        return outcomes

    def _recover(self) -> None:
        """Roll back; a connection that cannot even do that is thrown away and opened anew with the next batch."""
        connection = self._connection
        if connection is None:
            return
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        except sqlite3.Error:
            self._connection = None
            connection.close()

    def _wake(self, settled: list[_Settled]) -> None:
        try:
            self._loop.call_soon_threadsafe(self._settle, settled)
        except RuntimeError:
            _log.debug("the event loop is gone: nobody waits for %d committed groups", len(settled))

    def _settle(self, settled: list[_Settled]) -> None:
        self._backlog -= len(settled)
        for future, result, fault in settled:
            if future.done():
                continue
            if fault is None:
                future.set_result(result)
            else:
                future.set_exception(fault)


def _in_savepoint(connection: sqlite3.Connection, job: Job) -> _Outcome:
    """Run one job; what it raises is its own outcome, unless the disk failed, which is everybody's."""
    connection.execute("SAVEPOINT one")
    try:
        result = job(connection)
    except StoreError as refusal:
        outcome: _Outcome = (None, refusal)
    except Exception as fault:
        # The writer's own worker loop: a fault belongs to its group and must not end the thread.
        if isinstance(fault, sqlite3.OperationalError) or type(fault) is sqlite3.DatabaseError:
            raise
        outcome = (None, fault)
    else:
        connection.execute("RELEASE one")
        return result, None
    connection.execute("ROLLBACK TO one")
    connection.execute("RELEASE one")
    return outcome
