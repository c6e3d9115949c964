"""Group commit in PostgreSQL: many waiting jobs become one transaction, and the replicas write one after the other.

A batch has the advisory lock of the writer until its commit. So all places, positions and numbers follow the order of
the commits, and each test of a limit sees every use before it, as in SQLite. A replica whose epoch is over writes
nothing: its batch is refused before its first statement.

The statements of a batch are gathered by their texts. A refusal fails only its own group: the batch is taken back to
its begin, and each job runs again behind a savepoint. A connection that breaks before COMMIT has stored nothing. If it
breaks during COMMIT, the server is asked what became of the transaction, so that nobody hears "nothing was changed" of
what is stored.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from connector.ports.store_errors import StoreError, Unavailable
from connector.store.postgres.measuring import TableMeasurer
from connector.store.postgres.migrate import LOCK
from connector.store.postgres.statements.bridge import run_bridged
from connector.store.postgres.statements.connection import FAULTS, PostgresConnection, to_error
from connector.store.postgres.statements.gathering import GatheringConnection

PostgresJob = Callable[[Any], object]

_OVER = "DK001"
# Who waits for a lock gives up before the client does: so the server names the reason, and keeps no lock for nobody.
_LOCKED_S, _IDLE_S, _ASKED_S = 8, 10, 10.0
_BEGIN = (
    f"BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = '{_LOCKED_S}s'; "
    f"SET LOCAL idle_in_transaction_session_timeout = '{_IDLE_S}s'; SELECT pg_advisory_xact_lock"
)

_log = logging.getLogger(__name__)


class Fenced(Unavailable):
    """Another replica has ended the epoch of this one, which was silent for too long: it writes nothing more."""


class PostgresWriter:
    """Runs jobs on one connection, on one event loop. `connect` opens it, also after a fault.

    `speak` translates the statements of jobs, `epoch` is that of this replica, `chore` returns work that is due with
    each batch, `fenced` is called once when the epoch is over, and `lock` is that of the chapter.
    """

    def __init__(
        self,
        connect: Callable[[], Awaitable[Any]],
        speak: Callable[[str], str],
        epoch: int,
        *,
        chore: Callable[[], PostgresJob | None] | None = None,
        fenced: Callable[[], None] = lambda: None,
        capacity: int = 10_000,
        batch: int = 64,
        lock: int = LOCK,
    ) -> None:
        self._connect = connect
        self._epoch = epoch
        self._chore = chore
        self._fenced = fenced
        self._capacity = capacity
        self._lock = lock
        self._opening = f"{_BEGIN}({lock})"
        self._batch = batch
        self._connection: Any = None
        self._direct = PostgresConnection(self._lend, speak)
        self._measurer = TableMeasurer(connect)
        self._waiting: deque[tuple[asyncio.Future[None], PostgresJob]] = deque()
        self._task: asyncio.Task[None] | None = None
        self._number = 0
        self._closed = False
        self._over = False

    async def submit(self, job: PostgresJob) -> None:
        """Run `job` in the next transaction; return after it is durable. Raises the job's error, or Unavailable."""
        if self._closed:
            raise Unavailable("The store is closed: open it again.")
        if len(self._waiting) >= self._capacity:
            raise Unavailable(f"The limit of {len(self._waiting)} waiting changes is reached: try again later.")
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((future, job))
        if self._task is None:
            self._task = asyncio.create_task(self._work(), name="store-writer")
        await future

    async def close(self) -> None:
        """Finish the waiting jobs and close the connection."""
        self._closed = True
        if self._task:
            await self._task
        await self._measurer.close()
        await self._drop(gently=True)

    async def _work(self) -> None:
        try:
            while self._waiting:
                count = min(self._batch, len(self._waiting))
                await self._settle([self._waiting.popleft() for _ in range(count)])
        finally:
            self._task = None

    async def _settle(self, batch: Sequence[tuple["asyncio.Future[None]", PostgresJob]]) -> None:
        """Write a batch and wake whoever waits for it."""
        chore = self._chore() if self._chore else None
        try:
            outcomes = await self._write([job for _, job in batch], chore)
            self._measurer.note_written(len(batch))
        except Exception as fault:  # noqa: BLE001 - whatever it is, no caller may wait for ever
            refused = fault if isinstance(fault, StoreError) else to_error(fault)
            _log.error("the store cannot write, %d groups failed: %s", len(batch), refused)
            await self._drop()
            outcomes = [refused] * len(batch)
        for (future, _), outcome in zip(batch, outcomes, strict=True):
            if future.done():
                continue
            if outcome is None:
                future.set_result(None)
            else:
                future.set_exception(outcome)

    async def _write(self, jobs: Sequence[PostgresJob], chore: PostgresJob | None) -> list[BaseException | None]:
        """Run jobs, and then the chore, in one transaction and commit it; return the error of each job, or None."""
        if self._over:
            raise Fenced("This replica was replaced: start it again.")
        if self._connection is not None and self._connection.is_closed():
            # The server was started again since the last batch: nothing of this one is sent yet.
            await self._drop()
        connection = self._connection = self._connection or await self._connect()
        number = await self._begin(connection)
        outcomes = await run_bridged(_run, self._direct, jobs)
        if chore is not None:
            await run_bridged(_run_in_savepoint, self._direct, chore)
        try:
            await connection.execute("COMMIT")
        except FAULTS as fault:
            await self._ask(number, fault)
        return outcomes

    async def _begin(self, connection: Any) -> int:
        """Begin a transaction as the one who writes; return the number of its batch. Raises Fenced."""
        self._number += 1
        begin = f"SELECT begin_writing({self._epoch}, {self._number}); SAVEPOINT batch"
        try:
            # One round trip; each statement of it sees what was committed before its own begin.
            await connection.execute(f"{self._opening}; {begin}")
        except asyncpg.PostgresError as fault:
            if fault.sqlstate != _OVER:
                raise
            self._over = True
            self._fenced()
            raise Fenced("This replica was silent for too long and was replaced: start it again.") from fault
        return self._number

    async def _ask(self, number: int, fault: BaseException) -> None:
        """Return if the transaction is committed although its COMMIT had no answer. Raises Unavailable if it is not."""
        await self._drop()
        end = asyncio.get_running_loop().time() + _ASKED_S
        while asyncio.get_running_loop().time() < end:
            try:
                connection = self._connection = self._connection or await self._connect()
                # Who gets the lock knows that the transaction is over.
                await connection.execute(f"SELECT pg_advisory_xact_lock({self._lock})")
                last = await connection.fetchval("SELECT batch FROM replicas WHERE epoch = $1", self._epoch)
            except (*FAULTS, StoreError):
                await self._drop()
                last = None
            if last == number:
                return
            if last is not None:
                raise to_error(fault) from fault
            await asyncio.sleep(0.2)
        raise Unavailable(
            "The database did not answer whether the change is stored: look at it when the server is back."
        ) from fault

    async def _drop(self, *, gently: bool = False) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            if gently:
                await connection.close(timeout=2)
            else:
                connection.terminate()
        except FAULTS:
            connection.terminate()

    @asynccontextmanager
    async def _lend(self) -> AsyncIterator[Any]:
        yield self._connection


