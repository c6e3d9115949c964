"""The intake of one source: messages are taken, stored, and only then acknowledged, as long as a flow needs them."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from connector.dataplane.streaming.journal import Journal
from connector.dataplane.wire.stream_limits import read_stream_limits
from connector.ports.flow import SourceError
from connector.ports.store_errors import StoreError
from connector.ports.streams import ArrivedBatch, Inlet, StreamSource

SILENT = "silent"
_PAUSES_S = (0.5, 30.0)
_STORE_PAUSE_S = 2.0
_LOOKS_S = 60.0

_log = logging.getLogger(__name__)


class StreamIntake:
    """Fills a journal.

    `note(reason)` is told why the source cannot be used or is silent, and None when a message has arrived. `now`
    returns ms since the epoch, and `pause` waits a number of seconds.
    """

    def __init__(
        self,
        source: StreamSource,
        journal: Journal,
        *,
        note: Callable[[str | None], None],
        now: Callable[[], int],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._source = source
        self._journal = journal
        self._note = note
        self._now = now
        self._pause = pause
        self._address: dict[str, Any] = journal.state.source
        self._silent_after = read_stream_limits(self._address).silent_after
        self._heard = time.monotonic()

    async def run(self) -> None:
        """Take messages until cancelled; a source that fails is tried again, less and less often."""
        shortest, longest = _PAUSES_S
        pause = shortest
        while True:
            stored = self._journal.state.last
            try:
                async with self._source.open(
                    self._address, name_subscription(self._journal.state.generation), self._journal.state.mark
                ) as inlet:
                    await self._fill(inlet)
            except SourceError as error:
                self._tell(str(error))
            except Exception:  # noqa: BLE001 - the client of a broker is no code of ours, and the intake must go on
                _log.exception("the intake of %s failed unexpectedly", self._journal.state.id)
                self._tell("The source failed unexpectedly: the log of this connector contains the details.")
            pause = shortest if self._journal.state.last > stored else min(2 * pause, longest)
            await self._pause(pause)

    async def _fill(self, inlet: Inlet) -> None:
        while True:
            try:
                async with asyncio.timeout(min(self._silent_after, _LOOKS_S)):
                    batch = await inlet.take()
            except TimeoutError:
                await self._look_at_clock()
                continue
            await self._store(batch)
            if batch.messages:
                self._heard = time.monotonic()
                self._note(None)
            await inlet.acknowledge()

    async def _store(self, batch: ArrivedBatch) -> None:
        """Store a batch, however long the store is away: until then, the broker keeps it."""
        while True:
            try:
                await self._journal.append(batch, self._now())
            except StoreError as error:
                self._tell(str(error))
                await self._pause(_STORE_PAUSE_S)
            else:
                return

    async def _look_at_clock(self) -> None:
        """Tell a silence, and drop what is too old, though nothing arrives."""
        silence = time.monotonic() - self._heard
        if silence >= self._silent_after:
            self._note(f"The source has sent nothing for {self._silent_after:g} s: look whether it still measures.")
            self._journal.note_trouble(SILENT)
        try:
            await self._journal.expire(self._now())
        except StoreError as error:
            _log.warning("the journal %s is not trimmed now: %s", self._journal.state.id, error)

    def _tell(self, reason: str) -> None:
        _log.warning("the stream %s waits: %s", self._journal.state.id, reason)
        self._note(reason)
        self._journal.note_trouble("unavailable")


def name_subscription(generation: str) -> str:
    """Return the name of the durable subscription of a journal at its broker."""
    return f"datenkontor-{generation}"
