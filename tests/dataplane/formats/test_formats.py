"""Records out of bytes and back: what is kept, and what is refused because nobody could be sure of it."""

import csv
import io
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connector.ports.flow import Untreatable
from connector.ports.treatment import Records, TransformStep
from tests.dataplane.records import CSV, JSON, LINES, deliver, treat
from tests.support.data import data_folder

CELLS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=10)


@given(
    rows=st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=8),
    delimiter=st.sampled_from(",;\t|"),
    mark=st.booleans(),
    end=st.sampled_from(["\n", "\r\n"]),
    cut=st.integers(0, 7),
)
@example(rows=[['a"\n,', "\r\n;"]], delimiter=";", mark=True, end="\r\n", cut=1)
@settings(max_examples=100, deadline=None)
def test_csv_comes_back_as_it_was(rows: list[list[str]], delimiter: str, mark: bool, end: str, cut: int) -> None:
    lines = io.StringIO(newline="")
    written = [["one", "two"], *rows]
    csv.writer(lines, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(written)
    data = (("\ufeff" if mark else "") + lines.getvalue()).encode()
    made = deliver(data, treat(CSV), cut=cut)
    assert made.startswith(b"\xef\xbb\xbf") is mark
    assert made.endswith(end.encode())
    assert list(csv.reader(io.StringIO(made.decode("utf-8-sig"), newline=""), delimiter=delimiter)) == written


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


def test_numbers_keep_their_digits() -> None:
    data = b'[{"a": 1.10, "b": 12345678901234567890.123456789, "c": 1e3}]'
    assert deliver(data, treat(JSON)) == b'[\n{"a":1.10,"b":12345678901234567890.123456789,"c":1E+3}\n]\n'


def test_the_delimiter_is_found_in_the_header_or_declared() -> None:
    drop = TransformStep(name="drop", fields=("a",))
    for delimiter in (b",", b";", b"\t", b"|"):
        assert (
            deliver(b'a:"x,b'.replace(b':"x,', delimiter) + b"\n1" + delimiter + b"2\n", treat(CSV, drop)) == b"b\n2\n"
        )
    assert deliver(b"a:b\n1:2\n", treat(Records(format="csv", delimiter=":"), drop)) == b"b\n2\n"
    assert deliver(b'"a;b;c",d\n1,2\n', treat(CSV, TransformStep(name="drop", fields=("d",)))) == b"a;b;c\n1\n"


def test_a_last_line_without_an_end_and_blank_lines_do_not_matter() -> None:
    assert deliver(b"a,b\n\n1,2\n\n3,4", treat(CSV)) == b"a,b\n1,2\n3,4\n"
    assert deliver(b'\n{"a":1}\n\n{"a":2}', treat(LINES)) == b'{"a":1}\n{"a":2}\n'


@pytest.mark.parametrize("records", [JSON, LINES])
def test_no_records_are_none_afterwards(records: Records) -> None:
    data = b" [ ] " if records is JSON else b""
    assert msgspec.json.decode(deliver(data, treat(records, TransformStep(name="drop", fields=("a",)))) or b"[]") == []
    assert deliver(b"a,b\n", treat(CSV)) == b"a,b\n"


DEEP = b'{"a":' * 40 + b"1" + b"}" * 40
HUGE = b"x" * 1_100_000


@pytest.mark.parametrize(
    ("records", "data", "said"),
    [
        (CSV, b"", "is empty"),
        (CSV, b"a,b\n1\n", "Line 2 of the CSV has 1 values"),
        (CSV, b"a,b\n1,2\n1,2,3\n", "Line 3 of the CSV has 3 values"),
        (CSV, b"a,a\n1,2\n", "same name twice"),
        (CSV, b'a,b\n"1"x,2\n', "cannot be read"),
        (CSV, b'a,b\n"1,2\n', "cannot be read"),
        (CSV, b"a,b\n\xff,2\n", "not UTF-8"),
        (CSV, "a,b\nü,2\n".encode("utf-16"), "not UTF-8"),
        (CSV, b"a,b\n" + HUGE[:200_000] + b",2\n", "cannot be read: field larger"),
        (CSV, b'a,b\n"' + HUGE, "longer than"),
        (CSV, b",".join(b"%d" % at for at in range(3000)) + b"\n", "more than 2000 fields"),
        (JSON, b"", "no array"),
        (JSON, b"{}", "no array"),
        (JSON, b'{"features": []}', "no array"),
        (JSON, b"[1, 2]", "no array"),
        (JSON, b'["a"]', "no array"),
        (JSON, b"[[{}]]", "no array"),
        (JSON, b"[{}{}]", "no array"),
        (JSON, b"[{},]", "no array"),
        (JSON, b"[,{}]", "no array"),
        (JSON, b"x[{}]", "no array"),
        (JSON, b"[{}],[{}]", "no array"),
        (JSON, b"[{}", "ends before"),
        (JSON, b"[{}] x", "goes on after"),
        (JSON, b'[{"a": 1]}', "cannot be read"),
        (JSON, b"[{'a': 1}]", "cannot be read"),
        (JSON, b'[{"a": NaN}]', "cannot be read"),
        (JSON, b'[{"a": "\xff"}]', "cannot be read"),
        (JSON, b"[" + DEEP + b"]", "deeper than 32"),
        (JSON, b'[{"a": "' + HUGE + b'"}]', "longer than"),
        (JSON, b'[{"a": "' + HUGE, "longer than"),
        (JSON, b"[" + b" " * 1_100_000, "longer than"),
        (LINES, b'{"a": 1}\n[1]\n', "Record 2"),
        (LINES, b'{"a": 1', "cannot be read"),
        (LINES, b'{"a": "' + HUGE + b'"}\n', "longer than"),
        (LINES, b"[" * 100_000, "cannot be read"),
    ],
)
def test_what_is_broken_huge_or_deep_is_refused_in_a_sentence(records: Records, data: bytes, said: str) -> None:
    for cut in (0, 100_000):
        with pytest.raises(Untreatable, match=said) as refused:
            deliver(data, treat(records), cut=cut)
        assert str(refused.value).endswith(".")
        assert len(str(refused.value)) < 250


@pytest.mark.parametrize(
    "name", ["bielefeld/bielefeld.csv", "bochum/weather_943CC6451BFB_2025-07.csv", "bochum/playgrounds.csv"]
)
def test_the_tables_of_real_cities_are_read_and_written(name: str) -> None:
    data = data_folder(*name.split("/")).read_bytes()
    before = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=_delimiter(data)))
    after = list(
        csv.reader(io.StringIO(deliver(data, treat(CSV)).decode("utf-8-sig"), newline=""), delimiter=_delimiter(data))
    )
    assert after == before


def test_parking_spaces_of_a_real_city_are_added_up_and_small_kinds_left_out() -> None:
    data = data_folder("bielefeld", "bielefeld.csv").read_bytes()
    rows = list(csv.DictReader(io.StringIO(data.decode(), newline=""), delimiter=";"))
    step = TransformStep(name="aggregate", fields=("kategorie",), measures=("kapazitaet",), smallest_group=5)
    made = csv.DictReader(io.StringIO(deliver(data, treat(CSV, step)).decode(), newline=""), delimiter=";")
    sizes = {row["kategorie"]: int(row["records"]) for row in made}
    kinds = [row["kategorie"] for row in rows]
    assert sizes == {kind: kinds.count(kind) for kind in kinds if kinds.count(kind) >= 5}
    assert 0 < len(sizes) < len(set(kinds))


def _delimiter(data: bytes) -> str:
    return max(",;", key=data.decode().partition("\n")[0].count)
