"""The visibility classes of the broker's record, and how many entries of each a participant has."""

import sqlite3

from connector.ports.broker_store import CLASSES, EVERYBODY, Entry, VisibilityClass
from connector.store.rules import begin_counting, check_classes, name_class, refuse_class

CLASSES_BEGUN = "SELECT number, key, audience, reduced FROM classes WHERE number > 0 ORDER BY number"
COUNT_CHANGE = "UPDATE classes SET changes = changes + ?, arrivals = max(ifnull(arrivals, 0), ?) WHERE number = ?"
HELD = "SELECT participant, visibility, datasets FROM holdings WHERE datasets > 0"
HELD_BY_ONE = "SELECT visibility, datasets FROM holdings WHERE participant = ? AND datasets > 0"

_FIND = "SELECT number FROM classes WHERE key = ?"
_COUNT = "SELECT count(*) FROM classes WHERE number > 0"
_BEGIN = "INSERT INTO classes (key, reduced, audience, arrivals, changes) VALUES (?, ?, ?, ?, ?) RETURNING number"
# The oldest class of which nothing is offered: nobody misses its tombstones.
_EMPTY = """
SELECT number FROM classes WHERE number > 0
AND NOT EXISTS (SELECT 1 FROM holdings WHERE visibility = number AND datasets > 0)
AND NOT EXISTS (SELECT 1 FROM entries WHERE visibility = number AND held > 0) ORDER BY number LIMIT 1
"""
_FORGET = (
    "DELETE FROM entries WHERE visibility = ?",
    "DELETE FROM holdings WHERE visibility = ?",
    "DELETE FROM classes WHERE number = ?",
)
_COUNT_OFFERED = """
SELECT count(DISTINCT visibility) FROM entries
WHERE participant = ? AND visibility > 0 AND (removed_at IS NULL OR held > 0)
"""
_LET_GO = "UPDATE holdings SET datasets = 0 WHERE participant = ?"
_HOLD = """
INSERT OR REPLACE INTO holdings (participant, visibility, datasets)
SELECT participant, visibility, count(*) FROM entries WHERE participant = ? AND removed_at IS NULL
GROUP BY participant, visibility
"""


def to_class(row: tuple[int, str, bytes, int]) -> VisibilityClass:
    """Return the class of a row of `CLASSES_BEGUN`."""
    number, key, audience, reduced = row
    return VisibilityClass(number=number, key=key, audience=audience, reduced=bool(reduced))


def assign_class(connection: sqlite3.Connection, entry: Entry, now: int) -> int:
    """Return the number of the class of an entry, which begins with its first entry. Raises LimitReached."""
    if not entry.audience:
        return EVERYBODY
    key = name_class(entry.audience, reduced=entry.reduced)
    known = connection.execute(_FIND, (key,)).fetchone()
    if known:
        return int(known[0])
    if connection.execute(_COUNT).fetchone()[0] >= CLASSES:
        _forget_empty(connection)
    start = begin_counting(key, now)
    begun: int = connection.execute(_BEGIN, (key, entry.reduced, entry.audience, start, start)).fetchone()[0]
    return begun


def _forget_empty(connection: sqlite3.Connection) -> None:
    empty = connection.execute(_EMPTY).fetchone()
    if empty is None:
        raise refuse_class()
    for statement in _FORGET:
        connection.execute(statement, empty)


def count_holdings(connection: sqlite3.Connection, participant: str) -> None:
    """Count the entries of a participant that are shown again, by class."""
    connection.execute(_LET_GO, (participant,))
    connection.execute(_HOLD, (participant,))


def check_held_classes(connection: sqlite3.Connection, participant: str) -> None:
    """Raise LimitReached if what a participant offers, shown or not, is in too many classes."""
    check_classes(connection.execute(_COUNT_OFFERED, (participant,)).fetchone()[0])
