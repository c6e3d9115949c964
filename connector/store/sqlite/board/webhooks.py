"""The SQL of webhooks, in the file of the board."""

import sqlite3
from collections.abc import Sequence

import msgspec

from connector.ports.store_errors import LimitReached
from connector.ports.webhooks import Webhook
from connector.store.sqlite.board.board import SqliteBoard

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Webhook).decode

_ONE = "SELECT body FROM webhooks WHERE search = ?"
_ALL = "SELECT body FROM webhooks ORDER BY search"
_OF_ONE = "SELECT body FROM webhooks WHERE owner = ? ORDER BY search"
_COUNT = "SELECT count(*) FROM webhooks WHERE search <> ?"
_COUNT_OF_ONE = "SELECT count(*) FROM webhooks WHERE owner = ? AND search <> ?"
_PUT = """
INSERT INTO webhooks (search, id, owner, body) VALUES (?, ?, ?, ?)
ON CONFLICT (search) DO UPDATE SET id = excluded.id, owner = excluded.owner, body = excluded.body
"""
_NOTE = "UPDATE webhooks SET body = ? WHERE search = ? AND id = ?"
_DROP = "DELETE FROM webhooks WHERE search = ?"


class SqliteWebhooks:
    """A `WebhookStore` in the file of a board, which has to be open."""

    def __init__(self, board: SqliteBoard) -> None:
        self._board = board

    async def webhook(self, search: str) -> Webhook | None:
        """Return the webhook of a saved search."""
        return next(iter(self._read(_ONE, (search,))), None)

    async def webhooks(self, owner: str | None = None) -> Sequence[Webhook]:
        """Return all webhooks, or those of a participant."""
        return self._read(_ALL, ()) if owner is None else self._read(_OF_ONE, (owner,))

    async def put_webhook(self, webhook: Webhook, *, most_of_one: int, most: int) -> None:
        """Set the webhook of a saved search, in place of an earlier one. Raises LimitReached."""

        def put(connection: sqlite3.Connection) -> None:
            if connection.execute(_COUNT_OF_ONE, (webhook.owner, webhook.search)).fetchone()[0] >= most_of_one:
                raise LimitReached(f"You have {most_of_one} webhooks already: remove one first.")
            if connection.execute(_COUNT, (webhook.search,)).fetchone()[0] >= most:
                raise LimitReached(f"The broker has {most} webhooks already: use the feed or the stream instead.")
            connection.execute(_PUT, (webhook.search, webhook.id, webhook.owner, _encode(webhook)))

        await self._board.write(put)

    async def note_webhook(self, webhook: Webhook) -> None:
        """Store how far a webhook is; nothing if it was removed or set anew since."""

        def note(connection: sqlite3.Connection) -> None:
            connection.execute(_NOTE, (_encode(webhook), webhook.search, webhook.id))

        await self._board.write(note)

    async def drop_webhook(self, search: str) -> None:
        """Remove the webhook of a saved search."""

        def drop(connection: sqlite3.Connection) -> None:
            connection.execute(_DROP, (search,))

        await self._board.write(drop)

    def _read(self, statement: str, values: tuple[str, ...]) -> list[Webhook]:
        return [_decode(body) for (body,) in self._board.read(statement, values)]
