"""The search index in tantivy, in a folder or in memory.

Two indexes at most: the one that answers, and one that is being built beside it. Writing has one thread, searching two.
An index that is damaged is given up and built anew; until then the other one answers, or none.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

import tantivy

from connector.ports.broker_store import Entry
from connector.ports.search_index import Counted, Followed, IndexMissing, IndexPage, Match, Query, SearchUnavailable
from connector.ports.store_errors import Unavailable
from connector.store.index import finding, folders, matching, percolation, topics
from connector.store.index.track import Fault, Track

T = TypeVar("T")

log = logging.getLogger(__name__)

SECONDS = 2.0
"""The time of one search, with its wait for a thread."""

_SEARCHES = 2
# The queries that are compared with changed entries at once.
_QUERIES = 200


async def open_index(root: Path | None) -> "TantivyIndex":
    """Open the index below a folder, created if it is missing, or one in memory without a folder.

    An index that is missing, damaged or of another layout begins empty; one of the layout before answers until the new
    one is built. Raises Unavailable if the folder cannot be written.
    """
    try:
        served, built = await asyncio.to_thread(_open_tracks, root)
    except OSError as fault:
        raise Unavailable(
            f"The search index cannot be written now ({fault}): check the disk; it is tried again."
        ) from fault
    return TantivyIndex(root, served, built)


def _open_tracks(root: Path | None) -> tuple[Track | None, Track | None]:
    if root is None:
        return None, Track(None)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    served = _open_track(folders.read_served(root))
    built = _open_track(folders.find_unfinished(root))
    folders.remove_others(root, *(track.folder for track in (served, built) if track))
    if built is None and not (served and served.folder and folders.is_of_this_layout(served.folder)):
        built = Track(folders.make_folder(root))
    return served, built


def _open_track(folder: Path | None) -> Track | None:
    if folder is None:
        return None
    try:
        return Track(folder)
    except (Fault, OSError) as fault:
        log.warning("a search index is damaged and is built anew: %s", fault)
        return None


class TantivyIndex:
    """A `SearchIndex`. `open_index` creates it."""

    def __init__(self, root: Path | None, served: Track | None, built: Track | None) -> None:
        self._root = root
        self._served = served
        self._built = built
        self._searching = ThreadPoolExecutor(_SEARCHES, thread_name_prefix="search")
        self._writing = ThreadPoolExecutor(1, thread_name_prefix="search-writer")
        self._closed = False

    def progress(self) -> Followed:
        """Return how far the index has followed the record."""
        served, built = self._served, self._built
        return Followed(
            served=served.put_up_to if served and served.writable else None,
            built=built.put_up_to if built else None,
            answers=served is not None,
            found=served.number if served else 0,
            shown=served.shown if served else 0,
        )

    async def put(self, entries: Sequence[Entry], *, built: bool = False) -> None:
        """Take over changed entries in the order of their change numbers. Raises Unavailable."""
        await self._write(built, lambda track: track.put(entries))

    async def commit(self, *, built: bool = False) -> None:
        """Make durable and findable what was put. Raises Unavailable."""
        await self._write(built, Track.commit)

    async def rebuild(self) -> None:
        """Begin an empty index beside the one that answers."""
        await self._run(self._writing, self._begin)

    async def switch(self) -> None:
        """Let the index that was built answer, and remove the other one."""
        await self._run(self._writing, self._switch)

    async def find(self, query: Query) -> IndexPage:
        """Search. Raises IndexMissing without an index, and SearchUnavailable if the search takes too long."""
        return await self._search(lambda searcher: finding.find(searcher, query))

    async def suggest(
        self, text: str, hidden: frozenset[str], visible: frozenset[int], limit: int
    ) -> Sequence[Counted]:
        """Return words, keywords and titles that begin with a text. Raises as `find`."""
        shown = Query(hidden=hidden, visible=visible)
        return await self._search(lambda searcher: finding.suggest(searcher, text, shown, limit))

    def explain(
        self, text: str, entry: Entry, *, corrected: bool = False, apart: tuple[str, ...] = ()
    ) -> tuple[Match, ...]:
        """Return why an entry matches the words of a query."""
        return matching.explain(text, entry, corrected=corrected, apart=apart)

    async def percolate(self, entries: Sequence[Entry], queries: Sequence[Query]) -> Sequence[frozenset[int]]:
        """Return for each query the rows of entries that it may find."""
        found: list[frozenset[int]] = []
        if not queries:
            return found
        try:
            small = await self._run(self._writing, partial(percolation.open_small, entries))
            try:
                for begin in range(0, len(queries), _QUERIES):
                    # In portions, on the thread that writes: commits come in between.
                    portion = queries[begin : begin + _QUERIES]
                    found += await self._run(self._writing, partial(percolation.percolate, small, entries, portion))
            finally:
                small.close()
        except Fault as fault:
            raise SearchUnavailable(f"The search index cannot compare queries now ({fault}): try again.") from fault
        return found

    def list_topics(self, text: str) -> tuple[str, ...]:
        """Return the words of a text that say what it is about."""
        return topics.list_topics(text)

    def find_topics(self, topics: Sequence[str], entry: Entry) -> tuple[str, ...]:
        """Return which of the topics an entry has in its texts and names."""
        return matching.find_topics(topics, entry)

    async def close(self) -> None:
        """Finish the running jobs and close; what was not committed is put again after the next start."""
        self._closed = True
        for pool in (self._writing, self._searching):
            await asyncio.to_thread(pool.shutdown, cancel_futures=True)
        for track in (self._served, self._built):
            if track:
                await asyncio.to_thread(track.close)

    async def _search(self, job: Callable[[tantivy.Searcher], T]) -> T:
        track = self._served
        if track is None:
            raise IndexMissing("The search index is being built: try again in a moment.")
        try:
            async with asyncio.timeout(SECONDS):
                return await self._run(self._searching, partial(track.search, job))
        except TimeoutError:
            raise SearchUnavailable(
                f"The search takes longer than {SECONDS:g} s: use more or rarer words, or retry."
            ) from None
        except Fault as fault:
            await self._run(self._writing, partial(self._examine, track))
            log.warning("a search failed: %s", fault)
            raise SearchUnavailable("The search failed: use other words, or retry.") from fault

    async def _write(self, built: bool, job: Callable[[Track], None]) -> None:
        track = self._built if built else self._served
        if track is None:
            return
        try:
            await self._run(self._writing, partial(job, track))
        except Fault as fault:
            await self._run(self._writing, partial(self._reopen, track))
            raise Unavailable(
                f"The search index cannot be written now ({fault}): check the disk; it is tried again."
            ) from fault

    async def _run(self, pool: ThreadPoolExecutor, job: Callable[[], T]) -> T:
        if self._closed:
            raise Unavailable("The search index is closed: open it again.")
        return await asyncio.get_running_loop().run_in_executor(pool, job)

    def _begin(self) -> None:
        """Begin an empty index; one that was begun before is removed."""
        if self._built:
            self._built.close()
        if self._root is None:
            self._built = Track(None)
            return
        folders.remove_others(self._root, self._served.folder if self._served else None)
        self._built = Track(folders.make_folder(self._root))

    def _switch(self) -> None:
        old, new = self._served, self._built
        if new is None:
            return
        if self._root and new.folder:
            folders.write_served(self._root, new.folder)
        self._served, self._built = new, None
        if old:
            old.close()
        if self._root:
            folders.remove_others(self._root, new.folder)

    def _examine(self, track: Track) -> None:
        """Give up the index that answers if it is damaged; if it is not, the query was at fault."""
        if track is self._served and track.folder and not folders.is_whole(track.folder):
            log.error("the search index is damaged and is built anew")
            track.close()
            self._served = None
            if self._built is None:
                self._begin()

    def _reopen(self, track: Track) -> None:
        """Go back to the last commit of an index that could not be written; one that is damaged is built anew."""
        track.close()
        again = _open_track(track.folder) if track.folder else None
        if track is self._built:
            self._built = again
            if again is None:
                self._begin()
        elif again:
            self._served = again
        else:
            # What can still be read answers until the new one is built.
            track.writable = False
            if self._built is None:
                self._begin()
