"""Rows are held within bounds."""

import pytest

from connector.dataplane.forms import held
from connector.dataplane.forms.choice import BadChoice
from connector.dataplane.forms.held import HeldRows
from connector.dataplane.forms.writing import Layout, ShapedRow


@pytest.mark.parametrize("bound", ["MOST_HELD", "MOST_CELLS"])
def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch, bound: str) -> None:
    monkeypatch.setattr(held, bound, 10)
    rows = HeldRows("parquet")
    rows.begin(Layout(("a",)))
    with pytest.raises(BadChoice, match="choose csv or ndjson"):
        rows.add([ShapedRow({"a": "text"})] * 20)


def test_a_field_that_the_table_lacks_is_refused() -> None:
    rows = HeldRows("parquet")
    rows.begin(Layout(("a",), fixed=False))
    with pytest.raises(BadChoice, match="declare"):
        rows.add([ShapedRow({"b": 1})])
