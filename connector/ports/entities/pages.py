"""The bounds of a listing."""

import msgspec


class PageBounds(msgspec.Struct, frozen=True, kw_only=True):
    """The bounds of a page: at most `limit` rows after the row of the opaque cursor `after`."""

    limit: int = 50
    after: str | None = None
