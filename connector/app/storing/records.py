"""The record and the board of a broker: files of this process, or in the database that processes share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from connector.app.storing.opening import build_database
from connector.ports.board import Board
from connector.ports.descriptions import DescriptionStore
from connector.ports.moderated_store import ModeratedStore
from connector.ports.replica import Alone, Replica
from connector.ports.webhooks import WebhookStore
from connector.settings import Settings, SettingsError
from connector.store.sqlite.board.board import locate_board, open_board
from connector.store.sqlite.board.webhooks import SqliteWebhooks
from connector.store.sqlite.record.descriptions import SqliteDescriptionStore
from connector.store.sqlite.record.record import open_record


def _ignore(_: Any) -> None:
    """Nobody else changes anything."""


@dataclass
class BrokerRecords:
    """What a broker keeps, and this process among those that share it.

    `pass_on` asks the process that leads to crawl a source. `on_record`, `on_board` and `on_wish` are called with what
    another process has changed (a source, or None if it may be any; a table) and with a source that it wants crawled.
    """

    record: ModeratedStore
    board: Board
    descriptions: DescriptionStore
    webhooks: WebhookStore
    replica: Replica = field(default_factory=Alone)
    pass_on: Callable[[str], None] = _ignore
    listen: Callable[[Callable[[str | None], None], Callable[[str], None], Callable[[str], None]], None] = lambda *_: (
        None
    )


async def open_records(settings: Settings, process: Replica) -> BrokerRecords:
    """Open the record and the board where the settings say. `process` ends when another one has replaced this one.

    Raises SettingsError and StoreError.
    """
    if settings.store.url is None:
        record = await open_record(settings.broker.record)
        board = await open_board(locate_board(settings.broker.record))
        return BrokerRecords(record, board, SqliteDescriptionStore(record), SqliteWebhooks(board))
    await _refuse_left(settings)
    return await _open_database(settings, process)


async def _refuse_left(settings: Settings) -> None:
    """Raise SettingsError if the record is in a file and not in the database: it would begin anew without a word."""
    from connector.store.postgres.store import list_chapters

    file = settings.broker.record
    if file.exists() and "record" not in await list_chapters(build_database(settings)):
        raise SettingsError(
            f"The record of this broker is in {file}, and the database has none: move it with "
            f"`datenkontor store copy --from {file} --to ADDRESS`, or remove the file to begin anew."
        )


async def _open_database(settings: Settings, process: Replica) -> BrokerRecords:
    server, participant = build_database(settings), settings.participant.id
    # Their imports take time and need the extra.
    from connector.store.postgres.board import PostgresWebhooks, open_database_board
    from connector.store.postgres.record import PostgresDescriptionStore, make_replica, open_database_record

    replica = make_replica()
    # Whichever part of this process was replaced, the process ends.
    replica.ended = process.ended
    record = await open_database_record(server, participant, replica)
    board = await open_database_board(server, participant, process.ended)

    def listen(
        on_record: Callable[[str | None], None], on_board: Callable[[str], None], on_wish: Callable[[str], None]
    ) -> None:
        record.changed, board.changed, record.wished = on_record, on_board, on_wish

    described, hooks = PostgresDescriptionStore(record), PostgresWebhooks(board)
    return BrokerRecords(record, board, described, hooks, replica, record.pass_on, listen)
