"""The record of processing as a table: for spreadsheets, and for programs."""

import csv
import io
from datetime import UTC, datetime

import pytest

from connector.desk.processing import COLUMNS, write_sheet
from tests.cli.commands.test_privacy import line


def _write(*titles: str, **how: bool) -> list[list[str]]:
    out = io.StringIO(newline="")
    late = datetime(2026, 5, 4, 23, tzinfo=UTC)
    write_sheet(out, [line(title={"de": title}, delete_by=late) for title in titles], "en", UTC, **how)
    return list(csv.reader(io.StringIO(out.getvalue())))


def test_the_form_for_programs_has_the_names_of_the_columns_and_days() -> None:
    head, row = _write("Fahrten", plain=True)
    assert tuple(head) == COLUMNS
    assert dict(zip(head, row, strict=True))["delete-by"] == "2026-05-04"


def test_a_later_part_of_the_table_has_no_head() -> None:
    assert _write("Fahrten", head=False)[0][0] == "Fahrten"


@pytest.mark.parametrize("sign", "=+-@")
def test_no_title_is_a_formula(sign: str) -> None:
    assert _write(f"{sign}1+1", plain=True)[1][0] == f"'{sign}1+1"
