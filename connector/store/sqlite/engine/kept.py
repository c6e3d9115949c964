"""Pages of rows that are kept in memory until a row of their kind changes.

Only this process writes to the file, so a page is as stored until a change of ours. From the statements of a change
until the end of its commit nothing is kept: what is read meanwhile may be the last of the old rows.
"""

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from typing import Generic, TypeVar

R = TypeVar("R")

KeptPage = tuple[Sequence[R], str | None]

# In bytes of stored documents; the rows take four times as much.
_KEPT = 2 * 1024 * 1024


class KeptPages(Generic[R]):
    """The pages that were read last, by what was asked for, up to `most` bytes of documents."""

    def __init__(self, most: int = _KEPT) -> None:
        self._most = most
        self._known: OrderedDict[Hashable, tuple[KeptPage[R], int]] = OrderedDict()
        self._size = 0
        self._changing = False

    def find(self, key: Hashable) -> KeptPage[R] | None:
        """Return the page that is kept under a key, or None."""
        known = self._known.get(key)
        if known is None:
            return None
        self._known.move_to_end(key)
        return known[0]

    def keep(self, key: Hashable, rows: Sequence[R], after: str | None, size: int) -> KeptPage[R]:
        """Return a page that was just read; keep it, unless a change is under way. `size` is in bytes."""
        page = tuple(rows), after
        if self._changing or key in self._known:
            return page
        self._known[key] = page, size
        self._size += size
        while self._size > self._most:
            _, (_, forgotten) = self._known.popitem(last=False)
            self._size -= forgotten
        return page

    def forget(self) -> None:
        """Forget all pages: a change of a row begins."""
        self._known.clear()
        self._size = 0
        self._changing = True

    def settle(self) -> None:
        """Note that the changes before are committed or taken back."""
        self._changing = False
