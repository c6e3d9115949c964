"""What an .xlsx says beside its values."""

import io
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from connector.dataplane.tabular.cells.sheets import NOTHING, read_notes
from tests.dataplane.tabular.files import make_archive, make_workbook, put

LAST = (9, 3)
BOOK = b'<workbook xmlns:r="r"><sheets><sheet name="A &amp; B" sheetId="1" r:id="rId7"/></sheets></workbook>'
RELATED = b'<Relationships><Relationship Id="rId7" Target="worksheets/one.xml"/></Relationships>'
STYLES = (
    b'<styleSheet><numFmts><numFmt numFmtId="164" formatCode="00000"/><numFmt numFmtId="165" formatCode="0.00"/>'
    b'<numFmt numFmtId="166" formatCode="[$-407]00000000;@"/></numFmts>'
    b'<cellStyleXfs><xf numFmtId="164"/></cellStyleXfs>'
    b'<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/></cellXfs></styleSheet>'
)


def notes_of(folder: Path, sheet: bytes, **parts: bytes | None) -> Any:
    given = {
        "xl/workbook.xml": BOOK,
        "xl/_rels/workbook.xml.rels": RELATED,
        "xl/styles.xml": STYLES,
        "xl/worksheets/one.xml": b"<worksheet>" + sheet + b"</worksheet>",
        **{name.replace("__", "/") + ".xml": data for name, data in parts.items()},
    }
    data = make_archive({name: part for name, part in given.items() if part is not None})
    return read_notes(put(folder, data), "A & B", LAST)


def codes(folder: Path, sheet: bytes) -> list[str]:
    return [remark.code for remark in notes_of(folder, sheet).remarks]


def test_a_number_that_is_shown_with_zeros_has_its_width(tmp_path: Path) -> None:
    found = notes_of(
        tmp_path,
        b'<row r="2"><c r="A2" s="1"><v>1067</v></c><c s="3" r="C2" t="n"><v>5911000</v></c>'
        b'<c r="D2" s="2"><v>1</v></c>'
        b'<x:c r="AA2" s="1"><v>1</v></x:c></row>',
    )
    assert [found.find_width(1, column) for column in (0, 1, 2, 3, 26)] == [5, 0, 8, 0, 5]
    assert (found.find_width(0, 0), found.find_width(2, 0)) == (0, 0)


@pytest.mark.parametrize(
    ("cell", "noted"),
    [
        (b'<c r="A2"><f>B2+C2</f><v></v></c>', True),
        (b'<c r="A2"><f>B2+C2</f><v /></c>', True),
        (b'<c r="A2"><f t="shared" si="0"/></c>', True),
        (b'<x:c r="A2"><x:f>B2</x:f></x:c>', True),
        (b'<c r="A2"><f>B2+C2</f><v>3</v></c>', False),
        (b'<c r="A2" t="str"><f>IF(B2,1,"")</f><v></v></c>', False),
        (b'<c r="A2"><v></v></c>', False),
    ],
)
def test_a_formula_without_a_saved_result_is_noted(tmp_path: Path, cell: bytes, noted: bool) -> None:
    assert codes(tmp_path, b'<row r="2">' + cell + b"</row>") == ["formulas-unkept"] * noted


@pytest.mark.parametrize(
    ("sheet", "noted"),
    [
        (b'<cols><col min="2" max="2" width="9" hidden="1"/></cols>', True),
        (b'<row r="3" hidden="true"><c r="A3"/></row>', True),
        (b'<cols><col min="5" max="16384" hidden="1"/></cols>', False),
        (b'<row r="11" hidden="1"/>', False),
        (b'<cols><col min="2" max="2" hidden="0"/></cols><row r="3"/>', False),
    ],
)
def test_hidden_rows_and_columns_are_noted_within_the_table(tmp_path: Path, sheet: bytes, noted: bool) -> None:
    assert codes(tmp_path, sheet) == ["hidden-cells"] * noted


def test_an_error_is_noted(tmp_path: Path) -> None:
    assert codes(tmp_path, b'<row r="2"><c r="A2" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>') == ["error-cells"]


def test_a_cell_at_the_end_of_a_piece_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = b"".join(b'<row r="%d"><c r="A%d" s="1"><v>7</v></c></row>' % (row, row) for row in range(2, 40))
    monkeypatch.setattr("connector.dataplane.tabular.cells.sheets._PIECE", 7)
    found = notes_of(tmp_path, sheet)
    assert [found.find_width(row, 0) for row in range(1, 39)] == [5] * 38


@pytest.mark.parametrize("part", ["xl__workbook", "xl__styles", "xl__worksheets__one"])
@pytest.mark.parametrize("data", [None, b"<broken", b'<!DOCTYPE a [<!ENTITY b "c">]><workbook><sheets/></workbook>'])
def test_a_workbook_with_other_parts_has_no_notes(tmp_path: Path, part: str, data: bytes | None) -> None:
    assert notes_of(tmp_path, b"", **{part: data}) == NOTHING


def test_a_row_without_an_end_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.dataplane.tabular.cells.sheets._LONGEST_ROW", 100)
    assert notes_of(tmp_path, b'<row r="2">' + b'<c r="A2" s="1"/>' * 100) == NOTHING


def test_a_real_workbook_is_read_by_its_name(tmp_path: Path) -> None:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        book.add_worksheet("Titel")
        sheet = book.add_worksheet("Orte & Zahlen")
        sheet.write_row(0, 0, ["plz"])
        sheet.write_number(1, 0, 1067, book.add_format({"num_format": "00000"}))
    place = put(tmp_path, made.getvalue())
    assert read_notes(place, "Orte & Zahlen", LAST).find_width(1, 0) == 5
    assert read_notes(place, "Titel", LAST).widths == {}
    assert read_notes(place, "Nirgends", LAST) == NOTHING
    assert read_notes(put(tmp_path, make_workbook(["a"], [1])), "Sheet1", LAST).remarks == ()
