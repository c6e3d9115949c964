"""What is remarkable about the text of a CSV itself: lines before the names of its columns, and an encoding of old."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import islice

from connector.dataplane.formats.csv import DELIMITERS
from connector.dataplane.formats.signatures import OLD_ENCODINGS
from connector.views.sightings import DataFinding, Sighting

_LONGEST_HEAD = 64 * 1024
_MOST_ROWS, _LEAST_ROWS = 40, 3
_LONGEST = 100
_NO_NAME = re.compile(r"\s|[-+]?\d[\d.,:%\s-]*$", re.ASCII)


def inspect_text(sample: bytes, seen: Sighting, encoding: str) -> Iterator[DataFinding]:
    """Yield what is remarkable about the beginning of a text.

    Parameters:
        sample: the beginning.
        seen: what was seen in it.
        encoding: what the owner states; empty if nothing.
    """
    if seen.format != "csv" or not seen.encoding:
        return
    if not encoding and seen.encoding in OLD_ENCODINGS:
        yield DataFinding(code="old-encoding", level="remark", detail=seen.encoding)
    if seen.problem or len(seen.fields) == 1:
        text = sample[:_LONGEST_HEAD].decode(seen.encoding, "replace").removeprefix("\ufeff")
        found = find_table(text, seen.delimiter if seen.problem else "")
        if found is not None:
            line, names = found
            example = ", ".join(names)[:_LONGEST]
            yield DataFinding(code="title-lines", level="fault", count=line - 1, detail=str(line), example=example)


def find_table(text: str, delimiter: str = "") -> tuple[int, tuple[str, ...]] | None:
    r"""Return the line in which a table begins that has other lines before it, and its names; None if none is seen.

    Parameters:
        text: the beginning of a CSV.
        delimiter: one character; empty to try all.

    >>> find_table("Air quality\n\nplace;no2;pm10\nMitte;1,5;2,5\nSüd;1,7;2,6\n")
    (3, ('place', 'no2', 'pm10'))
    >>> find_table("value\n1,5\n2,5\n3,5\n")
    """
    found = [table for sign in delimiter or DELIMITERS if (table := _find_below(text, sign)) is not None]
    best = max(found, key=lambda table: len(table[1]), default=None)
    return None if best is None or best[0] == 1 else best


def _find_below(text: str, delimiter: str) -> tuple[int, tuple[str, ...]] | None:
    """Return where the rows begin that all have as many values as the last ones, with what stands there."""
    rows = _read(text, delimiter)
    width = len(rows[-1][1]) if rows else 0
    uneven = [at for at, (_, row) in enumerate(rows) if len(row) != width]
    at = uneven[-1] + 1 if uneven else 0
    # A program for sheets fills up a title with empty values.
    while width > 2 and at < len(rows) and sum(map(bool, rows[at][1])) < 2:
        at += 1
    if width < 2 or len(rows) - at < _LEAST_ROWS:
        return None
    line, names = rows[at]
    sound = len(set(names)) == width and all(name and not _NO_NAME.match(name) for name in names)
    return (line, tuple(names)) if sound else None


def _read(text: str, delimiter: str) -> Sequence[tuple[int, list[str]]]:
    """Return the first rows with the line in which each begins; a last line that is cut is left out."""
    lines = io.StringIO(text[: text.rfind("\n") + 1], newline="")
    reader = csv.reader(lines, delimiter=delimiter)
    rows: list[tuple[int, list[str]]] = []
    begin = 1
    try:
        for row in islice(reader, _MOST_ROWS):
            if row:
                rows.append((begin, row))
            begin = reader.line_num + 1
    except csv.Error:
        return ()
    return rows
