import csv
import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connector.dataplane.formats.csv import LONGEST_RECORD, Csv
from connector.dataplane.treating.reader import PIECE
from connector.ports.flow import Record, Untreatable
from connector.ports.treatment import Records, TransformStep
from tests.dataplane.records import CSV, deliver, treat
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


def test_the_delimiter_is_found_in_the_header_or_declared() -> None:
    drop = TransformStep(name="drop", fields=("a",))
    for delimiter in (b",", b";", b"\t", b"|"):
        assert (
            deliver(b'a:"x,b'.replace(b':"x,', delimiter) + b"\n1" + delimiter + b"2\n", treat(CSV, drop)) == b"b\n2\n"
        )
    assert deliver(b"a:b\n1:2\n", treat(Records(format="csv", delimiter=":"), drop)) == b"b\n2\n"
    assert deliver(b'"a;b;c",d\n1,2\n', treat(CSV, TransformStep(name="drop", fields=("d",)))) == b"a;b;c\n1\n"


HUGE = b"x" * 1_100_000


@pytest.mark.parametrize(
    ("records", "data", "said"),
    [
        (CSV, b"", "is empty"),
        (CSV, b"a,b\n1\n", "Line 2 of the CSV has 1 values"),
        (CSV, b"a,b\n1,2\n1,2,3\n", "Line 3 of the CSV has 3 values"),
        (CSV, b"a,a\n1,2\n", "a name twice"),
        (CSV, b'a,b\n"1"x,2\n', "cannot be read"),
        (CSV, b'a,b\n"1,2\n', "cannot be read"),
        (CSV, b"a,b\n\xff,2\n", "not in the encoding utf-8"),
        (CSV, "a,b\nü,2\n".encode("utf-16"), "not in the encoding utf-8"),
        (CSV, b"a,b\n" + HUGE[:200_000] + b",2\n", "cannot be read: field larger"),
        (CSV, b'a,b\n"' + HUGE, "more than 10"),
        (CSV, b",".join(b"%d" % at for at in range(3000)) + b"\n", "more than 2000 fields"),
    ],
)
def test_a_broken_or_huge_table_is_refused_in_a_sentence(records: Records, data: bytes, said: str) -> None:
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


def _delimiter(data: bytes) -> str:
    return max(",;", key=data.decode().partition("\n")[0].count)


@pytest.mark.parametrize("line", ["sep=;", "SEP=;\r", '"sep=;"'])
def test_the_first_line_of_a_spreadsheet_names_the_delimiter(line: str) -> None:
    reader = Csv(Records(format="csv"))
    assert reader.read(f"{line}\na,b;c\n1;2\n".encode()) == [{"a,b": "1", "c": "2"}]
    reader = Csv(Records(format="csv"))
    with pytest.raises(Untreatable, match="Line 4"):
        reader.read(f"{line}\na;c\n1;2\n1\n".encode())


# A cell as it stands in a file: bare text, which may contain stray quotes, or text between quotes.
BARE = st.from_regex(r"([ab17 ][ab\" ]{0,3})?", fullmatch=True)
QUOTED = st.text('ab",;\n\r ', max_size=5).map(lambda text: '"' + text.replace('"', '""') + '"')
ENDS = st.sampled_from(["\n", "\r\n", "\r"])
ROWS = st.lists(st.tuples(BARE | QUOTED, BARE | QUOTED, ENDS), max_size=5)


@given(rows=ROWS, delimiter=st.sampled_from(",;\t|: "), loose=st.text('a",;\n\r', max_size=6))
@example(rows=[('17" Monitor', "1", "\n"), ("2", '"a\nb"', "\n")], delimiter=",", loose="")
@example(rows=[('"a"b', "1", "\n"), ("2", "3", "\n")], delimiter=",", loose="")
@example(rows=[("1", ' "a\n, "', "\n"), ("2", ' "b"', "\r\n")], delimiter=",", loose="")
@example(rows=[('""', '"\r\n"', "\r\n")], delimiter=";", loose='"')
@settings(max_examples=150, deadline=None)
def test_records_are_those_of_the_grammar_wherever_the_data_is_cut(
    rows: list[tuple[str, str, str]], delimiter: str, loose: str
) -> None:
    text = "".join(f"{one}{delimiter}{two}{end}" for one, two, end in [("x", "y", "\n"), *rows]) + loose
    expected = _expect(text, delimiter)
    for cut in range(len(text) + 1):
        assert _read([text[:cut], text[cut:]], Records(format="csv", delimiter=delimiter)) == expected
    assert _read(list(text), Records(format="csv", delimiter=delimiter)) == expected