def _run(direct: PostgresConnection, jobs: Sequence[PostgresJob]) -> list[BaseException | None]:
    """Run jobs in the open transaction; return the error of each, or None. Raises Unavailable if the server failed."""
    try:
        _run_gathered(direct, jobs)
    except Unavailable:
        raise
    except Exception:  # noqa: BLE001 - which job failed, the next lines find out
        direct.execute("ROLLBACK TO SAVEPOINT batch")
        return [_run_apart(direct, job) for job in jobs]
    return [None] * len(jobs)


def _run_gathered(direct: PostgresConnection, jobs: Sequence[PostgresJob]) -> None:
    gathering = GatheringConnection(direct)
    for job in jobs:
        job(gathering)
    gathering.send()


def _run_apart(direct: PostgresConnection, job: PostgresJob) -> BaseException | None:
    """Run one job, and once more with every answer if it fails; return its error, or None."""
    if _run_in_savepoint(direct, lambda connection: _run_gathered(connection, [job])) is None:
        return None
    return _run_in_savepoint(direct, job)


def _run_in_savepoint(direct: PostgresConnection, job: PostgresJob) -> BaseException | None:
    """Run one job and return its error, or None. Raises Unavailable if the server failed."""
    direct.execute("SAVEPOINT one")
    try:
        job(direct)
    except Unavailable:
        raise
    except Exception as fault:  # noqa: BLE001 - a fault fails only its own group and must not end the writer
        direct.execute("ROLLBACK TO SAVEPOINT one")
        return fault
    direct.execute("RELEASE SAVEPOINT one")
    return None
