"""Reads a piece of a CSV with polars, if it certainly reads the same values as the reader in `formats.csv`.

A piece is doubted rather than read in another way: polars pads short lines, takes a blank line for a record, and has
its own view of a quote inside a value and of a single carriage return.
"""

import csv
import re
from functools import cache

import polars as pl

from connector.dataplane.columns.table import ColumnTable

LONGEST_PIECE = 3 * 1024 * 1024
LONGEST_LINE = 512 * 1024
MOST_LINES = 150_000
"""The bounds of a table in characters and lines, and so of the memory that it takes."""
_MARK = "\ufeff"


def read_table(text: str, fields: tuple[str, ...], delimiter: str, line_end: str) -> ColumnTable | None:
    """Return the records of complete lines as a table; None for a text that has to be read in the other way.

    Parameters:
        text: lines with their ends, the last one too.
        fields: the names in the header line, each once.
        delimiter, line_end: those of the data.
    """
    quoted = _find_quoted(text, delimiter) if '"' in text else []
    if quoted is None or not _is_sound(text, fields, delimiter, line_end):
        return None
    names = [str(at) for at in range(len(fields))]
    written = text.encode()
    try:
        frame = pl.read_csv(
            written,
            has_header=False,
            schema=dict.fromkeys(names, pl.String),
            separator=delimiter,
            extra_columns="raise",
        )
    except pl.exceptions.PolarsError:
        return None
    lengths = frame.select(pl.all().str.len_bytes())
    longest = [length or 0 for length in lengths.max().row(0)]
    if max(longest) >= csv.field_size_limit() or sum(longest) > LONGEST_LINE:
        return None
    # Neither a blank nor a short line: each byte is in a value, around one, or between two of a whole record.
    around = _count_around(quoted) + frame.height * (len(fields) - 1 + len(line_end))
    if len(written) != around + sum(length or 0 for length in lengths.sum().row(0)):
        return None
    if quoted and 0 in lengths.min().row(0):
        frame = frame.with_columns(pl.all().replace("", None))  # else an empty value is written as it was: in quotes
    return ColumnTable(frame, dict(zip(fields, names, strict=True)), plain=not quoted)


def _find_quoted(text: str, delimiter: str) -> list[str] | None:
    """Return the values that stand between quotes, with them; None if a quote stands anywhere else."""
    found = _make_pattern(delimiter).findall(text)
    return found if "".join(found).count('"') == text.count('"') else None


def _count_around(quoted: list[str]) -> int:
    """Return how many of the quotes do not belong to values: two of each value, and one of each two inside of it."""
    around = 2 * len(quoted)
    return around + ("".join(quoted).count('"') - around) // 2


@cache
def _make_pattern(delimiter: str) -> re.Pattern[str]:
    """Return the pattern of a value between quotes, which borders a delimiter or a line end on both sides.

    It begins with the quote, so that the search for the next one is quick, and looks at the sign before it afterwards.
    """
    sign = re.escape(delimiter)
    return re.compile(rf'"(?<![^{sign}\n]")[^"]*+(?:""[^"]*+)*+"(?![^{sign}\r\n])')


def _is_sound(text: str, fields: tuple[str, ...], delimiter: str, line_end: str) -> bool:
    """Return whether nothing in the text is known to be read in different ways.

    A zero character is kept for marks of our own. Where lines end without a carriage return, a value with one is
    written in quotes, which polars leaves out.
    """
    returns = text.count("\r")
    return (
        len(fields) > 1
        and len(text) <= LONGEST_PIECE
        and text.count("\n") <= MOST_LINES
        and delimiter.isascii()
        and "\0" not in text
        and not text.startswith(_MARK)
        and returns == (text.count("\r\n") if line_end == "\r\n" else 0)
    )
