"""The errors of a store: why a group of changes was not made durable."""


class StoreError(Exception):
    """A group could not be made durable; nothing of it was stored.

    StoreError
    ├── Conflict       another request changed it first: read it again and decide again
    │   └── PidTaken   the peer's pid belongs to another process: the same change fails again
    ├── Replayed       the token was already used
    ├── LimitReached   a counted limit would be exceeded
    │   └── TooSoon    for a time: the limit of uses within a period is reached
    └── Unavailable    the store cannot write (disk full, read only, closed): answer 503
        ├── StoreFull       the disk of its file is full: a person makes room
        └── StoreDamaged    its file is malformed: no later attempt helps
    """


class Conflict(StoreError):
    """The stored version is not the expected one, or the row already exists."""


class PidTaken(Conflict):
    """The peer's pid already belongs to another process of this peer."""


class Replayed(StoreError):
    """The replay key was already used."""


class LimitReached(StoreError):
    """A counted limit would be exceeded by this change."""


class TooSoon(LimitReached):
    """The limit of uses within a period is reached; the next use is possible at `again_at` (ms)."""

    def __init__(self, most: int, again_at: int, period: str = "an hour") -> None:
        super().__init__(f"The limit of {most} uses within {period} is reached: try again later.")
        self.most, self.again_at, self.period = most, again_at, period


class Unavailable(StoreError):
    """The store cannot read or write now; nothing was changed."""


class StoreFull(Unavailable):
    """The disk of the store is full; it works again as soon as there is room."""


class StoreMoved(Unavailable):
    """The store was copied to another place, and takes no changes here any more."""


class StoreDamaged(Unavailable):
    """The file of the store is malformed: nothing more is written to it, and no later attempt helps."""
