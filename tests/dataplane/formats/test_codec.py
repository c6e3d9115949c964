import msgspec
import pytest

from connector.ports.treatment import Records, TransformStep
from tests.dataplane.records import CSV, JSON, LINES, deliver, treat


def test_a_last_line_without_an_end_and_blank_lines_do_not_matter() -> None:
    assert deliver(b"a,b\n\n1,2\n\n3,4", treat(CSV)) == b"a,b\n1,2\n3,4\n"
    assert deliver(b'\n{"a":1}\n\n{"a":2}', treat(LINES)) == b'{"a":1}\n{"a":2}\n'


@pytest.mark.parametrize("records", [JSON, LINES])
def test_no_records_are_none_afterwards(records: Records) -> None:
    data = b" [ ] " if records is JSON else b""
    assert msgspec.json.decode(deliver(data, treat(records, TransformStep(name="drop", fields=("a",)))) or b"[]") == []
    assert deliver(b"a,b\n", treat(CSV)) == b"a,b\n"
