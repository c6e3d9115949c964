"""Tables as CSV: safe in a spreadsheet, and read again as they were written."""

import csv
import doctest
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.views import sheet
from connector.views.sheet import write_sheet

FORMULA = ("=", "+", "-", "@", "\t", "\r")
CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)


def test_the_examples_come_out_as_written() -> None:
    assert doctest.testmod(sheet).failed == 0


@given(st.lists(st.tuples(CELL, CELL), max_size=5), st.sampled_from([",", ";"]))
def test_a_table_is_read_as_written_and_no_cell_is_a_formula(rows: list[tuple[str, str]], delimiter: str) -> None:
    out = io.StringIO(newline="")
    write_sheet(out, ("a", "b"), rows, delimiter=delimiter)
    read = list(csv.reader(io.StringIO(out.getvalue(), newline=""), delimiter=delimiter))
    assert read[0] == ["a", "b"]
    for cells, row in zip(read[1:], rows, strict=True):
        assert not any(cell.startswith(FORMULA) for cell in cells)
        assert [cell.replace("'", "") for cell in cells] == [cell.replace("'", "") for cell in row]


@pytest.mark.parametrize("other", [",", ";", "\t", "|"])
@given(st.lists(st.text("=+-@;,|\t\n\"' a1", max_size=8), max_size=4), st.sampled_from([",", ";"]))
def test_no_cell_is_a_formula_for_who_takes_another_sign_for_the_delimiter(
    other: str, row: list[str], delimiter: str
) -> None:
    out = io.StringIO(newline="")
    write_sheet(out, ("a",), [row], delimiter=delimiter)
    for split in (
        [cell for cells in csv.reader(io.StringIO(out.getvalue(), newline=""), delimiter=other) for cell in cells],
        re.split(r"[\r\n]|" + re.escape(other), out.getvalue()),
    ):
        assert not any(cell.strip(' "').startswith(("=", "+", "-", "@")) for cell in split), split


def test_the_mark_of_utf_8_comes_first() -> None:
    out = io.StringIO(newline="")
    write_sheet(out, ("Größe",), [], marked=True)
    assert out.getvalue() == "\ufeffGröße\r\n"
