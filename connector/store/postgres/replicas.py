"""Several processes on one database: each has an epoch, shows that it is alive, and takes up what the dead have left.

A replica that was silent for longer than `SILENT_S` is ended by another one: its epoch is deleted, and with it its
right to write. What it drove is free from then on. NOTIFY tells the others which process a commit has changed.
"""

import asyncio
import logging
import os
import platform
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec

from connector.ports.entities import Flow
from connector.ports.store import AnyProcess
from connector.ports.store_errors import StoreError, Unavailable
from connector.protocol.dsp.machines.machine import ProcessKind
from connector.protocol.dsp.machines.negotiation_machine import Negotiation
from connector.protocol.dsp.machines.transfer_machine import Transfer
from connector.store.postgres.migrate import DatabaseRefused
from connector.store.postgres.statements.connection import FAULTS, PostgresConnection, describe_fault, to_error

BEAT_S, SILENT_S = 3.0, 15.0
NOTHING_ALIKE: Mapping[str, str] = {}
CHANNEL, RECORD_CHANNEL, BOARD_CHANNEL = "datenkontor", "datenkontor_record", "datenkontor_board"

_flow = msgspec.msgpack.Decoder(Flow).decode
_negotiation = msgspec.msgpack.Decoder(Negotiation).decode
_transfer = msgspec.msgpack.Decoder(Transfer).decode
_log = logging.getLogger(__name__)

_LATE_S = SILENT_S - 2 * BEAT_S
"""From which age of its own beat on a replica ends no other: theirs may be as old, and one beat older."""

_BEAT = """
WITH mine AS (SELECT epoch, extract(epoch FROM clock_timestamp() - seen_at) AS silent FROM replicas WHERE epoch = $1)
UPDATE replicas SET seen_at = clock_timestamp() FROM mine WHERE replicas.epoch = mine.epoch RETURNING abs(silent)
"""
# Who writes now has its row, and shows by itself that it is alive.
_GIVE_TIME = """
UPDATE replicas SET seen_at = clock_timestamp() WHERE epoch IN (
    SELECT epoch FROM replicas WHERE epoch <> $1 AND ($2 OR seen_at > clock_timestamp() + make_interval(secs => $3))
    FOR UPDATE SKIP LOCKED
)
"""
_END_SILENT = """
DELETE FROM replicas WHERE epoch <> $1
AND seen_at < (SELECT seen_at FROM replicas WHERE epoch = $1) - make_interval(secs => $2) RETURNING name
"""
_LIVING = "SELECT epoch FROM replicas ORDER BY epoch"
_IS_FREE = "(claimant IS NULL OR NOT EXISTS (SELECT 1 FROM replicas WHERE epoch = claimant))"
_ANY_FREE = f"SELECT EXISTS (SELECT 1 FROM processes WHERE owner = $1 AND due_at <= $2 AND {_IS_FREE})"  # noqa: S608 - constants
_TAKE = f"""
UPDATE processes SET claimant = NULL WHERE place IN (
    SELECT place FROM processes WHERE owner = ? AND due_at <= ? AND {_IS_FREE}
    ORDER BY due_at, place LIMIT ? FOR UPDATE SKIP LOCKED
)
"""  # noqa: S608 - constants
_MINE = """
SELECT kind, body FROM processes WHERE owner = $1 AND due_at <= $2 AND claimant = $3 ORDER BY due_at, place LIMIT $4
"""
# A flow that this side moves has no token: it is a push or a fetch.
_LEFT = """
SELECT body FROM flows WHERE owner = $1 AND state = 'STARTED' AND token_hash IS NULL AND plane IS NULL
AND (mover IS NULL OR NOT EXISTS (SELECT 1 FROM replicas WHERE epoch = mover)) ORDER BY place
"""
_TAKE_FLOW = """
UPDATE flows SET mover = ? WHERE owner = ? AND id = ?
AND (mover IS NULL OR mover = ? OR NOT EXISTS (SELECT 1 FROM replicas WHERE epoch = mover))
"""


