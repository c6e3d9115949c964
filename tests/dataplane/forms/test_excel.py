"""A workbook that is delivered has no formula, and says what a sheet cannot hold."""

import io
import re
import zipfile

import pytest
import python_calamine

from connector.dataplane.forms.choice import BadChoice
from connector.dataplane.forms.excel import ExcelForm
from connector.dataplane.forms.writing import Layout, RowCount, ShapedRow


def make(*values: object) -> bytes:
    form = ExcelForm()
    form.begin(Layout(("a",)))
    form.write([ShapedRow({"a": value}) for value in values])
    return form.end(RowCount(1, 1, True))


def test_texts_numbers_and_truth_values_are_cells() -> None:
    for value in ("=1+1", "007", 12, 1.5, True):
        rows = python_calamine.load_workbook(io.BytesIO(make(value))).get_sheet_by_index(0).to_python()
        assert rows == [["a"], [value]]


def test_a_text_that_no_cell_holds_is_refused() -> None:
    with pytest.raises(BadChoice, match="choose csv"):
        make("x" * 40_000)


def test_the_same_rows_are_the_same_bytes_at_any_time() -> None:
    with zipfile.ZipFile(io.BytesIO(make("a"))) as archive:
        written = {entry.date_time for entry in archive.infolist()}
        told = {year for name in archive.namelist() for year in re.findall(rb"(\d{4})-\d\d-\d\dT", archive.read(name))}
    assert (written, told) == ({(1980, 1, 1, 0, 0, 0)}, {b"1980"})
