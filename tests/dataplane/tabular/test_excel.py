"""Workbooks as rows."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

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


def test_the_first_column_may_have_no_name(tmp_path: Path) -> None:
    rows = rows_of(put(tmp_path, make_workbook([None, "a"], [0, "x"], [1, "y"])), "excel")
    assert rows == [{"": 0, "a": "x"}, {"": 1, "a": "y"}]


def test_the_sheets_that_nobody_looked_at_are_named(tmp_path: Path) -> None:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        book.add_worksheet("Tabelle").write_row(0, 0, ["ort"])
        for name in ("Daten", "Ansprechpartner"):
            book.add_worksheet(name)
    opened = open_file(put(tmp_path, made.getvalue()), Records(format="excel"))
    assert opened.remarks == (FileRemark("more-sheets", "Daten, Ansprechpartner"),)
    assert open_file(put(tmp_path, make_workbook(["ort"], ["x"])), Records(format="excel")).remarks == ()


def _write(folder: Path, fill: Callable[[Any, Any], None], **options: Any) -> Path:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, **options}) as book:
        fill(book, book.add_worksheet("Daten"))
    return put(folder, made.getvalue())


def test_a_number_that_is_shown_with_zeros_is_a_text_with_them(tmp_path: Path) -> None:
    def fill(book: Any, sheet: Any) -> None:
        five, eight = (book.add_format({"num_format": "0" * digits}) for digits in (5, 8))
        # The table begins neither in the first column nor in the first row.
        sheet.write_row(3, 2, ["plz", "ags", "n"])
        for row, (code, key) in enumerate([(1067, 14612000), (10115, 5911000)], 4):
            sheet.write_number(row, 2, code, five)
            sheet.write_number(row, 3, key, eight)
            sheet.write_number(row, 4, code)

    assert [list(row.values()) for row in rows_of(_write(tmp_path, fill), "excel")] == [
        ["01067", "14612000", 1067],
        ["10115", "05911000", 10115],
    ]


def test_the_first_sheet_that_people_see_is_read(tmp_path: Path) -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["intern"])
        sheet.hide()
        seen = book.add_worksheet("Offen")
        seen.write_row(0, 0, ["ort"])
        seen.activate()

    opened = open_file(_write(tmp_path, fill), Records(format="excel"))
    assert (opened.fields, opened.remarks) == (("ort",), (FileRemark("more-sheets", "Daten"),))


@pytest.mark.parametrize("date_1904", [False, True])
def test_a_column_of_times_has_a_time_at_midnight_too(tmp_path: Path, date_1904: bool) -> None:
    def fill(book: Any, sheet: Any) -> None:
        shown = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.write_row(0, 0, ["zeit", "tag", "dauer"])
        for row, hour in ((1, 0), (2, 1)):
            sheet.write_datetime(row, 0, datetime.fromisoformat(f"2024-02-29T0{hour}:00"), shown)
            sheet.write_datetime(
                row, 1, datetime.fromisoformat("2024-02-29"), book.add_format({"num_format": "yyyy-mm-dd"})
            )
            sheet.write_datetime(row, 2, timedelta(hours=30), book.add_format({"num_format": "[h]:mm:ss"}))

    found = rows_of(_write(tmp_path, fill, date_1904=date_1904), "excel")
    assert [row["zeit"] for row in found] == ["2024-02-29T00:00:00", "2024-02-29T01:00:00"]
    assert [(row["tag"], row["dauer"]) for row in found] == [("2024-02-29", "P1DT6H")] * 2


def test_merged_cells_are_noted_where_they_take_values_away(tmp_path: Path) -> None:
    def fill(_book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["bezirk", "n"])
        sheet.merge_range(1, 0, 2, 0, "Mitte")
        sheet.write_column(1, 1, [1, 2])

    opened = open_file(_write(tmp_path, fill), Records(format="excel"))
    assert opened.remarks == (FileRemark("merged-cells"),)
    assert [list(row.values()) for batch in opened.batches for row in batch] == [["Mitte", 1], [None, 2]]