class DatabaseReplica:
    """This process among those that share a database.

    `heard` is called with the identifier of a process that another replica has changed, `missed` when the others are
    heard from now on and may have changed anything before, `freed` when a replica has ended, so that its work is looked
    for, and `ended` when the epoch of this one is over.

    `alike` is what all of them have to have alike: words without spaces, by their name, and nothing secret.

    With `lead`, the number of an advisory lock, one of them leads at a time: the lock ends with the connection of the
    one that has it, and the server ends a connection that shows no life.
    """

    def __init__(
        self, channel: str = CHANNEL, lead: int | None = None, alike: Mapping[str, str] = NOTHING_ALIKE
    ) -> None:
        self._channel = channel
        self._alike = alike
        self._lead = lead
        self.leads = asyncio.Event()
        """Set while this replica leads."""
        self.turned: Callable[[], None] = lambda: None
        """Called when this replica has begun or ceased to lead, or to hear the others."""
        self.epoch = 0
        self.is_first = asyncio.Event()
        """Set while this replica is the oldest one: it alone does what one process does for all."""
        self.count = 1
        """How many replicas there were at the last beat."""
        self._living: set[int] = set()
        """The epochs at the last beat."""
        self.heard: Callable[[str], None] = lambda _: None
        self.missed: Callable[[], None] = lambda: None
        self.freed: Callable[[], None] = lambda: None
        self.ended = asyncio.Event()
        self.listens = asyncio.Event()
        """Set while the others are heard."""
        self._tasks: list[asyncio.Task[None]] = []

    async def register(self, connection: Any) -> None:
        """Get an epoch. Raises DatabaseRefused if an older replica that is alive has not alike what it has to."""
        name = " ".join([f"{platform.node()}:{os.getpid()}", *(f"{key}={value}" for key, value in self._alike.items())])
        self.epoch = await connection.fetchval("INSERT INTO replicas (name) VALUES ($1) RETURNING epoch", name)
        await self._look(connection)
        for row in await connection.fetch("SELECT name FROM replicas WHERE epoch < $1 ORDER BY epoch", self.epoch):
            if fault := self._find_difference(row["name"]):
                await connection.execute("DELETE FROM replicas WHERE epoch = $1", self.epoch)
                raise DatabaseRefused(fault)

    def _find_difference(self, name: str) -> str | None:
        """Return what another replica has not alike, by its name. One of an older release says less of itself."""
        process, *words = name.split(" ")
        theirs = dict(word.partition("=")[::2] for word in words)
        differing = {key for key, value in self._alike.items() if theirs.get(key, value) != value}
        if "secret" in differing:
            return (
                f"The process {process} on this database has another secret for pseudonyms: "
                "copy the file `store.secret` from its folder."
            )
        if "zone" in differing:
            other, own = theirs["zone"], self._alike["zone"]
            return f"The process {process} on this database counts in the zone {other}, not in {own}: use one for both."
        return None

    def begin(self, connect: Callable[[], Awaitable[Any]]) -> None:
        """Show from now on that this process is alive, and hear of the others, until `leave`."""
        self._tasks.append(asyncio.create_task(self._keep_alive(connect), name="replica"))

    def end(self) -> None:
        """Note that the epoch is over: this process has to be started again."""
        if not self.ended.is_set():
            _log.error("another replica has replaced this one, which was silent for too long: it stops")
        self.ended.set()

    async def leave(self, pool: Any) -> None:
        """Give up the epoch: others take up the work at once."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with suppress(*FAULTS):
            await pool.execute("DELETE FROM replicas WHERE epoch = $1", self.epoch)

    async def _keep_alive(self, connect: Callable[[], Awaitable[Any]]) -> None:
        while not self.ended.is_set():
            connection = None
            try:
                connection = await connect()
                await connection.add_listener(self._channel, self._hear)
                if self._lead is not None:
                    await connection.execute(f"SET idle_session_timeout = '{int(SILENT_S)}s'")
                self.listens.set()
                self.turned()
                self.missed()
                while await self._look(connection):  # noqa: ASYNC110 - a heart beats by the clock
                    await asyncio.sleep(BEAT_S)
            except (*FAULTS, StoreError) as fault:
                _log.warning("the database does not answer (%s): it is asked again", describe_fault(fault))
                await asyncio.sleep(BEAT_S)
            finally:
                self.listens.clear()
                self.leads.clear()
                self.turned()
                if connection:
                    with suppress(*FAULTS):
                        await connection.close(timeout=1)

    async def _look(self, connection: Any) -> bool:
        """Show that this process is alive and end those that are not; return whether this one may go on."""
        silent_s = await connection.fetchval(_BEAT, self.epoch)
        if silent_s is None:
            self.end()
            return False
        # A beat in the future is of a time when the clock was ahead: the dead would have it for as long.
        await connection.execute(_GIVE_TIME, self.epoch, silent_s > _LATE_S, BEAT_S)
        gone = await connection.fetch(_END_SILENT, self.epoch, SILENT_S)
        for row in gone:
            _log.warning(
                "the replica %s was silent for %d s: its work is taken up here", row["name"].partition(" ")[0], SILENT_S
            )
        living = [row["epoch"] for row in await connection.fetch(_LIVING)]
        ended = not self._living <= set(living)
        self._living, self.count = set(living), max(1, len(living))
        if living and living[0] == self.epoch:
            self.is_first.set()
        if gone or ended:
            self.freed()
        waits = self._lead is not None and self.listens.is_set() and not self.leads.is_set()
        if waits and await connection.fetchval("SELECT pg_try_advisory_lock($1)", self._lead):
            self.leads.set()
            self.turned()
        return True

    def _hear(self, _connection: Any, _pid: int, _channel: str, payload: object) -> None:
        epoch, _, process = str(payload).partition(" ")
        if epoch != str(self.epoch):
            self.heard(process)


async def claim(pool: Any, writer: Any, epoch: int, owner: str, until: int, limit: int) -> Sequence[AnyProcess]:
    """Return processes that are due until then and belong to this replica, after it took those that belong to none."""

    def take(connection: PostgresConnection) -> None:
        # The trigger of the table notes the epoch of the writer.
        connection.execute(_TAKE, (owner, until, limit))

    try:
        if await pool.fetchval(_ANY_FREE, owner, until):
            await writer.submit(take)
        rows = await pool.fetch(_MINE, owner, until, epoch, limit)
    except FAULTS as fault:
        raise _to_unavailable(fault) from fault
    return [_negotiation(body) if kind == ProcessKind.NEGOTIATION else _transfer(body) for kind, body in rows]


def _to_unavailable(fault: BaseException) -> Unavailable:
    """Return a fault of a read as what the callers wait for: the store answers later."""
    error = to_error(fault)
    return error if isinstance(error, Unavailable) else Unavailable(str(error))


async def list_left(pool: Any, owner: str) -> Sequence[Flow]:
    """Return the started flows that this side moves and that no living replica has taken."""
    try:
        rows = await pool.fetch(_LEFT, owner)
    except FAULTS as fault:
        raise _to_unavailable(fault) from fault
    return [_flow(row["body"]) for row in rows]


async def take_flow(writer: Any, epoch: int, owner: str, id: str) -> bool:
    """Take a flow that belongs to no other living replica; return whether this one has it."""
    taken = 0

    def take(connection: PostgresConnection) -> None:
        nonlocal taken
        taken = connection.execute(_TAKE_FLOW, (epoch, owner, id, epoch)).rowcount

    await writer.submit(take)
    return taken == 1
