"""JSON keeps values as the data writes them."""

from decimal import Decimal

from connector.dataplane.forms.json import GeoJsonForm, JsonForm
from connector.dataplane.forms.writing import Layout, RowCount, ShapedRow

END = RowCount(0, 0, True)


def test_an_empty_table_is_an_empty_array_and_an_empty_collection() -> None:
    array, features = JsonForm(), GeoJsonForm()
    assert (array.begin(Layout(())) + array.end(END)).split() == [b"[", b"]"]
    assert b'"features":[' in features.begin(Layout(()))


def test_a_number_keeps_its_digits_and_a_text_stays_one() -> None:
    lines = JsonForm(lines=True)
    lines.begin(Layout(("a", "b")))
    assert lines.write([ShapedRow({"a": Decimal("1.50"), "b": "1.50", "c": 1})]) == b'{"a":1.50,"b":"1.50"}\n'
