"""Group commit: many waiting jobs become one transaction and one fsync, and one thread that does nothing but COMMIT.

The statements run on the event loop's thread, a bounded number at a time; only COMMIT, which waits for the disk, runs
on the writer's thread. The two never use the connection at once: what arrives during a COMMIT waits for the next batch.
Statements on a thread of their own would be a trap: each takes the interpreter's lock back when it is done, and beside
a busy event loop every taking costs up to the interpreter's switch interval or more. So that happens once a batch, not
once a statement.

Each job runs in a savepoint of its own, so that a Conflict, Replayed or LimitReached fails its own group and no other.
A fault of the disk fails the whole batch with Unavailable; the transaction is rolled back, and the next batch tries
again, so that the store heals as soon as the disk does. The waiting coroutines are woken after COMMIT has returned, all
of a batch with one call into the event loop.
"""

import asyncio
import logging
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue

from connector.ports.changes import StoreError, Unavailable

Job = Callable[[sqlite3.Connection], object]
_Waiting = tuple["asyncio.Future[None]", Job]
_Settled = tuple["asyncio.Future[None]", BaseException | None]

_BUSY_SECONDS = 5.0
_BUSY_PAUSE = 0.02

_log = logging.getLogger(__name__)


class Writer:
    """Runs jobs on one writing connection. Made and used on one event loop; `close` ends the thread.

    `connect` opens the connection, again after a fault it did not survive; the connection must not wait for locks.
    `chore` is asked with each batch for work that is due. `capacity` bounds the jobs that wait, `batch` those of one
    transaction and so the time the event loop is held.
    """

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        *,
        chore: Callable[[], Job | None] | None = None,
        capacity: int = 10_000,
        batch: int = 64,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._connect = connect
        self._connection: sqlite3.Connection | None = connect()
        self._chore = chore
        self._capacity = capacity
        self._batch = batch
        self._waiting: deque[_Waiting] = deque()
        self._busy = False  # a batch is scheduled or under way
        self._locked_since: float | None = None
        self._closed = False
        self._idle = asyncio.Event()
        self._idle.set()
        self._commits: SimpleQueue[tuple[sqlite3.Connection, list[_Settled]] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    async def submit(self, job: Job) -> None:
        """Run `job` in the next transaction; returns once that is on the disk.

        Raises what the job raised, or Unavailable where the store is closed, overloaded or cannot write.
        """
        if self._closed:
            raise Unavailable("The store is closed: nothing can be written any more.")
        if len(self._waiting) >= self._capacity:
            raise Unavailable(f"{len(self._waiting)} changes wait to be written, the most that may: try again later.")
        future: asyncio.Future[None] = self._loop.create_future()
        self._waiting.append((future, job))
        if not self._busy:
            self._busy = True
            self._idle.clear()
            # Not at once: what else is ready to run in this turn of the loop joins the batch.
            self._loop.call_soon(self._begin)
        await future

    async def close(self) -> None:
        """Finish what waits, end the thread and close the connection."""
        if self._closed:
            return
        self._closed = True
        await self._idle.wait()
        self._commits.put(None)
        await asyncio.to_thread(self._thread.join)
        if self._connection:
            self._connection.close()

    def _begin(self) -> None:
        """Run the next batch up to its COMMIT, which the thread does."""
        batch = [self._waiting.popleft() for _ in range(min(self._batch, len(self._waiting)))]
        try:
            connection = self._connection = self._connection or self._connect()
            connection.execute("BEGIN IMMEDIATE")
            self._locked_since = None
            settled: list[_Settled] = [(future, _in_savepoint(connection, job)) for future, job in batch]
            chore = self._chore() if self._chore else None
            if chore:
                _in_savepoint(connection, chore)
        except sqlite3.Error as fault:
            if self._can_retry(fault):
                self._waiting.extendleft(reversed(batch))
                self._loop.call_later(_BUSY_PAUSE, self._begin)
            else:
                self._end([(future, None) for future, _ in batch], fault)
        else:
            self._commits.put((connection, settled))

    def _can_retry(self, fault: sqlite3.Error) -> bool:
        """Return whether another process holds the file's lock and there is still time to wait for it."""
        # An error that the module raises itself (a closed connection) has no code.
        if getattr(fault, "sqlite_errorcode", None) != sqlite3.SQLITE_BUSY:
            return False
        self._locked_since = self._locked_since or self._loop.time()
        return self._loop.time() - self._locked_since < _BUSY_SECONDS

    def _run(self) -> None:
        """The thread: COMMIT, and say so to the event loop."""
        while item := self._commits.get():
            connection, settled = item
            fault: sqlite3.Error | None = None
            try:
                connection.execute("COMMIT")
            except sqlite3.Error as refusal:
                fault = refusal
            try:
                self._loop.call_soon_threadsafe(self._end, settled, fault)
            except RuntimeError:
                _log.debug("the event loop is gone: nobody waits for %d groups", len(settled))

    def _end(self, settled: list[_Settled], fault: sqlite3.Error | None) -> None:
        """Wake those who wait for the batch, and begin the next one."""
        if fault:
            _log.error("the store cannot write, %d groups failed: %s", len(settled), fault)
            self._recover()
            text = f"The store cannot write now ({fault}): nothing was changed; check the disk and try again."
            settled = [(future, Unavailable(text)) for future, _ in settled]
        for future, refusal in settled:
            if future.done():
                continue
            if refusal:
                future.set_exception(refusal)
            else:
                future.set_result(None)
        if self._waiting:
            self._loop.call_soon(self._begin)
        else:
            self._busy = False
            self._idle.set()

    def _recover(self) -> None:
        """Roll back; a connection that cannot even do that is thrown away and opened anew with the next batch."""
        self._locked_since = None
        connection = self._connection
        if connection is None:
            return
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        except sqlite3.Error:
            self._connection = None
            connection.close()


def _in_savepoint(connection: sqlite3.Connection, job: Job) -> BaseException | None:
    """Run one job and return what it raised, which is its own affair, unless the disk failed: that is everybody's."""
    connection.execute("SAVEPOINT one")
    try:
        job(connection)
    except StoreError as refusal:
        outcome: BaseException = refusal
    except Exception as fault:
        # The writer's own worker loop: a fault belongs to its group and must not end the writer.
        if isinstance(fault, sqlite3.OperationalError) or type(fault) is sqlite3.DatabaseError:
            raise
        outcome = fault
    else:
        connection.execute("RELEASE one")
        return None
    connection.execute("ROLLBACK TO one")
    connection.execute("RELEASE one")
    return outcome
