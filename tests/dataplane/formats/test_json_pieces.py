"""Many records in one go against the same records one by one: over hostile JSON and any cut, they are the same."""

import os
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connector.dataplane.formats.json import JsonArray, JsonLines
from connector.dataplane.formats.json_pieces import JsonPieces
from connector.ports.flow import Record, Untreatable

BY_NIGHT = int(os.environ.get("EXAMPLES", "50000"))
Found = list[dict[str, bytes]] | str
"""The members of each record as they are written, or the sentence of the refusal."""


def _show(records: Iterable[Record]) -> list[dict[str, bytes]]:
    return [{name: bytes(value) for name, value in record.items()} for record in records]


def _read_plain(data: bytes, lines: bool) -> Found:
    reader = JsonLines(raw=True) if lines else JsonArray(raw=True)
    try:
        return _show([*reader.read(data), *reader.end()])
    except Untreatable as error:
        return str(error)


def _read_pieces(pieces: list[bytes], lines: bool) -> Found:
    reader, found = JsonPieces(lines=lines), list[Record]()
    try:
        for piece in pieces:
            for part in reader.read(piece):
                found += part
        for part in reader.end():
            found += part
    except Untreatable as error:
        return str(error)
    return _show(found)


VALUES = st.sampled_from(
    [
        *("1", "-0", "1.50", "1e3", "1E+400", '"x"', '"a:b"', '"},{"', '"\\"}"', '"\\u003a"', '"\u00e4"', "true"),
        *("{}", "[]", '{"b": 1}', '{"b":1,"b":2}', '[{"c":{}},{"c":":"}]', "[1 , 2]", '{"a":[{"x":1},{"x":1}]}'),
        *("NaN", "01", '"\\x"', '"\\ud800"', "", '"', "}", "]", "null", "1" * 400, "[" * 40 + "]" * 40),
    ]
)
NAMES = st.sampled_from(['"a"', '"b"', '"a:"', '"\\u0061"', '""', "a"])
MEMBERS = st.lists(st.tuples(NAMES, VALUES).map(":".join), max_size=3)
OBJECTS = MEMBERS.map(lambda members: "{" + ",".join(members) + "}")
PLAIN = st.sampled_from(['{"a":1,"b":"x"}', '{"a":2.50,"b":"y"}', '{"a": {"b": 1}}'])
RECORDS = st.lists(PLAIN | PLAIN | PLAIN | OBJECTS, max_size=8)
GAPS = st.sampled_from([",", ",", ", ", " ,\n", ",\r\n", "", ",,", ";"])
ENDS = st.sampled_from(["\n", "\n", "\r\n", "\n\n", " ", "", " \n "])


@st.composite
def documents(draw: st.DrawFn) -> tuple[bytes, bool, list[int]]:
    lines, records = draw(st.booleans()), draw(RECORDS)
    gap, end = draw(GAPS), draw(ENDS)
    if lines:
        text = "".join(record + end for record in records) + draw(st.sampled_from(["", "{", '{"a":1}']))
    else:
        text = draw(st.sampled_from(["[", "[", " [ ", "", "{"])) + gap.join(records)
        text += draw(st.sampled_from(["]", "]", "]\n", ",]", "", "] x", "\n]"]))
    data = draw(st.sampled_from(["", "", "\ufeff"])).encode() + text.encode()
    data = data.replace(b"\xa4", draw(st.sampled_from([b"\xa4", b"\xa4", b"\xff"])))
    return data, lines, sorted(draw(st.lists(st.integers(0, len(data)), max_size=3)))


def _compare(case: tuple[bytes, bool, list[int]]) -> None:
    data, lines, cuts = case
    borders = [0, *cuts, len(data)]
    pieces = [data[begin:end] for begin, end in pairwise(borders)]
    made, expected = _read_pieces(pieces, lines), _read_plain(data, lines)
    # Of two faults, the one in the first piece is told.
    assert made == expected or (isinstance(made, str) and isinstance(expected, str))


@given(case=documents())
@example(case=(b'[{"a":1},{"a":2},{"a":3,"b":[{"x":1},{"x":2}]}]', False, [10, 30, 40]))
@example(case=(b'{"a":1}\n{"a":2}{"b":1}\n\n', True, [9]))
@example(case=(b'{"a":1}\n{"a":[1\n,2]}\n', True, [9]))
@settings(max_examples=300, deadline=None)
def test_records_are_the_same_many_at_a_time_and_one_by_one(case: tuple[bytes, bool, list[int]]) -> None:
    _compare(case)


@pytest.mark.nightly
@given(case=documents())
@settings(max_examples=BY_NIGHT, deadline=None)
def test_records_are_the_same_many_at_a_time_and_one_by_one_by_night(case: tuple[bytes, bool, list[int]]) -> None:
    _compare(case)


@pytest.mark.parametrize("lines", [True, False])
def test_usual_records_are_read_in_one_go(lines: bool) -> None:
    reader = JsonPieces(lines=lines)
    gap, count = (b"\n", 10) if lines else (b",\n", 9)
    data = gap.join([b'{"a": 1.50, "b": "x, y"}'] * 10) + gap
    assert sum(map(len, reader.read((b"" if lines else b"[") + data))) in {count, count + 1}
    (many,) = reader.read(data)
    assert len(many) >= count, "all but the one that may go on"
