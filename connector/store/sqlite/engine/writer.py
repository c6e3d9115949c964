"""Group commit: many waiting jobs become one transaction with one fsync; a thread does nothing but COMMIT.

The statements run on the thread of the event loop, a limited number at a time. Only COMMIT, which waits for the disk,
runs on the thread of the writer. The two never use the connection at the same time: jobs that arrive during a COMMIT
wait for the next batch. Statements on another thread would be slow: each has to get the lock of the interpreter again,
which can take its switch interval beside a busy event loop. This design pays that price per batch, not per statement.

A batch is as small as the disk allows. If all that waits were one batch, all of it would be woken at once, meet again
in one batch of the peer, and go on together: one side works while the other waits for it. Of small batches, one is on
its way to the peer while the next one is committed.

A Conflict, Replayed or LimitReached fails only its own group: a batch with a refusal is taken back, and each job runs
again in a savepoint of its own. A batch without one has no savepoints, because in each SQLite keeps a copy of every
page that changes. So a job may run twice. A fault of the disk fails the whole batch with Unavailable. The transaction
is rolled back, and the next batch is a new attempt, so the store recovers together with the disk. The waiting
coroutines are woken after COMMIT, with one call per batch.
"""

import asyncio
import logging
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from queue import SimpleQueue

from connector.ports.store_errors import StoreFull, StoreMoved, Unavailable
from connector.store.sqlite.engine.connection import is_damage, note_damage
from connector.store.sqlite.engine.examine import LEFT

Job = Callable[[sqlite3.Connection], object]
_Waiting = tuple["asyncio.Future[None]", Job]
_Settled = tuple["asyncio.Future[None]", BaseException | None]

_BUSY_SECONDS = 5.0
_BUSY_PAUSE = 0.02
# A batch has a job for each of these seconds that the last COMMIT took: about what a job costs the loop afterwards, so
# that the loop has work while the disk has it.
_JOB_SECONDS = 0.0005
_FEWEST = 8
REST_SECONDS = 25.0
"""How long a writer has nothing to do before it rests, and at most twice that."""

_log = logging.getLogger(__name__)


