"""The boxes of entries in the broker's record: an R*Tree, in which each box has the number of who sees it."""

import sqlite3
from collections.abc import Iterable

from connector.ports.broker_store import BOXES, Entry
from connector.ports.moderation import EntryStanding

_PUT = "INSERT INTO areas (id, west, south, east, north, visibility) VALUES (?, ?, ?, ?, ?, ?)"
_FORGET = "DELETE FROM areas WHERE id = ?"


def put_areas(connection: sqlite3.Connection, place: int, entry: Entry, standing: EntryStanding) -> None:
    """Replace the boxes of the entry at a place; one that is withheld has none."""
    forget_areas(connection, place)
    if standing is not EntryStanding.WITHHELD:
        seen_by = entry.visibility if standing is EntryStanding.SHOWN else _name_tests(entry.visibility)
        boxes = enumerate(entry.statements.boxes[:BOXES])
        connection.executemany(_PUT, [(place * BOXES + number, *box, seen_by) for number, box in boxes])


def forget_areas(connection: sqlite3.Connection, place: int) -> None:
    """Remove the boxes of the entry at a place."""
    # One by one: the R*Tree finds a number, but no range of numbers.
    connection.executemany(_FORGET, [(place * BOXES + number,) for number in range(BOXES)])


def list_seen(visible: Iterable[int], *, tests: bool) -> list[int]:
    """Return the numbers of the boxes of visible classes, with those of tests or without.

    >>> list_seen({0, 3}, tests=True)
    [0, 3, -1, -4]
    """
    shown = sorted(visible)
    return [*shown, *map(_name_tests, shown)] if tests else shown


def _name_tests(visibility: int) -> int:
    """Return the number of the boxes of the tests of a class: a negative one, which no class has."""
    return -1 - visibility
