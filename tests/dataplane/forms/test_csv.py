"""CSV for Excel runs no formula, and CSV for programs changes no value."""

import csv
import io

import pytest
import shapely

from connector.dataplane.forms.choice import BadChoice
from connector.dataplane.forms.csv import CsvForm
from connector.dataplane.forms.writing import Layout, RowCount, ShapedRow


def write(values: list[object], *, safe: bool) -> str:
    form, layout = CsvForm(safe=safe), Layout(("a", "b"))
    made = form.begin(layout) + form.write([ShapedRow({"a": value, "b": "x"}) for value in values])
    return (made + form.end(RowCount(1, 1, True))).decode()


@pytest.mark.parametrize(
    "value", ["=1+1", "+SUM(A1)", "-2+3", "@SUM(A1)", "\t=1", " =1", "=HYPERLINK(1)", "|cmd", "%0A"]
)
def test_a_formula_is_a_text_for_excel(value: str) -> None:
    row = list(csv.reader(io.StringIO(write([value], safe=True).removeprefix("\ufeff"), newline=""), delimiter=";"))[1]
    assert row == ["'" + value, "x"]
    assert next(csv.DictReader(io.StringIO(write([value], safe=False), newline="")))["a"] == value


def test_numbers_stay_numbers_for_excel() -> None:
    shown = write(["-1.5", 2.25, "007", "3,5"], safe=True)
    assert shown.startswith("\ufeffa;b\r\n")
    assert [line.partition(";")[0] for line in shown.splitlines()[1:]] == ["-1,5", "2,25", "007", "3,5"]


def test_a_place_that_no_cell_of_excel_can_hold_is_refused_for_excel_alone() -> None:
    line = shapely.LineString([(number / 7, number / 3) for number in range(2_000)])
    row = ShapedRow({"g": None}, line)
    for safe in (True, False):
        form = CsvForm(safe=safe)
        form.begin(Layout(("g",), "g"))
        if safe:
            with pytest.raises(BadChoice, match="choose csv"):
                form.write([row])
        else:
            assert form.write([row]).startswith(b'"LINESTRING')


@pytest.mark.parametrize(
    ("decimal", "thousands", "certain", "text", "shown"),
    [
        (",", ".", True, "1.234", "1.234"),
        (",", ".", True, "-1.234,50", "-1.234,50"),
        (",", ".", True, "-0,5", "-0,5"),
        (",", ".", False, "1.234", "1.234"),
        (",", ".", False, "51.5123", "51,5123"),
        (".", "", True, "1.234", "1,234"),
        (".", ",", True, "1,234.5", "1234,5"),
        (".", ",", True, "12,000", "12000"),
        (".", "", False, "1.234", "'1.234"),
        ("", "", False, "1.234", "'1.234"),
        ("", "", False, "1,234", "'1,234"),
        ("", "", False, "-1.5", "-1,5"),
        ("", "", False, "-1,5", "-1,5"),
        ("", "", False, "-1+2", "'-1+2"),
        ("", "", False, "1.5e-3", "1,5e-3"),
    ],
)
def test_a_number_for_excel_is_the_number_that_the_data_means(
    decimal: str, thousands: str, certain: bool, text: str, shown: str
) -> None:
    form = CsvForm(safe=True)
    form.begin(Layout(("a",), decimal=decimal, thousands=thousands, certain=("a",) if certain else ()))
    assert form.write([ShapedRow({"a": text})]).decode() == f"{shown}\r\n"
