import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.ports.flow import Untreatable
from connector.ports.treatment import Records
from tests.dataplane.records import JSON, LINES, deliver, treat

DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(rows=st.lists(st.dictionaries(st.text(max_size=6), DOCUMENTS, max_size=4), max_size=6), cut=st.integers(0, 7))
@settings(max_examples=100, deadline=None)
def test_json_means_the_same_as_before(rows: list[dict[str, Any]], cut: int) -> None:
    data = msgspec.json.encode(rows)
    assert msgspec.json.decode(deliver(data, treat(JSON), cut=cut)) == rows
    lines = b"\n".join(msgspec.json.encode(row) for row in rows)
    found = deliver(lines, treat(LINES), cut=cut)
    assert [msgspec.json.decode(line) for line in found.splitlines()] == rows


def test_numbers_leave_as_they_are_written() -> None:
    data = b'[{"a": 1.10, "b": 12345678901234567890.123456789, "c": 1e3}]'
    assert deliver(data, treat(JSON)) == b'[\n{"a":1.10,"b":12345678901234567890.123456789,"c":1e3}\n]\n'


DEEP = b'{"a":' * 40 + b"1" + b"}" * 40
HUGE = b"x" * 1_100_000


@pytest.mark.parametrize(
    ("records", "data", "said"),
    [
        (JSON, b"", "not an array"),
        (JSON, b"{}", "not an array"),
        (JSON, b'{"features": []}', "not an array"),
        (JSON, b"[1, 2]", "not an array"),
        (JSON, b'["a"]', "not an array"),
        (JSON, b"[[{}]]", "not an array"),
        (JSON, b"[{}{}]", "not an array"),
        (JSON, b"[{},]", "not an array"),
        (JSON, b"[,{}]", "not an array"),
        (JSON, b"x[{}]", "not an array"),
        (JSON, b"[{}],[{}]", "not an array"),
        (JSON, b"[{}", "ends before"),
        (JSON, b"[{}] x", "data after it"),
        (JSON, b'[{"a": 1]}', "cannot be read"),
        (JSON, b"[{'a': 1}]", "cannot be read"),
        (JSON, b'[{"a": NaN}]', "cannot be read"),
        (JSON, b'[{"a": "\xff"}]', "cannot be read"),
        (JSON, b"[" + DEEP + b"]", "more than 32 levels"),
        (JSON, b'[{"a": "' + HUGE + b'"}]', "more than 10"),
        (JSON, b'[{"a": "' + HUGE, "more than 10"),
        (JSON, b"[" + b" " * 1_100_000, "more than 10"),
        (LINES, b'{"a": 1}\n[1]\n', "Record 2"),
        (LINES, b'{"a": 1', "cannot be read"),
        (LINES, b'{"a": "' + HUGE + b'"}\n', "more than 10"),
        (LINES, b"[" * 100_000, "cannot be read"),
        (JSON, b'[{"a": 1}, {"a": 1, "a": 2}]', "Record 2 .* twice"),
        (JSON, b'[{"a": {"b": 1, "\\u0062": ""}}]', "twice"),
        (JSON, b'[{"a": [[{"b": 1, "b": 1}]]}]', "twice"),
        (JSON, b'[{"a": 1, "a": "\\u003A\\u003a"}]', "twice"),
        (JSON, b'[{"a": "x:y", "a": 2}]', "twice"),
        (LINES, b'{"a:b": ":"}\n{"a": 1, "a": 1}\n', "Record 2 .* twice"),
    ],
)
def test_a_broken_huge_or_deep_document_is_refused_in_a_sentence(records: Records, data: bytes, said: str) -> None:
    for cut in (0, 100_000):
        with pytest.raises(Untreatable, match=said) as refused:
            deliver(data, treat(records), cut=cut)
        assert str(refused.value).endswith(".")
        assert len(str(refused.value)) < 250


TEXTS = st.text(st.sampled_from('ab:"\\{,'), max_size=3)


@given(
    members=st.lists(st.tuples(TEXTS, st.dictionaries(TEXTS, TEXTS, max_size=2) | TEXTS), max_size=4),
    escaped=st.booleans(),
    nested=st.booleans(),
)
def test_a_record_with_a_member_twice_is_refused_and_no_other(
    members: list[tuple[str, Any]], escaped: bool, nested: bool
) -> None:
    body = ", ".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in members)
    document = f'{{"o": [{{{body}}}]}}' if nested else f"{{{body}}}"
    line = document.replace("a", "\\u0061").encode() if escaped else document.encode()
    if len(dict(members)) == len(members):
        assert msgspec.json.decode(deliver(line, treat(LINES))) == json.loads(document)
    else:
        with pytest.raises(Untreatable, match="Record 1 of the JSON contains a member twice"):
            deliver(line, treat(LINES))
