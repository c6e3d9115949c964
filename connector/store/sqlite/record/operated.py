"""Copy what the operator of a broker has said from its record: marks, the log of the acts, sources entered by hand.

The rest of a record is read again from its sources; this is said nowhere else.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec

from connector.ports.broker_store import CrawlSource, Portal
from connector.ports.moderation import MarkKind
from connector.ports.store_errors import StoreError
from connector.store.sqlite.engine.connection import open_foreign
from connector.store.sqlite.engine.migrate import migrate, steps
from connector.store.sqlite.engine.rows import fetch_many

_COPIED = ("marks", "acts", "search_days")
_SINCE = 7
"""The schema that has these tables."""
_ENTERED = """
SELECT body FROM sources
WHERE participant IN (SELECT participant FROM marks WHERE dataset = '' AND kind = ?)
"""
_PUT_SOURCE = "INSERT INTO sources (participant, liveness, failing_since, body) VALUES (?, ?, NULL, ?)"
_source = msgspec.msgpack.Decoder(CrawlSource).decode
_encode = msgspec.msgpack.Encoder().encode


def copy_operated(source: Path, target: Path) -> None:
    """Write a record to the new file `target` that has what the operator said in the record at `source`, and no entry.

    A process may be using the source. Raises StoreError if the source is not a sound record.
    """
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with closing(open_foreign(source)) as read:
            version = int(read.execute("PRAGMA user_version").fetchone()[0])
            migrate(target, steps("record")[:version])
            with closing(sqlite3.connect(target)) as write:
                if version >= _SINCE:
                    _copy(read, write)
                # One file without a log beside it: that is what is moved and restored.
                write.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as fault:
        raise StoreError(f"The database {source} cannot be copied ({fault}): check it and its permissions.") from fault


def _copy(read: sqlite3.Connection, write: sqlite3.Connection) -> None:
    read.execute("BEGIN")
    for table in _COPIED:
        rows = read.execute(f"SELECT * FROM {table}")  # noqa: S608 - constants
        places = ", ".join("?" * len(rows.description))
        write.executemany(f"INSERT INTO {table} VALUES ({places})", rows)  # noqa: S608 - constants
    for (body,) in fetch_many(read, _ENTERED, (MarkKind.REGISTERED.value,)):
        entered = _forget_crawls(_source(body))
        write.execute(_PUT_SOURCE, (entered.participant, entered.liveness.value, _encode(entered)))
    write.commit()


def _forget_crawls(source: CrawlSource) -> CrawlSource:
    """Return a source as it was entered: what its last crawl read is not in the copy, so it has to be read again."""
    return CrawlSource(
        participant=source.participant,
        name=source.name,
        address=source.address,
        interval=source.interval,
        portal=Portal(kind=source.portal.kind, configured=source.portal.configured) if source.portal else None,
    )