class Writer:
    """Runs jobs on one writing connection, on one event loop; `close` ends the thread.

    `connect` opens the connection, and opens it again after a fatal fault; the connection must not wait for locks.
    `chore` returns work that is due, with each batch. `ended` is called after each batch, committed or not. `rested` is
    called with the connection, once, when nothing was written for `rest_s` to twice that. `capacity` limits the waiting
    jobs, `batch` the jobs of one transaction on a slow disk, and so the time on the event loop.
    """

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        *,
        chore: Callable[[], Job | None] | None = None,
        ended: Callable[[], None] | None = None,
        rested: Callable[[sqlite3.Connection], None] | None = None,
        rest_s: float = REST_SECONDS,
        capacity: int = 10_000,
        batch: int = 64,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._connect = connect
        self._connection: sqlite3.Connection | None = connect()
        self._chore = chore
        self._ended = ended
        self._rested = rested
        self._rest_s = rest_s
        self._resting: asyncio.TimerHandle | None = None
        self._worked = False  # since the timer was set
        self._capacity = capacity
        self._batch = batch
        self._room = _FEWEST
        self._waiting: deque[_Waiting] = deque()
        self._busy = False  # a batch is scheduled or under way
        self._locked_since: float | None = None
        self._closed = False
        self._ended_last: asyncio.Future[None] | None = None  # what `close` waits for
        self._commits: SimpleQueue[tuple[sqlite3.Connection, list[_Settled]] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    async def submit(self, job: Job) -> None:
        """Run `job` in the next transaction; return after it is on the disk.

        Raises the error of the job, or Unavailable if the store is closed, overloaded or cannot write.
        """
        if self._closed:
            raise Unavailable("The store is closed: open it again.")
        if len(self._waiting) >= self._capacity:
            raise Unavailable(f"The limit of {len(self._waiting)} waiting changes is reached: try again later.")
        future: asyncio.Future[None] = self._loop.create_future()
        self._waiting.append((future, job))
        if not self._busy:
            self._busy = True
            # Not immediately, so other jobs of this turn of the loop join the batch.
            self._loop.call_soon(self._begin)
        await future

    async def close(self) -> None:
        """Finish the waiting jobs, end the thread and close the connection."""
        if self._closed:
            return
        self._closed = True
        if self._busy:
            self._ended_last = self._loop.create_future()
            await self._ended_last
        if self._resting:
            self._resting.cancel()
        self._commits.put(None)
        await asyncio.to_thread(self._thread.join)
        if self._connection:
            self._connection.close()

    def _begin(self) -> None:
        """Run the statements of the next batch; the thread runs its COMMIT."""
        batch = [self._waiting.popleft() for _ in range(min(self._room, len(self._waiting)))]
        try:
            connection = self._connection = self._connection or self._connect()
            connection.execute("BEGIN IMMEDIATE")
            self._locked_since = None
            _require_kept(connection)
            chore = self._chore() if self._chore else None
            jobs = [job for _, job in batch] + ([chore] if chore else [])
            outcomes = _run(connection, jobs)
            settled: list[_Settled] = [(future, outcomes[at]) for at, (future, _) in enumerate(batch)]
        except Exception as fault:  # noqa: BLE001 - whatever it is, no caller may wait for ever
            if self._can_retry(fault):
                self._waiting.extendleft(reversed(batch))
                self._loop.call_later(_BUSY_PAUSE, self._begin)
            else:
                self._end([(future, None) for future, _ in batch], fault)
        else:
            self._commits.put((connection, settled))

    def _can_retry(self, fault: Exception) -> bool:
        """Return whether another process has the lock of the file and the time to wait for it is not over."""
        # An error of the module itself (a closed connection) has no code.
        if getattr(fault, "sqlite_errorcode", None) != sqlite3.SQLITE_BUSY:
            return False
        self._locked_since = self._locked_since or self._loop.time()
        return self._loop.time() - self._locked_since < _BUSY_SECONDS

    def _run(self) -> None:
        """The thread: run COMMIT and report to the event loop."""
        while item := self._commits.get():
            connection, settled = item
            fault: Exception | None = None
            begun = time.perf_counter()
            try:
                connection.execute("COMMIT")
            except Exception as refusal:  # noqa: BLE001 - the thread must not end with a batch that nobody wakes
                fault = refusal
            self._room = max(_FEWEST, min(self._batch, int((time.perf_counter() - begun) / _JOB_SECONDS)))
            try:
                self._loop.call_soon_threadsafe(self._end, settled, fault)
            except RuntimeError:
                _log.debug("the event loop is closed: %d groups have no waiting task", len(settled))

    def _end(self, settled: list[_Settled], fault: Exception | None) -> None:
        """Wake the tasks that wait for the batch, and begin the next one."""
        if fault:
            refused = self._explain(fault)
            settled = [(future, refused) for future, _ in settled]
        # Whatever else fails here, who waits is woken, and the next batch begins or the writer rests: without it, no
        # job would ever run again, and `close` would wait for ever.
        try:
            if fault:
                self._recover()
                _log.error("the store cannot write, %d groups failed: %s", len(settled), fault)
            if self._ended:
                self._ended()
        finally:
            self._wake(settled)

    def _explain(self, fault: Exception) -> Unavailable:
        if isinstance(fault, StoreMoved):
            return fault
        if is_damage(fault):
            return note_damage(self._connection, fault)
        # An error of the module itself (a closed connection) has no code.
        full = getattr(fault, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        text = f"The store cannot write now ({fault}): nothing was changed; check the disk, then retry."
        return StoreFull(text) if full else Unavailable(text)

    def _wake(self, settled: list[_Settled]) -> None:
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
            self._worked = True
            if self._ended_last and not self._ended_last.done():
                self._ended_last.set_result(None)
            # One timer for all batches: a timer for each would cost each of them.
            if self._rested and not self._resting:
                self._resting = self._loop.call_later(self._rest_s, self._rest)

    def _rest(self) -> None:
        """Rest if nothing was written since the timer was set; otherwise set it again."""
        self._resting = None
        if self._busy or self._worked:
            self._worked = False
            self._resting = self._loop.call_later(self._rest_s, self._rest)
        elif self._rested and self._connection:
            self._rested(self._connection)

    def _recover(self) -> None:
        """Roll back; if that fails, close the connection, so the next batch opens a new one."""
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


def _require_kept(connection: sqlite3.Connection) -> None:
    """Raise StoreMoved if the store was left for another place while this process ran.

    The triggers of such a store refuse a row too, but a chapter would take that for a row that is there already.
    """
    if connection.execute("PRAGMA user_version").fetchone()[0] == LEFT:
        raise StoreMoved(
            "The store was moved to another place, nothing was changed: "
            "name that one in the settings, then start again."
        )


def _run(connection: sqlite3.Connection, jobs: Sequence[Job]) -> list[BaseException | None]:
    """Run jobs in the open transaction; return the error of each, or None. Raises sqlite3.Error if the disk failed."""
    try:
        for job in jobs:
            job(connection)
    except Exception as fault:
        if _is_of_disk(fault):
            raise
    else:
        return [None] * len(jobs)
    connection.execute("ROLLBACK")
    connection.execute("BEGIN IMMEDIATE")
    return [_run_in_savepoint(connection, job) for job in jobs]


def _is_of_disk(fault: Exception) -> bool:
    """Return whether a fault is of the file and so of the whole batch, and not of the job that met it."""
    return isinstance(fault, sqlite3.OperationalError) or type(fault) is sqlite3.DatabaseError


def _run_in_savepoint(connection: sqlite3.Connection, job: Job) -> BaseException | None:
    """Run one job and return its error, or None. Raises sqlite3.Error if the disk failed."""
    connection.execute("SAVEPOINT one")
    try:
        job(connection)
    except Exception as fault:
        # A fault fails only its own group and must not end the writer.
        if _is_of_disk(fault):
            raise
        outcome = fault
    else:
        connection.execute("RELEASE one")
        return None
    connection.execute("ROLLBACK TO one")
    connection.execute("RELEASE one")
    return outcome
