"""The table by which the owner of data generalises places, areas or other names: checked, and read for one level.

Each row names a value and what contains it: `Sodingen-Mitte, Sodingen, Herne`. A value has one place at each level; one
that is as coarse as the level wanted, or coarser, remains.
"""

import re

from connector.views.assets import Hierarchy

MOST_LEVELS, MOST_ROWS, LONGEST_NAME, LONGEST_TABLE = 8, 2_000, 200, 256 * 1024
"""A table is part of the lease of each flow, so it has the size of the areas of a city, not of its addresses."""
LEVEL_NAME = r"[^\W_][\w-]{0,39}"
_NAME = re.compile(LEVEL_NAME)
LEVEL = "level-"
"""Before the name of a level in a precision."""


def find_fault(table: Hierarchy) -> str | None:
    """Return one sentence about what is wrong with a table, None if it can be used."""
    levels = table.levels
    if not 2 <= len(levels) <= MOST_LEVELS or len(set(levels)) != len(levels):
        return f"A table of levels has from 2 to {MOST_LEVELS} columns with different names: correct its first line."
    for name in levels:
        if not _NAME.fullmatch(name):
            return f"The level {name[:50]!r} cannot be used: write letters, digits, - and _, at most 40."
    if not 1 <= len(table.rows) <= MOST_ROWS:
        return f"A table of levels has {len(table.rows)} rows: use from 1 to {MOST_ROWS}, without those of addresses."
    for number, row in enumerate(table.rows, 2):
        if len(row) != len(levels) or not all(0 < len(value) <= LONGEST_NAME for value in row):
            return (
                f"Line {number} of the table of levels does not have {len(levels)} values of "
                f"1 to {LONGEST_NAME} characters: complete it."
            )
    if sum(len(value) for row in table.rows for value in row) > LONGEST_TABLE:
        return f"A table of levels has more than {LONGEST_TABLE} characters: use shorter names, or keys."
    for level in range(1, len(levels)):
        found = _name_places(table, level)
        if isinstance(found, str):
            return (
                f"The table of levels names two places of {found[:50]!r} at the level {levels[level]}: "
                "a value lies in one, and never above itself."
            )
    return None


def name_places(table: Hierarchy, level: str) -> dict[str, str] | None:
    """Return what becomes of each value at a level; None if the table has no such level, or is faulty.

    >>> table = Hierarchy(levels=("Stadtteil", "Bezirk", "Stadt"), rows=(("Holthausen", "Sodingen", "Herne"),))
    >>> name_places(table, "Bezirk")
    {'Holthausen': 'Sodingen', 'Sodingen': 'Sodingen', 'Herne': 'Herne'}
    """
    if level not in table.levels:
        return None
    found = _name_places(table, table.levels.index(level))
    return None if isinstance(found, str) else found


def _name_places(table: Hierarchy, level: int) -> dict[str, str] | str:
    """Return what becomes of each value at the level with this number, or a value that would become two."""
    found: dict[str, str] = {}
    for row in table.rows:
        for at, value in enumerate(row):
            place = row[max(at, level)]
            if found.setdefault(value, place) != place:
                return value
    return found
