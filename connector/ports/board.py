"""The port of the board: the needs of participants, the answers to them, and the notices about both.

The board is no copy of anything, unlike the record: what is lost here, nobody can crawl again.
"""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from connector.ports.broker_store import Box
from connector.ports.entities import PageBounds
from connector.views.needs import AnswerKind, BudgetKind, NeedState, NoticeKind


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """A published wish for data. Times in ms since the Unix epoch.

    `fields` are the fields that a record of the data must have; `place` is the name or IRI of a place, `box` its box;
    `since` and `until` the time that the data must be about (None is open); `frequency` the code of the update cycle
    that is needed at least. The need is open from `opens` until `closes`. `amount` is a decimal number, in `currency`
    (ISO 4217). `served_by` is the answer with which it was closed.
    """

    id: str
    owner: str
    question: str
    purpose: str | None = None
    fields: tuple[str, ...] = ()
    place: str = ""
    box: Box | None = None
    since: int | None = None
    until: int | None = None
    frequency: str | None = None
    opens: int
    closes: int
    budget: BudgetKind = BudgetKind.OPEN
    amount: str = ""
    currency: str = ""
    contact: str = ""
    created_at: int
    changed_at: int
    closed_at: int | None = None
    served_by: str | None = None

    def state(self, now: int) -> NeedState:
        """Return the state at a time in ms."""
        if self.closed_at is not None:
            return NeedState.CLOSED
        if now >= self.closes:
            return NeedState.EXPIRED
        return NeedState.OPEN if now >= self.opens else NeedState.UPCOMING


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer to a need. `dataset` is that of an offer, `ready_at` the time (ms) by which a draft will be one."""

    id: str
    need: str
    participant: str
    kind: AnswerKind
    text: str
    dataset: str = ""
    ready_at: int | None = None
    at: int


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What `participant` is told about a need. `provider` and `dataset` are the data, `answer` is an answer.

    `number` only grows; a notice is told once (`key`).
    """

    participant: str
    kind: NoticeKind
    need: str
    at: int
    provider: str = ""
    dataset: str = ""
    answer: str = ""
    score: float = 0.0
    number: int = 0

    @property
    def key(self) -> str:
        """Return what a notice is the same by."""
        return f"{self.kind}\x1f{self.need}\x1f{self.provider}\x1f{self.dataset}\x1f{self.answer}"


class SavedSearch(msgspec.Struct, frozen=True, kw_only=True):
    """A search that a participant has saved. Times in ms since the Unix epoch.

    `parameters` are those of the search, as JSON; `feed` is the SHA-256 of the secret in the address of its feed, in
    hex; `seen` the change number up to which its owner has looked.
    """

    id: str
    owner: str
    name: str
    parameters: bytes
    feed: str
    created_at: int
    changed_at: int
    seen: int = 0


class Board(Protocol):
    """The board of a broker: needs and saved searches of participants. Implementation: SQLite."""

    async def put_need(self, need: Need, *, now: int, most_open: int, most: int) -> None:
        """Insert or replace a need. The oldest that are over give way if the owner has `most`.

        Raises LimitReached if the owner has `most_open` needs that are not over.
        """

    async def need(self, id: str) -> Need | None:
        """Return one need."""

    async def needs(
        self, bounds: PageBounds, *, owner: str | None = None, open_at: int | None = None
    ) -> tuple[Sequence[Need], str | None]:
        """Return a page of needs, the newest first, and the next cursor; with `open_at`, of those open at a time (ms).

        Raises ValueError for an unknown cursor.
        """

    async def wanted_needs(self, now: int) -> Sequence[Need]:
        """Return all needs that are open or upcoming at a time (ms)."""

    async def untold_needs(self, limit: int) -> Sequence[Need]:
        """Return needs, new or changed, that were not compared yet with the offers that were there before them."""

    async def close_need(self, need: Need, notices: Sequence[Notice]) -> None:
        """Replace a need that was closed, and note the notices, in one commit."""

    async def put_answer(self, answer: Answer, notice: Notice, *, most_of_one: int, most: int) -> None:
        """Add an answer with the notice about it, in one commit.

        Raises LimitReached if the need has `most` answers, or `most_of_one` of this participant.
        """

    async def answers(self, need: str) -> Sequence[Answer]:
        """Return the answers to a need, the oldest first."""

    async def position(self) -> int:
        """Return the change number up to which needs were compared with the record."""

    async def note(self, notices: Sequence[Notice], *, position: int | None = None, told: Need | None = None) -> None:
        """Note notices that were not told yet, with how far they go, in one commit.

        `position` is the change number up to which needs were compared with the record, `told` a need that was compared
        with the offers that were there before it.
        """

    async def notices(self, participant: str, after: int, limit: int) -> Sequence[Notice]:
        """Return the notices to a participant with a number above `after`, in that order."""

    async def put_search(self, search: SavedSearch, *, most: int) -> None:
        """Insert or replace a saved search. Raises LimitReached if its owner has `most` others."""

    async def saved_search(self, id: str) -> SavedSearch | None:
        """Return one saved search."""

    async def search_of_feed(self, feed: str) -> SavedSearch | None:
        """Return the saved search whose feed has a secret with this digest."""

    async def searches_of(self, owner: str) -> Sequence[SavedSearch]:
        """Return the saved searches of a participant, the oldest first."""

    async def drop_search(self, id: str) -> None:
        """Remove a saved search."""

    async def close(self) -> None:
        """Close; later calls raise Unavailable."""
