"""Marks of the operator, and the log of the acts, in the broker's record."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from connector.ports.broker_store import CrawlSource, Entry
from connector.ports.moderation import (
    ACTS_KEPT,
    PASSED_ON,
    WHOLE_SOURCE,
    Act,
    EntryStanding,
    Mark,
    MarkKind,
    ModerationChange,
    judge_standing,
)
from connector.store.rules import cursor, position
from connector.store.sqlite.engine.rows import fetch_many, fetch_one
from connector.store.sqlite.record.areas import put_areas
from connector.store.sqlite.record.classes import CLASSES_BEGUN, COUNT_CHANGE, count_holdings, to_class
from connector.store.sqlite.record.likeness import put_likenesses
from connector.store.sqlite.record.rows import ALL_SOURCES, COLUMNS, STANDINGS, decode_entry, to_stored

MarkedKinds = Mapping[str, frozenset[MarkKind]]
"""What is said of a source and of its entries: the kinds of marks by dataset."""

_LAST_NUMBER = 2**63 - 1
_MARK = "participant, dataset, kind, reason, by, at"
_REASON = "SELECT reason FROM marks WHERE participant = ? AND dataset = ? AND kind = ?"
_PUT_MARK = """
INSERT INTO marks (participant, dataset, kind, reason, by, at) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (participant, dataset, kind) DO UPDATE SET reason = excluded.reason, by = excluded.by, at = excluded.at
"""
_DROP_MARK = "DELETE FROM marks WHERE participant = ? AND dataset = ? AND kind = ?"
_MARKED = "SELECT dataset, kind FROM marks WHERE participant = ?"
SOURCE_MARKS = "SELECT participant, kind FROM marks WHERE dataset = ''"
"""What is said of whole sources: participant and kind."""
_MARKS_OF_ENTRY = f"""
SELECT {_MARK} FROM marks WHERE participant = ? AND dataset IN ('', ?) ORDER BY dataset, kind
"""  # noqa: S608 - constants
_MARKS = f"SELECT place, {_MARK} FROM marks WHERE place > ? ORDER BY place LIMIT ?"  # noqa: S608 - constants
_MARKS_OF_ONE = f"""
SELECT place, {_MARK} FROM marks WHERE participant = ? AND place > ? ORDER BY place LIMIT ?
"""  # noqa: S608 - constants
_ADD_ACT = "INSERT INTO acts (participant, body) VALUES (?, ?) RETURNING place"
_FORGET_ACTS = "DELETE FROM acts WHERE place <= ?"
_ACT = "SELECT place, body FROM acts WHERE place = ?"
_ACTS = "SELECT place, body FROM acts WHERE place < ? ORDER BY place DESC LIMIT ?"
_ACTS_OF_ONE = """
SELECT place, body FROM acts WHERE participant = ? AND place < ? ORDER BY place DESC LIMIT ?
"""
_OFFERED = "removed_at IS NULL OR held > 0"
_ENTRY = f"SELECT place, id, held FROM entries WHERE participant = ? AND id = ? AND ({_OFFERED})"  # noqa: S608 - constants
_ENTRIES = f"SELECT place, id, held FROM entries WHERE participant = ? AND ({_OFFERED})"  # noqa: S608 - constants
_HOLD = """
UPDATE entries SET held = ?, removed_at = ?, changed_at = ?, seq = ?,
                   change = (SELECT changes + 1 FROM classes WHERE number = visibility)
