"""The search of the broker: full text and filters over the present entries, with the liveness of their sources.

Every member can search, so the words of a query are only data, and their number and the time are limited.
"""

import sqlite3
import time
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from connector.ports.broker_store import Entry, Hit, Liveness, Query
from connector.ports.changes import Unavailable
from connector.store.rules import HIDDEN_AFTER_MS
from connector.store.sqlite.engine.connection import is_damage, note_damage
from connector.store.words import query_words

COLUMNS = "entries.body, entries.seq, entries.verified_at, entries.changed_at, entries.first_seen, entries.removed_at"

_SECONDS = 2.0
_STEPS_BETWEEN_LOOKS = 10_000

_entry = msgspec.msgpack.Decoder(Entry).decode

_PLAIN = "entries JOIN sources USING (participant) WHERE"
_WORDS = "texts JOIN entries ON entries.place = texts.rowid JOIN sources USING (participant) WHERE texts MATCH ? AND"
_SHOWN = """
entries.removed_at IS NULL AND sources.liveness <> 'DEAD'
AND (? OR sources.liveness <> 'OFFLINE' OR coalesce(sources.failing_since, 0) > ?)
"""
_PUBLISHED = "AND entries.publisher = ?"
_LABELLED = "AND entries.place IN (SELECT place FROM labels WHERE kind = ? AND label = ?)"
# The weights of title, keywords, themes, publisher, description: the more specific the column, the higher.
_RANK = "bm25(texts, 8.0, 4.0, 2.0, 2.0, 1.0)"


def search(connection: sqlite3.Connection, query: Query, now: int) -> tuple[Sequence[Hit], int]:
    """Return a page of hits and how many there are in all; `now` in ms decides which offline sources are hidden.

    Raises Unavailable if the search takes longer than two seconds or the file cannot be read.
    """
    wanted = query_words(query.text)
    if query.text.strip() and not wanted:
        return [], 0
    tables, score, order = _PLAIN, "0.0", "entries.changed_at DESC, entries.place"
    values: list[object] = []
    if wanted:
        tables, score, order = _WORDS, f"-{_RANK}", "score DESC, entries.place"
        # Each word is a quoted run of letters and digits, without syntax; the last one is a prefix.
        values.append(" ".join(f'"{word}"' for word in wanted) + " *")
    conditions = [tables, _SHOWN]
    values += [query.stale, now - HIDDEN_AFTER_MS]
    if query.publisher is not None:
        conditions.append(_PUBLISHED)
        values.append(query.publisher)
    for kind, label in (("theme", query.theme), ("keyword", query.keyword)):
        if label is not None:
            conditions.append(_LABELLED)
            values += [kind, label]
    rest = " ".join(conditions)
    count = f"SELECT count(*) FROM {rest}"  # noqa: S608 - constants of this file; values are bound
    # First select the rows, then read their bodies, so the sorted rows are small.
    ranked = f"SELECT entries.place, sources.liveness, {score} AS score FROM {rest} ORDER BY {order} LIMIT ? OFFSET ?"  # noqa: S608 - as above
    page = f"SELECT liveness, score, {COLUMNS} FROM ({ranked}) AS ranked JOIN entries USING (place) ORDER BY {order}"  # noqa: S608 - as above
    bounds = (min(max(query.limit, 0), 2**31), min(max(query.offset, 0), 2**31))
    rows, total = _within_time(connection, count, page, values, bounds)
    hits = [Hit(entry=to_entry(row), liveness=Liveness(liveness), score=score) for liveness, score, *row in rows]
    return hits, total


def to_entry(row: Iterable[Any]) -> Entry:
    """Return the entry of a row of `COLUMNS`: the stored value with the current columns."""
    body, seq, verified_at, changed_at, first_seen, removed_at = row
    times = {"verified_at": verified_at, "changed_at": changed_at, "first_seen": first_seen, "removed_at": removed_at}
    return msgspec.structs.replace(_entry(body), seq=seq, **times)


def _within_time(
    connection: sqlite3.Connection, count: str, page: str, values: Sequence[object], bounds: tuple[int, int]
) -> tuple[list[tuple[Any, ...]], int]:
    end = time.monotonic() + _SECONDS
    connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS_BETWEEN_LOOKS)
    try:
        total: int = connection.execute(count, values).fetchone()[0]
        return connection.execute(page, (*values, *bounds)).fetchall(), total
    except UnicodeEncodeError:
        return [], 0
    except sqlite3.Error as fault:
        if is_damage(fault):
            raise note_damage(connection, fault) from fault
        raise Unavailable(f"The search failed ({fault}): use more or rarer words, or retry.") from fault
    finally:
        connection.set_progress_handler(None, 0)
