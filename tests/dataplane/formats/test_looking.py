"""What the beginning of a file shows, over encodings, delimiters and ways to write numbers."""

import csv
import io
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.dataplane.formats.csv import DELIMITERS
from connector.dataplane.formats.looking import NOTATIONS, look
from connector.dataplane.formats.signatures import find_encoding
from connector.dataplane.formats.values import to_certain_number, to_number
from connector.ports.treatment import Records, TransformStep
from connector.views.sightings import Sighting
from tests.dataplane.records import deliver, treat

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "windows-1252")
GERMAN = "ort;wert;n\r\nKöln;1,5;1.234\r\nKöln;2,5;2.000\r\nKöln;3,5;-\r\nFürth;1,0;1\r\nFürth;7;\r\n"


def see(data: bytes, **stated: object) -> Sighting:
    return look(data, True, Records(**{"format": "csv", **stated}), "text/csv", len(data))  # type: ignore[arg-type]  # values of a test


def write(number: Decimal, decimal: str, thousands: str) -> str:
    text = f"{number:,f}" if thousands else f"{number:f}"
    return text.replace(",", "\0").replace(".", decimal).replace("\0", thousands)


def table(rows: list[list[str]], delimiter: str) -> str:
    lines = io.StringIO(newline="")
    csv.writer(lines, delimiter=delimiter).writerows(rows)
    return lines.getvalue()


@pytest.mark.parametrize(("encoding", "delimiter"), list(product(ENCODINGS, DELIMITERS)))
def test_encoding_and_delimiter_are_found(encoding: str, delimiter: str) -> None:
    text = table([["ort", "größe"], ["Köln", "zwei\nZeilen"], ["Fürth", 'mit "Zitat"']], delimiter)
    seen = see(text.encode(encoding))
    assert (seen.problem, seen.delimiter, seen.records) == (None, delimiter, 2)
    assert [field.name for field in seen.fields] == ["ort", "größe"]
    assert seen.first[0] == {"ort": "Köln", "größe": "zwei\nZeilen"}
    assert seen.encoding == {"utf-8-sig": "utf-8"}.get(encoding, encoding)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_found_without_a_mark(encoding: str) -> None:
    assert see(GERMAN.encode(encoding)).encoding == encoding


def test_a_character_that_the_sample_cuts_does_not_change_the_encoding() -> None:
    data = "a;b\nKöln;ß€😀\n".encode()
    for length in range(1, len(data)):
        assert find_encoding(data[:length]) == "utf-8"


@given(
    st.sampled_from(NOTATIONS),
    st.lists(st.decimals(min_value=1, max_value=10**9, places=2), min_size=3, max_size=20),
    st.sampled_from(ENCODINGS),
)
@settings(max_examples=150, deadline=None)
def test_numbers_are_read_as_they_are_written_or_named_as_ambiguous(
    way: tuple[str, str], numbers: list[Decimal], encoding: str
) -> None:
    texts = [write(number, *way) for number in numbers]
    data = table([["ort", "wert"], *(["Köln", text] for text in texts)], ";").encode(encoding)
    seen = see(data)
    (_, wert) = seen.fields
    assert wert.ambiguous or all([to_number(text, *signs) for text in texts] == numbers for signs in wert.signs)
    stated = see(data, decimal=way[0], thousands=way[1])
    assert [to_number(text, stated.decimal, stated.thousands) for text in texts] == numbers
    assert stated.ambiguous == ""


def test_german_numbers_are_recognised_by_the_whole_file() -> None:
    seen = see(GERMAN.encode("windows-1252"))
    assert (seen.encoding, seen.delimiter, seen.decimal) == ("windows-1252", ";", ",")
    assert [(field.numbers, field.others, field.missing) for field in seen.fields] == [(0, 5, 0), (5, 0, 0), (3, 0, 2)]


def test_numbers_that_can_be_read_in_two_ways_are_named() -> None:
    assert see(b"n\n1.234\n2.000\n5\n").ambiguous == "1.234"
    assert see(b"n\n1.234\n0.5\n").ambiguous == ""
    assert see(b"n\n51.449\n7.2619\n").ambiguous == ""


@pytest.mark.parametrize("beside", ["51.5123", "1.5", "12.30", "1,5", "1.234,5"])
def test_another_field_says_nothing_about_how_a_field_is_written(beside: str) -> None:
    (umsatz, _) = see(f"umsatz;b\n1.234;{beside}\n2.500;{beside}\n".encode()).fields
    assert (umsatz.ambiguous, umsatz.signs) == ("1.234", ())


@pytest.mark.parametrize(
    ("texts", "settled"),
    [
        (["12", "7"], False),
        (["1.234", "2"], False),
        (["12.5", "12,5"], False),
        (["12.5"], True),
        (["0.123"], True),
        (["1.234", "1.5"], True),
        (["1.234,5"], True),
        (["1.234.567"], True),
        (["1 234"], True),
    ],
)
def test_a_field_shows_its_signs_only_if_a_later_number_has_one_meaning(texts: list[str], settled: bool) -> None:
    (field,) = see("\n".join(["n", *texts]).encode(), delimiter=";").fields
    assert bool(field.signs) is settled


