"""One index of tantivy that follows the record: it is opened, written up to a change number, and searched.

What tantivy raises is a `Fault`. Its functions release the interpreter, so they run on threads beside the event loop.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import tantivy

from connector.ports.broker_store import EVERYBODY, Entry
from connector.store.index.documents import MARK, make_document, make_mark, make_schema, register
from connector.store.index.folders import is_whole

T = TypeVar("T")

log = logging.getLogger(__name__)

# The memory of a writer, in bytes: what it holds before it writes a segment.
_HEAP = 48_000_000


class Fault(Exception):
    """An index cannot be opened, read or written; the message is that of the library."""


@contextmanager
def _raising_faults() -> Iterator[None]:
    try:
        yield
    except (ValueError, OSError) as fault:
        raise Fault(str(fault)) from fault
    except BaseException as fault:
        # A panic of the library is no `Exception`, and its class cannot be imported.
        if type(fault).__name__ != "PanicException":
            raise
        raise Fault(str(fault)) from fault


class Track:
    """An index in a folder, or in memory without one. `number` is the change number of its last commit.

    `shown` is the number, among those for everybody, of the last change in it that everybody sees. `put_up_to` and
    `put_shown` are those of what was put since. One that is not `writable` any more can still be searched.
    Raises Fault if the folder has no sound index of this schema.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.writable = True
        self._writer: tantivy.IndexWriter | None = None
        with _raising_faults():
            if folder and not is_whole(folder):
                raise ValueError("a file does not agree with its checksum")
            self._index = tantivy.Index(make_schema(), str(folder) if folder else None)
            register(self._index)
            self._index.config_reader("manual")
            self._searcher = self._index.searcher()
            self.number, self.shown = _read_mark(self._searcher)
        self.put_up_to, self.put_shown = self.number, self.shown

    def put(self, entries: Sequence[Entry]) -> None:
        """Take over changed entries in the order of their change numbers. Raises Fault."""
        with _raising_faults():
            if self._writer is None:
                self._writer = self._index.writer(_HEAP, 1)
            for entry in entries:
                self._writer.delete_documents_by_term("row", entry.row)
                made = _make(entry)
                if made is not None:
                    self._writer.add_document(made)
                if entry.seq:
                    self._note(entry)

    def _note(self, entry: Entry) -> None:
        self.put_up_to = entry.seq
        if entry.visibility == EVERYBODY:
            self.put_shown = entry.change

    def commit(self) -> None:
        """Make durable and findable what was put. Raises Fault."""
        if self._writer is None or self.put_up_to == self.number:
            return
        with _raising_faults():
            self._writer.delete_documents_by_term("row", MARK)
            self._writer.add_document(make_mark(self.put_up_to, self.put_shown))
            self._writer.commit()
            self._index.reload()
            self._searcher = self._index.searcher()
        self.number, self.shown = self.put_up_to, self.put_shown

    def search(self, job: Callable[[tantivy.Searcher], T]) -> T:
        """Return the result of a job with the searcher of the last commit. Raises Fault."""
        with _raising_faults():
            return job(self._searcher)

    def close(self) -> None:
        """Give the writer back, with its lock and its threads; what was not committed is lost."""
        self._writer = None


def _make(entry: Entry) -> tantivy.Document | None:
    """Return the document of an entry, or None for a tombstone and for an entry that none can be made of."""
    if entry.removed_at is not None:
        return None
    try:
        return make_document(entry)
    except ValueError:
        # One entry that the library refuses does not keep all others from being found.
        log.exception("an entry cannot be indexed", extra={"peer": entry.participant})
        return None


def _read_mark(searcher: tantivy.Searcher) -> tuple[int, int]:
    """Return the change numbers of the last commit, of the record and for everybody; 0 before the first one."""
    found = searcher.search(tantivy.Query.term_query(make_schema(), "row", MARK), 1)
    addresses = [address for _, address in found.hits]
    if not addresses:
        return 0, 0
    seq, change = (searcher.fast_field_values(name, addresses)[0] for name in ("seq", "change"))
    return int(seq or 0), int(change or 0)
