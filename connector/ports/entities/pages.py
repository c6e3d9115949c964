"""The bounds of a listing."""

import msgspec


class PageBounds(msgspec.Struct, frozen=True, kw_only=True):
    """A bound on a listing: at most `limit` rows after the row that `after` names (an opaque cursor)."""

    limit: int = 50
    after: str | None = None
