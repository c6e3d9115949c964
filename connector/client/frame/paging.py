"""The way through the pages of a listing, which ends or fails."""

from typing import Any

from connector.client.frame.errors import PagesRepeat
from connector.views.common import Page

MOST_EMPTY = 1000


class PageTrail:
    """Follows the pages of one listing; those of a catalogue are linked by another participant."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._items: tuple[Any, ...] = ()
        self._empty = 0

    def follow(self, page: Page[Any]) -> str | None:
        """Return the cursor of the next page, or None after the last. Raises PagesRepeat for a page that was there.

        Empty pages in a row are such too, if they are many: a filter can leave some.
        """
        items = tuple(page.items)
        self._empty = 0 if items else self._empty + 1
        repeats = page.next in self._seen or (items and items == self._items) or self._empty > MOST_EMPTY
        if page.next is not None and repeats:
            raise PagesRepeat(
                "pages-repeat",
                "The pages form a circle: the same page was returned twice, so the listing is not complete. "
                "Ask the provider to correct the Link of its catalogue.",
            )
        self._seen.update(filter(None, [page.next]))
        self._items = items
        return page.next
