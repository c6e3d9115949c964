"""The port of webhooks: the addresses to which a broker posts what is new in a saved search."""

from collections.abc import Sequence
from typing import Protocol

import msgspec


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """Where the owner of a saved search is told of new hits, and how far that is. Times in ms since the Unix epoch.

    `id` is new whenever the address is set. `secret` is what its messages are signed with. `after` is the change number
    up to which was told. `event` is the identifier of the message on its way, which has the hits up to `until`; empty
    without one. `problem` is why the last attempt failed, `failing_since` the time of the first failure since the last
    success. `stopped_at` is when it was switched off, after days of failure.
    """

    id: str
    search: str
    owner: str
    url: str
    secret: str
    created_at: int
    after: int
    event: str = ""
    until: int = 0
    told_at: int | None = None
    failures: int = 0
    failing_since: int | None = None
    next_at: int = 0
    problem: str = ""
    stopped_at: int | None = None


class WebhookStore(Protocol):
    """The webhooks of a broker, one for a saved search at most. Implementation: SQLite, in the file of the board."""

    async def webhook(self, search: str) -> Webhook | None:
        """Return the webhook of a saved search."""

    async def webhooks(self, owner: str | None = None) -> Sequence[Webhook]:
        """Return all webhooks, or those of a participant."""

    async def put_webhook(self, webhook: Webhook, *, most_of_one: int, most: int) -> None:
        """Set the webhook of a saved search, in place of an earlier one.

        Raises LimitReached if there are `most` others, or `most_of_one` others of its owner.
        """

    async def note_webhook(self, webhook: Webhook) -> None:
        """Store how far a webhook is; nothing if it was removed or set anew since."""

    async def drop_webhook(self, search: str) -> None:
        """Remove the webhook of a saved search. It also ends with its search."""