def _expect(text: str, delimiter: str) -> list[Record] | None:
    """Return the records by Python's own reader, which accepts stray quotes; None if they are refused."""
    text = text if delimiter == " " else _close(text, delimiter)
    if has_stray_quote(text, delimiter):
        return None
    try:
        head, *rows = filter(None, csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
        return [dict(zip(head, row, strict=True)) for row in rows]
    except (csv.Error, ValueError):
        return None


def _close(text: str, delimiter: str) -> str:
    """Leave out the spaces between the begin of a value and its quote, sign by sign."""
    kept, state = "", "begin"
    for sign in text:
        if state == "quoted":
            state = "begin" if sign == '"' else "quoted"
        elif sign == '"':
            kept, state = kept.rstrip(" ") if state == "begin" else kept, "quoted"
        elif sign in {delimiter, "\n", "\r"}:
            state = "begin"
        elif sign != " ":
            state = "bare"
        kept += sign
    return kept


def has_stray_quote(text: str, delimiter: str) -> bool:
    """Go through a text sign by sign: at the begin of a value, in a bare one, in quotes, or after a quote in them."""
    state = "begin"
    for sign in text:
        if state == "quoted":
            state = "after" if sign == '"' else "quoted"
        elif sign in {delimiter, "\n", "\r"}:
            state = "begin"
        elif sign == '"' and state in {"begin", "after"}:
            state = "quoted"
        elif sign == '"' or state == "after":
            return True
        else:
            state = "bare"
    return False


def _read(pieces: list[str], records: Records) -> list[Record] | None:
    reader = Csv(records)
    try:
        return [record for piece in pieces for record in reader.read(piece.encode())] + reader.end()
    except Untreatable:
        return None


@pytest.mark.parametrize(
    ("header", "delimiter"),
    [
        ('"a,b,c";"d,e"', ";"),
        ('"a\n,,,b"|c', "|"),
        ('a;"b\nc"', ";"),
        ("\r\na;b", ";"),
    ],
)
def test_quotes_of_the_header_do_not_hide_its_delimiter(header: str, delimiter: str) -> None:
    text = f"{header}\r\n1{delimiter}2\r\n"
    for cut in range(1, len(text)):
        reader = Csv(Records(format="csv"))
        found = reader.read(text[:cut].encode()) + reader.read(text[cut:].encode()) + reader.end()
        assert (reader.delimiter, [list(record.values()) for record in found]) == (delimiter, [["1", "2"]])
        assert reader.write([]) == b""
        assert reader.write_head(("k",)) == b"k\r\n"


@pytest.mark.parametrize("records", [0, 10, 200_000])
@pytest.mark.parametrize("bad", ['17" Monitor', 'a "x"', '"a"b', 'a""'])
def test_a_quote_inside_a_bare_value_is_refused_with_its_line_however_large_the_data(records: int, bad: str) -> None:
    data = "p,t\n" + '1,"a\nb"\n' * records + f"2,{bad}\n" + "3,x\n" * records
    with pytest.raises(Untreatable, match=f"Line {2 + 2 * records} of the CSV cannot be read: a quote stands inside"):
        deliver(data.encode(), treat(CSV, TransformStep(name="drop", fields=("p",))))


def test_a_quote_in_a_bare_name_of_the_header_is_refused() -> None:
    with pytest.raises(Untreatable, match="Line 1 of the CSV cannot be read: a quote"):
        Csv(CSV).read(b'size 17",name\n1,2\n')


def test_a_value_with_a_carriage_return_alone_puts_its_own_line_in_quotes() -> None:
    data = b'a,b\n1,"x\ry"\n2,z\n'
    assert deliver(data, treat(CSV)) == b'a,b\n"1","x\ry"\n2,z\n'


@pytest.mark.parametrize(("data", "line"), [(b'a,b\n1,"x\ny"\n2,"open\n3,4\n', 4), (b'a,b\n1,"x\ny"\n"2"x,3\n', 4)])
def test_the_line_that_is_named_is_the_first_of_the_broken_record(data: bytes, line: int) -> None:
    for cut in (0, 5):
        with pytest.raises(Untreatable, match=f"Line {line} of"):
            deliver(data, treat(CSV), cut=cut)


@pytest.mark.parametrize("part", [b"\n", b'x\n" , "', b"x" * 50_000 + b'\n","'])
def test_a_quote_that_is_never_closed_is_refused_after_one_record(part: bytes) -> None:
    reader, pieces = Csv(Records(format="csv")), LONGEST_RECORD // PIECE + 1
    reader.read(b'a,b\n"')
    piece = (part * (PIECE // len(part) + 1))[:PIECE]
    with pytest.raises(Untreatable):
        assert [reader.read(piece) for _ in range(pieces)] == "refused"


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_a_space_before_a_quote_and_the_end_sign_of_dos_belong_to_no_value(size: int) -> None:
    data = b'a, "b"\r\n1,  "x, y"\r\n "2", "q\r\n ""r"" , ""s"\r\n3, z\r\n\x1a'
    codec = Csv(Records(format="csv"))
    rows = [row for at in range(0, len(data), size) for row in codec.read(data[at : at + size])] + codec.end()
    assert codec.fields == ("a", "b")
    assert [tuple(row.values()) for row in rows] == [("1", "x, y"), ("2", 'q\r\n "r" , "s'), ("3", " z")]


def test_a_quote_inside_a_value_is_refused_also_where_another_has_a_space_before_it() -> None:
    with pytest.raises(Untreatable, match="Line 2 of the CSV"):
        Csv(Records(format="csv")).read(b'a,b\n5" x, "y"\n')
