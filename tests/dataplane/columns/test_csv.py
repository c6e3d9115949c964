import pytest

from connector.dataplane.columns.csv import TableCsv
from connector.dataplane.columns.table import ColumnTable
from connector.dataplane.formats.csv import LONGEST_RECORD
from connector.ports.flow import Record, Untreatable
from connector.ports.treatment import Records


def _kinds(parts: list[ColumnTable | list[Record]]) -> list[object]:
    return [
        part.height if isinstance(part, ColumnTable) else part for part in parts if not isinstance(part, list) or part
    ]


def test_complete_lines_are_a_table_and_the_last_one_without_an_end_is_a_record() -> None:
    reader = TableCsv(Records(format="csv"))
    parts = [*reader.read(b"a,b\n1,2\n"), *reader.read(b'3,"4\n5"\n6'), *reader.read(b",7\n8,9"), *reader.end()]
    assert _kinds(parts) == [[{"a": "1", "b": "2"}], 1, 1, [{"a": "8", "b": "9"}]]


def test_a_doubted_piece_is_records_and_the_next_one_a_table_again() -> None:
    reader = TableCsv(Records(format="csv"))
    parts = [*reader.read(b"a,b\n"), *reader.read(b"1,2\n\n3,4\n"), *reader.read(b"5,6\n"), *reader.end()]
    assert _kinds(parts) == [[{"a": "1", "b": "2"}, {"a": "3", "b": "4"}], 1]


def test_a_fault_after_tables_is_named_by_its_line() -> None:
    reader = TableCsv(Records(format="csv"))
    assert list(reader.read(b'a,b\n"x\ny",2\n')) + list(reader.read(b'"3\n",4\n')) is not None
    with pytest.raises(Untreatable, match="Line 6 of the CSV has 1 values"):
        list(reader.read(b"5\n"))


def test_a_record_without_an_end_is_refused_when_it_is_too_long() -> None:
    reader = TableCsv(Records(format="csv"))
    list(reader.read(b'a,b\n1,2\n"'))
    with pytest.raises(Untreatable, match="Line 3 of the CSV cannot be read: field larger"):
        list(reader.read(b"\n" * (LONGEST_RECORD + 1)))
