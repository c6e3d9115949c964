"""Texts and JSON that a person hands in."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.views.handed_in import HandedInFault, decode_text, parse_json, read_json

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(JSON)
def test_json_is_read_as_it_was_written_with_and_without_a_byte_order_mark(value: object) -> None:
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False)):
        for mark in (b"", b"\xef\xbb\xbf"):
            assert parse_json(mark + text.encode()) == value


@pytest.mark.parametrize("text", ['{"a": 1, "a": 1}', '[{"a": 1, "b": 2, "a": 3}]', '{"x": {"a": 1, "\\u0061": 2}}'])
def test_a_member_twice_is_refused_by_its_name_wherever_it_is(text: str) -> None:
    with pytest.raises(HandedInFault, match="the member a twice"):
        parse_json(text)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("ä".encode("latin-1"), "not UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "UTF-16"),
        ('{"a": 1}'.encode("utf-16-le"), "UTF-16"),
        ('{"a": 1}'.encode("utf-16-be"), "UTF-16"),
        ('{"a": 1}'.encode("utf-32"), "UTF-16"),
        (b'{"a": ', "line 1"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": -Infinity}', "Infinity"),
        (b'{"a": 1e999}', "too large"),
        (b"9" * 5000, "digits"),
        (b"[" * 100_000, "too deeply"),
        (b'{"a": "\\ud800"}', "surrogate"),
        (b'{"\\udfff": 1}', "surrogate"),
        (b'["a", {"b": ["x\\uD800y"]}]', "surrogate"),
    ],
)
def test_what_cannot_be_read_without_a_guess_is_refused_in_words(content: bytes, told: str) -> None:
    with pytest.raises(HandedInFault, match=told):
        parse_json(content)


def test_a_pair_of_surrogates_is_a_character() -> None:
    assert parse_json(b'"\\ud83d\\ude00"') == "😀"


def test_a_value_of_another_form_is_refused_by_its_place() -> None:
    with pytest.raises(HandedInFault, match="it has another form: expected `int`"):
        read_json(b'{"a": "x"}', dict[str, int])
    assert decode_text("\ufeffä".encode()) == "ä"