WHERE place = ? RETURNING visibility, body
"""
_COUNT_HELD = "SELECT visibility, count(*) FROM entries WHERE held = ? AND held > 0 GROUP BY visibility"
_LAST = "SELECT coalesce(max(seq), 0) FROM entries"
_STORED = f"SELECT {COLUMNS} FROM entries WHERE participant = ? AND id = ?"  # noqa: S608 - constants

_SOURCE = "SELECT body FROM sources WHERE participant = ?"

_encode = msgspec.msgpack.Encoder().encode
_source = msgspec.msgpack.Decoder(CrawlSource).decode
_decode = msgspec.msgpack.Decoder(Act).decode


def moderate(connection: sqlite3.Connection, change: ModerationChange, now: int) -> Act | None:
    """Set or take away a mark, with all that follows for entries; return None if nothing changes."""
    key = (change.participant, change.dataset, change.kind.value)
    row = connection.execute(_REASON, key).fetchone()
    before = row[0] if row else None
    if before == (change.reason if change.wanted else None):
        return None
    if change.wanted:
        connection.execute(_PUT_MARK, (*key, change.reason, change.by, now))
    else:
        connection.execute(_DROP_MARK, key)
    act = Act(number=0, at=now, change=change, before=before)
    number: int = connection.execute(_ADD_ACT, (change.participant, _encode(act))).fetchone()[0]
    connection.execute(_FORGET_ACTS, (number - ACTS_KEPT,))
    _hold_entries(connection, change.participant, change.dataset, now)
    if change.dataset == WHOLE_SOURCE:
        for relayed in _list_relayed(connection, change.participant):
            _hold_entries(connection, relayed, WHOLE_SOURCE, now)
    return msgspec.structs.replace(act, number=number)


def read_marked(connection: sqlite3.Connection, participant: str) -> MarkedKinds:
    """Return what is said of a source and of its entries; of a relayed source, with what is said of its broker."""
    marked = group_marks(connection.execute(_MARKED, (participant,)))
    row = connection.execute(_SOURCE, (participant,)).fetchone()
    for broker in _source(row[0]).brokers[:1] if row else ():
        of_broker = group_marks(connection.execute(_MARKED, (broker,))).get(WHOLE_SOURCE, frozenset()) & PASSED_ON
        marked = {**marked, WHOLE_SOURCE: marked.get(WHOLE_SOURCE, frozenset()) | of_broker}
    return marked


def _list_relayed(connection: sqlite3.Connection, broker: str) -> list[str]:
    """Return the sources that a broker relays."""
    sources = (_source(body) for (body,) in connection.execute(ALL_SOURCES).fetchall())
    return [source.participant for source in sources if source.brokers[:1] == (broker,)]


def find_standing(marked: MarkedKinds, dataset: str) -> EntryStanding:
    """Return the standing of an entry from what is said of it and of its source."""
    nothing = frozenset[MarkKind]()
    return judge_standing(marked.get(WHOLE_SOURCE, nothing) | marked.get(dataset, nothing))


def read_source_marks(connection: sqlite3.Connection) -> MarkedKinds:
    """Return what is said of whole sources, by participant."""
    return group_marks(fetch_many(connection, SOURCE_MARKS, ()))


def read_marks(connection: sqlite3.Connection, participant: str, dataset: str | None) -> Sequence[Mark]:
    """Return the marks of a source, and with `dataset` those of that entry too."""
    rows = fetch_many(connection, _MARKS_OF_ENTRY, (participant, dataset or WHOLE_SOURCE))
    return [_to_mark(row) for row in rows]


def list_marks(
    connection: sqlite3.Connection, participant: str | None, after: str | None, limit: int
) -> tuple[Sequence[Mark], str | None]:
    """Return a page of marks and the next cursor. Raises ValueError for an unknown cursor."""
    window = (position(after, start=-1), limit + 1)
    if participant is None:
        rows = fetch_many(connection, _MARKS, window)
    else:
        rows = fetch_many(connection, _MARKS_OF_ONE, (participant, *window))
    shown = rows[:limit]
    return [_to_mark(row[1:]) for row in shown], cursor(shown[-1][0]) if len(rows) > limit else None


def list_acts(
    connection: sqlite3.Connection, participant: str | None, after: str | None, limit: int
) -> tuple[Sequence[Act], str | None]:
    """Return a page of the log, the newest act first, and the next cursor. Raises ValueError for an unknown cursor."""
    window = (position(after, start=_LAST_NUMBER), limit + 1)
    if participant is None:
        rows = fetch_many(connection, _ACTS, window)
    else:
        rows = fetch_many(connection, _ACTS_OF_ONE, (participant, *window))
    shown = [_to_act(row) for row in rows[:limit]]
    return shown, cursor(shown[-1].number) if len(rows) > limit else None


def read_act(connection: sqlite3.Connection, number: int) -> Act | None:
    """Return one act of the log."""
    row = fetch_one(connection, _ACT, (number,))
    return _to_act(row) if row else None


def count_held(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return how many entries are held as tests, and how many are withheld."""
    # A teaser is no offer of its own.
    teasers = {known.number for known in map(to_class, fetch_many(connection, CLASSES_BEGUN, ())) if known.reduced}

    def count(standing: EntryStanding) -> int:
        rows = fetch_many(connection, _COUNT_HELD, (STANDINGS[standing],))
        return sum(entries for visibility, entries in rows if visibility not in teasers)

    return count(EntryStanding.TEST), count(EntryStanding.WITHHELD)


def read_stored(connection: sqlite3.Connection, participant: str, id: str) -> Entry | None:
    """Return an entry whatever its standing, never a reduced one."""
    entries = [to_stored(row) for row in fetch_many(connection, _STORED, (participant, id))]
    whole = [entry for entry in entries if not entry.reduced]
    return max(whole, key=lambda entry: (entry.removed_at is None, entry.seq), default=None)


def _hold_entries(connection: sqlite3.Connection, participant: str, dataset: str, now: int) -> None:
    """Give every entry whose standing has changed its new one, and the next change number."""
    marked = read_marked(connection, participant)
    found = (
        connection.execute(_ENTRIES, (participant,))
        if dataset == WHOLE_SOURCE
        else connection.execute(_ENTRY, (participant, dataset))
    )
    wanted = [(place, find_standing(marked, name), held) for place, name, held in found.fetchall()]
    last: int = connection.execute(_LAST).fetchone()[0]
    for place, standing, held in wanted:
        if STANDINGS[standing] != held:
            last += 1
            removed_at = None if standing is EntryStanding.SHOWN else now
            values = (STANDINGS[standing], removed_at, now, last, place)
            visibility, body = connection.execute(_HOLD, values).fetchone()
            connection.execute(COUNT_CHANGE, (1, 0, visibility))
            entry = msgspec.structs.replace(decode_entry(body), visibility=visibility)
            put_areas(connection, place, entry, standing)
            put_likenesses(connection, place, entry, standing)
    count_holdings(connection, participant)


def group_marks(rows: Iterable[Sequence[str]]) -> MarkedKinds:
    """Return the kinds of marks by participant, of the rows of `SOURCE_MARKS`."""
    found: dict[str, frozenset[MarkKind]] = {}
    for name, kind in rows:
        found[name] = found.get(name, frozenset()) | {MarkKind(kind)}
    return found


def _to_mark(row: Sequence[object]) -> Mark:
    return msgspec.convert(dict(zip(_MARK.split(", "), row, strict=True)), Mark)


def _to_act(row: tuple[int, bytes]) -> Act:
    return msgspec.structs.replace(_decode(row[1]), number=row[0])
