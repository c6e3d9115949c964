"""A column of Parquet has a type only if no value loses anything by it."""

import io

import pyarrow.parquet as pq

from connector.dataplane.forms.parquet import ParquetForm
from connector.dataplane.forms.writing import Layout, RowCount, ShapedRow


def test_columns_have_the_types_of_their_values() -> None:
    form = ParquetForm()
    form.begin(Layout(("whole", "number", "code", "empty")))
    form.write([ShapedRow({"whole": "1", "number": "1.5", "code": "01", "empty": ""}), ShapedRow({"whole": "2"})])
    table = pq.read_table(io.BytesIO(form.end(RowCount(2, 2, True))))
    assert [str(field.type) for field in table.schema] == ["int64", "double", "string", "string"]
    assert table.to_pylist()[1] == {"whole": 2, "number": None, "code": None, "empty": None}
