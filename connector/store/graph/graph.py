"""The graphs on disk: one store that is written, and published copies of it that nobody writes.

A query sees a few graphs with the statements about many entries, not one graph for each entry: a list of a thousand
graphs would take a second to look at. Each statement is also in a graph of its entry, which no query sees: it tells
what was said of the entry before, and whether another one says the same.

A published copy consists of hard links (`Store.backup`), so it costs a few milliseconds and no space. Its name is the
change number up to which it is complete. After a crash the changes since then are put again, which changes nothing that
was put already: what is in the graph of an entry is removed from there last, and all that is said is written until the
first copy is published. What cannot be opened, or was made for another layout, is removed and built anew.
"""

import asyncio
import logging
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from connector.ports.graph import GraphAnswer, GraphDamaged, GraphPart, GraphQuestion, SparqlRefused
from connector.semantic.writing import to_quad
from connector.store.graph.pool import WorkerPool

T = TypeVar("T")

_WRITTEN, _LAYOUT = "written", "layout"
# Between the graph and the name of an entry.
_OWN = "?entry="
# The one before the last may still be read by a query that runs.
_KEPT = 2
# The entries that are loaded at once while a graph is built: some ten thousand statements.
_PIECE = 500
# So many changes of statements are flushed to the disk: else each index keeps up to 128 MB of them in memory.
_FLUSHED = 20_000

log = logging.getLogger(__name__)


class OxigraphStore:
    """A `GraphStore` in a folder. `open_graph` opens it."""

    def __init__(self, folder: Path, layout: str) -> None:
        self._folder, self._layout = folder, layout
        self._writing = ThreadPoolExecutor(1, thread_name_prefix="graph-writer")
        self._store: Any = None
        self._published: Path | None = None
        # What is put while the graph is built anew, by the names of the graphs of entries.
        self._gathered: dict[str, GraphPart] = {}
        self._is_new = False
        self._unflushed = 0
        # Until a copy is published: a process that ended may have left half of what it wrote.
        self._is_unsure = True
        self._pool = WorkerPool(lambda: self._published)

    async def read_position(self) -> int:
        """Return the change number up to which the graph is published, 0 for one to be built anew."""
        return await self._run(self._open)

    async def clear(self) -> None:
        """Remove everything."""
        await self._run(self._clear)

    async def put(self, parts: Sequence[GraphPart]) -> None:
        """Replace what is said of entries."""
        await self._run(lambda: self._put(parts))

    async def publish(self, position: int) -> None:
        """Publish a copy of what was put."""
        await self._run(lambda: self._publish(position))

    async def ask(self, question: GraphQuestion) -> GraphAnswer:
        """Answer a query of the published copy. Raises SparqlRefused."""
        try:
            return await self._pool.ask(question)
        except GraphDamaged:
            self._published = None
            raise SparqlRefused(503, "building", "The graph is damaged and is built anew: try again later.") from None

    async def close(self) -> None:
        """Stop the queries that run, and close."""
        await self._pool.close()
        await asyncio.to_thread(self._writing.shutdown)
        self._store = None

    async def _run(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._writing, work)
        except RuntimeError as error:
            # pyoxigraph meets damage with it.
            self._published = None
            raise GraphDamaged(str(error)) from error

    def _open(self) -> int:
        import pyoxigraph as ox

        if self._published is not None:
            return int(self._published.name)
        self._store, self._is_unsure = None, True
        kept = self._folder / _LAYOUT
        known = kept.is_file() and kept.read_text("utf-8") == self._layout
        copies = self._list_copies()
        if known and copies:
            try:
                self._store = ox.Store(str(self._folder / _WRITTEN))
                ox.Store.read_only(str(copies[-1]))
            except (OSError, RuntimeError) as error:
                log.warning("the graph for SPARQL cannot be opened, and is built anew: %s", error)
            else:
                self._published = copies[-1]
                return int(copies[-1].name)
        self._clear()
        return 0

    def _clear(self) -> None:
        import pyoxigraph as ox

        self._published = self._store = None
        self._gathered.clear()
        self._is_new = True
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(mode=0o700, parents=True)
        self._store = ox.Store(str(self._folder / _WRITTEN))
        (self._folder / _LAYOUT).write_text(self._layout, "utf-8")

    def _put(self, parts: Sequence[GraphPart]) -> None:
        """Replace what is said of entries. A graph that was never published is gathered, and loaded in large pieces."""
        if not self._is_new:
            self._replace(parts)
            return
        for part in parts:
            own = _name_own(part)
            if own in self._gathered or self._is_known(own):
                self._load()
                self._replace([part])
            else:
                self._gathered[own] = part
        if len(self._gathered) >= _PIECE:
            self._load()

    def _is_known(self, own: str) -> bool:
        import pyoxigraph as ox

        return next(self._store.quads_for_pattern(None, None, None, ox.NamedNode(own)), None) is not None

    def _load(self) -> None:
        """Load what was gathered: sorted at once, it takes a fifth of the time and of the space."""
        graphs = ((own, part.graph, part.statements) for own, part in self._gathered.items())
        self._store.bulk_extend(
            to_quad(statement, name) for own, graph, said in graphs for statement in said for name in (own, graph)
        )
        self._gathered.clear()

    def _replace(self, parts: Sequence[GraphPart]) -> None:
        import pyoxigraph as ox

        added: list[Any] = []
        for part in parts:
            own, shared = ox.NamedNode(_name_own(part)), ox.NamedNode(part.graph)
            known = {*self._store.quads_for_pattern(None, None, None, own)}
            said = {to_quad(statement, own.value) for statement in part.statements}
            for quad in known - said:
                if not self._is_said(quad, part.graph):
                    self._store.remove(ox.Quad(quad.subject, quad.predicate, quad.object, shared))
                self._store.remove(quad)
                self._unflushed += 2
            # Most of what is said of an entry stays: to write it again costs more than all else.
            for quad in said if self._is_unsure else said - known:
                added += (quad, ox.Quad(quad.subject, quad.predicate, quad.object, shared))
        # At last: what one entry does not say any more may be what another one says now.
        self._store.extend(added)
        self._unflushed += len(added)
        if self._unflushed >= _FLUSHED:
            self._flush()

    def _flush(self) -> None:
        self._store.flush()
        self._unflushed = 0

    def _is_said(self, quad: Any, graph: str) -> bool:
        """Return whether another entry of a graph says the same."""
        others = self._store.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
        names = (other.graph_name for other in others if other.graph_name != quad.graph_name)
        return any(name.value.startswith(graph + _OWN) for name in names)

    def _publish(self, position: int) -> None:
        self._load()
        self._is_new = self._is_unsure = False
        self._flush()
        copy = self._folder / str(position)
        if copy != self._published:
            partial = self._folder / f"{position}.partial"
            for left in (partial, copy):
                shutil.rmtree(left, ignore_errors=True)
            self._store.backup(str(partial))
            partial.rename(copy)
            self._published = copy
        for old in self._list_copies()[:-_KEPT]:
            shutil.rmtree(old, ignore_errors=True)

    def _list_copies(self) -> list[Path]:
        found = self._folder.iterdir() if self._folder.is_dir() else ()
        return sorted((path for path in found if path.name.isdecimal()), key=lambda path: int(path.name))


def _name_own(part: GraphPart) -> str:
    return f"{part.graph}{_OWN}{part.name}"


def open_graph(folder: Path, layout: str) -> OxigraphStore:
    """Return the graph in a folder; a graph of another `layout` is built anew."""
    return OxigraphStore(folder, layout)
