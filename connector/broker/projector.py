"""The projector: the task that lets the search index follow the record, from change number to change number.

It is woken by the commits of the crawler and never polls. A first change after a rest is found at once; under load,
the index commits once in a second. What was not committed before a process ended is read again from the record. An
index that is built anew follows in turns with the one that answers, and takes its place as soon as it has all changes.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from connector.broker.finding import is_found_elsewhere
from connector.ports.broker_store import BrokerStore, Entry
from connector.ports.search_index import SearchIndex
from connector.ports.store_errors import StoreError

log = logging.getLogger(__name__)

# The entries that are read at once. Each has up to a quarter of a megabyte.
_BATCH = 100
_APART_S, _COMMIT_AFTER_S = 1.0, 2.0
_RETRY_S = 5.0


class Projector:
    """Lets an index follow a record. `clock` returns seconds that only grow; `followed` is called after a commit."""

    def __init__(
        self,
        record: BrokerStore,
        index: SearchIndex,
        *,
        clock: Callable[[], float],
        followed: Callable[[], None] = lambda: None,
    ) -> None:
        self._record = record
        self._index = index
        self._clock = clock
        self._followed = followed
        self._wake = asyncio.Event()
        self._committed_at: float | None = None
        self._rebuild_wanted = False
        self._committed = asyncio.Event()

    def wake(self) -> None:
        """Note that the record has changed."""
        self._wake.set()

    def request_rebuild(self) -> None:
        """Build the index anew, while the present one answers."""
        # The task begins it between two turns: what it puts in a turn belongs to one index.
        self._rebuild_wanted = True
        self.wake()

    async def wait_followed(self, seq: int, timeout_s: float) -> bool:
        """Wait until the index that answers has followed to a change number; return False if it has not in time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while self._index.progress().found < seq:
                    await self._committed.wait()
        return self._index.progress().found >= seq

    async def run(self) -> None:
        """Follow the record until cancelled."""
        while True:
            self._wake.clear()
            try:
                await self.follow()
            except StoreError as fault:
                log.warning("the search index does not follow the record: %s", fault)
                await asyncio.sleep(_RETRY_S)
                continue
            except Exception:
                # The worker loop: an error of one turn must not end the search for new entries.
                log.exception("the search index does not follow the record")
                await asyncio.sleep(_RETRY_S)
                continue
            await self._wake.wait()
            await self._rest()

    async def follow(self) -> None:
        """Take over all changes of the record that the index does not have yet. Raises StoreError."""
        await self._restart_if_ahead()
        finished = False
        while not finished:
            if self._rebuild_wanted:
                self._rebuild_wanted = False
                await self._index.rebuild()
            progress = self._index.progress()
            finished = progress.served is None or await self._take(progress.served, built=False)
            if progress.built is not None:
                finished = False
                if await self._take(progress.built, built=True):
                    await self._index.switch()
                    self._note_followed()

    async def _take(self, after: int, *, built: bool) -> bool:
        """Put and commit changes for a while, so that the other index has its turn; return whether no more are left."""
        until = self._clock() + _COMMIT_AFTER_S
        finished = False
        while not finished and self._clock() < until:
            changed = await self._record.changes(after, _BATCH, tests=True)
            finished = len(changed) < _BATCH
            if changed:
                await self._index.put(await self._show_once(changed), built=built)
                after = changed[-1].seq
        await self._index.commit(built=built)
        self._committed_at = self._clock()
        self._note_followed()
        return finished

    async def _show_once(self, changed: Sequence[Entry]) -> Sequence[Entry]:
        """Return changes, and with them the references to the same datasets: of each dataset, the first place is found.

        Other references to it are put as removed, until they are the first ones.
        """
        if not (await self._record.reach()).portals:
            return changed
        ids = tuple({entry.id for entry in changed})
        first = await self._record.first_rows(ids)
        references = {entry.row: entry for entry in await self._record.view().references(ids)}
        # They are put again and have no new number: how far the index has followed is said by the changes alone.
        rows = {entry.row for entry in changed}
        before = [replace(entry, seq=0) for row, entry in references.items() if row not in rows]
        return [_place(entry, first) for entry in (*before, *changed)]

    def _note_followed(self) -> None:
        self._committed.set()
        self._committed = asyncio.Event()
        self._followed()

    async def _restart_if_ahead(self) -> None:
        """Build an index anew that has followed another record: an older one was restored, or a new one begun."""
        progress = self._index.progress()
        last = await self._record.last_change()
        if max(progress.served or 0, progress.built or 0) > last:
            await self._index.rebuild()

    async def _rest(self) -> None:
        """Wait until a second has passed since the last commit, so that many crawls share one."""
        if self._committed_at is not None:
            await asyncio.sleep(max(0.0, self._committed_at + _APART_S - self._clock()))


def _place(entry: Entry, first: Mapping[str, int]) -> Entry:
    """Return an entry; a reference that does not come first of its dataset as removed, unless it is a test."""
    present = entry.removed_at is None and not entry.is_test
    hidden = present and is_found_elsewhere(entry, first)
    return replace(entry, removed_at=entry.changed_at) if hidden else entry
