"""Workbooks as rows."""

import io
from pathlib import Path

import pytest
import xlsxwriter

from connector.dataplane.tabular.opened import FileRemark
from connector.dataplane.tabular.opening import open_file
from connector.ports.flow import Untreatable
from connector.ports.treatment import Records
from tests.dataplane.tabular.files import (
    make_workbook,
    put,
    rows_of,
)


def test_a_workbook_has_numbers_texts_and_empty_cells(tmp_path: Path) -> None:
    data = make_workbook(["name", "wert"], ["Köln", 1.5], ["007", None], [None, None], ["x", 3])
    rows = rows_of(put(tmp_path, data), "excel")
    assert [list(map(str, row.values())) for row in rows] == [["Köln", "1.5"], ["007", "None"], ["x", "3"]]


@pytest.mark.parametrize("rows", [[["a", "a"], [1, 2]], [["a", "", "b"], [1, 2, 3]], [["a"], [1, 2]], []])
def test_a_table_without_names_of_all_columns_is_refused(tmp_path: Path, rows: list[list[object]]) -> None:
    with pytest.raises(Untreatable):
        rows_of(put(tmp_path, make_workbook(*rows)), "excel")


def test_the_sheets_that_nobody_looked_at_are_named(tmp_path: Path) -> None:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        book.add_worksheet("Tabelle").write_row(0, 0, ["ort"])
        for name in ("Daten", "Ansprechpartner"):
            book.add_worksheet(name)
    opened = open_file(put(tmp_path, made.getvalue()), Records(format="excel"))
    assert opened.remarks == (FileRemark("more-sheets", "Daten, Ansprechpartner"),)
    assert open_file(put(tmp_path, make_workbook(["ort"], ["x"])), Records(format="excel")).remarks == ()