@given(st.from_regex(r"[+-]?[0-9]{1,4}[.,]?[0-9]{0,4}[.,]?[0-9]{0,3}(e[0-9])?", fullmatch=True))
@settings(max_examples=400, deadline=None)
def test_a_number_is_certain_exactly_if_no_two_notations_read_it_differently(text: str) -> None:
    read = {number for way in NOTATIONS if (number := to_number(text, *way)) is not None}
    for way in NOTATIONS:
        assert to_certain_number(text, *way) == (to_number(text, *way) if len(read) == 1 else None)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x10", "not text"),
        (b"a,b\n1,2\n1,2,3\n", "Line 3"),
        (b"a,a\n1,2\n", "twice"),
        (b"", "empty"),
    ],
)
def test_what_cannot_be_read_as_records_has_a_reason(data: bytes, said: str) -> None:
    assert said in (see(data).problem or "")


def test_a_wrong_statement_of_the_encoding_is_a_problem() -> None:
    assert "utf-8" in (see(GERMAN.encode("windows-1252"), encoding="utf-8").problem or "")


def test_only_the_fields_with_such_numbers_are_ambiguous() -> None:
    seen = see(b"a;b\n1.234;7\n2.000;8\n")
    assert [field.ambiguous for field in seen.fields] == ["1.234", ""]
    assert [field.ambiguous for field in see(b"a;b\n1.234;7\n2.000;8\n", decimal=".").fields] == ["", ""]


def test_json_numbers_and_texts_are_told_apart() -> None:
    data = b'[{"a": 1.5, "b": "x"}, {"a": "1,5", "c": null}]'
    seen = look(data, True, Records(format="json"), "application/json")
    assert {field.name: (field.numbers, field.others, field.missing) for field in seen.fields} == {
        "a": (2, 0, 0), "b": (0, 1, 1), "c": (0, 0, 2),
    }  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-16", "windows-1252", "utf-8"])
def test_sums_of_german_numbers_are_right_in_the_words_of_the_file(encoding: str) -> None:
    records = Records(format="csv", encoding=encoding, decimal=",", thousands=".", measures=("wert", "n"))  # type: ignore[arg-type]  # values of a test
    step = TransformStep(name="aggregate", fields=("ort",), measures=("wert", "n"), decimal=",", thousands=".")
    made = deliver(GERMAN.encode(encoding), treat(records, step)).decode(encoding)
    assert made == ("ort;records;wert_sum;wert_mean;n_sum;n_mean\r\nKöln;3;7,5;2,5;3234;1617\r\nFürth;2;8,0;4;1;1\r\n")


@pytest.mark.parametrize(
    ("text", "way", "number"),
    [
        ("1.234,5", (",", "."), "1234.5"),
        ("1 234,5", (",", " "), "1234.5"),
        ("1\u202f234\u00a0567", (",", " "), "1234567"),
        ("1\u2019234.5", (".", "'"), "1234.5"),
        ("\u22121,5", (",", ""), "-1.5"),
        ("1.5", (",", "."), None),
        ("1,5", (".", ""), None),
        ("12.34", (",", "."), None),
        ("1.2345", (",", "."), None),
        ("0.123", (",", "."), None),
        ("1_000", (".", ""), None),
        ("", (",", "."), None),
        ("-", (",", "."), None),
        ("1" * 61, (",", "."), None),
    ],
)
def test_a_text_is_a_number_only_in_its_notation(text: str, way: tuple[str, str], number: str | None) -> None:
    assert to_number(text, *way) == (Decimal(number) if number else None)


def test_a_first_record_longer_than_the_sample_is_told_and_not_taken_for_no_record() -> None:
    seen = look(b"a,b\n" + b"x" * 1_000_000, False, Records(format="csv"), "text/csv", 3_000_000)
    assert seen.problem
    assert "The first record" in seen.problem


def test_columns_without_a_name_are_told_as_such() -> None:
    seen = see(b"Einwohner 2026;;\nName;Zahl;Rest\n")
    assert seen.problem
    assert "columns without a name" in seen.problem


def test_the_first_line_with_a_value_that_is_no_number_is_named_also_after_values_of_several_lines() -> None:
    data = 'ort;wert\n"Köln\nDeutz";1\nFürth;k. A.\nUlm;offen\n'.encode()
    for mark, line in ((b"", 4), (b"sep=;\n", 5)):
        (_, wert) = see(mark + data).fields
        assert (wert.others, wert.line, wert.example) == (2, line, "k. A.")
    ndjson = b'{"wert": 1}\n{"wert": "x"}\n'
    assert see(ndjson, format="ndjson").fields[0].line == 2
    assert see(b"ort\nK\xc3\xb6ln\n").fields[0].line == 0


def test_the_range_of_numbers_and_dates_is_told_of_all_records_that_were_looked_at() -> None:
    seen = see(b"tag;wert\n02.05.2026;1,5\n01.05.2026 12:00;-3\n-;2,25\n")
    day, value = seen.fields
    assert (day.earliest, day.latest, day.least) == ("2026-05-01T12:00:00", "2026-05-02", None)
    assert (value.least, value.greatest, value.earliest) == (-3.0, 2.25, "")


def test_more_records_than_are_looked_at_are_not_the_whole() -> None:
    assert not see(b"a\n" + b"1\n" * 10_001).whole
    assert see(b"a\n" + b"1\n" * 100).whole
