"""Reads a piece of a CSV with polars, if it certainly reads the same values as the reader in `formats.csv`.

A piece is doubted rather than read in another way: polars pads short lines, takes a blank line for a record, and has
its own view of a quote inside a value and of a single carriage return.
"""

import csv

import polars as pl

from connector.dataplane.columns.table import ColumnTable
from connector.dataplane.formats.quotes import find_stray_quote

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
    if not _is_sound(text, fields, delimiter, line_end):
        return None
    names = [str(at) for at in range(len(fields))]
    try:
        frame = pl.read_csv(
            text.encode(),
            has_header=False,
            schema=dict.fromkeys(names, pl.String),
            separator=delimiter,
            extra_columns="raise",
        )
    except pl.exceptions.PolarsError:
        return None
    if '""' in text:
        frame = frame.with_columns(pl.all().replace("", None))  # else an empty value is written as it was: in quotes
    longest = frame.select(pl.all().str.len_bytes().max().fill_null(0)).row(0)
    if max(longest) >= csv.field_size_limit() or sum(longest) > LONGEST_LINE:
        return None
    inside = sum(frame.select(pl.all().str.count_matches(delimiter, literal=True).sum()).row(0)) if '"' in text else 0
    # Neither a blank nor a short line: every record has a delimiter between each two of its values.
    if text.count(delimiter) - inside != frame.height * (len(fields) - 1):
        return None
    return ColumnTable(frame, dict(zip(fields, names, strict=True)))


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
        and (not (quotes := text.count('"')) or (quotes % 2 == 0 and find_stray_quote(text, delimiter) is None))
    )
