import pytest

from connector.dataplane.formats.raw_json import read_lines, read_members, read_object


def test_members_stay_as_they_are_written() -> None:
    found, whole = read_object(b'{"a": 1.50, "b":1e3, "c" : {"d" : [1 , 2]}, "e": "\\u00e4"}')
    assert whole
    assert {name: bytes(value) for name, value in found.items()} == {
        "a": b"1.50",
        "b": b"1e3",
        "c": b'{"d" : [1 , 2]}',
        "e": b'"\\u00e4"',
    }


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":1},{"a":1,"a":2}',
        b'{"a":{"b":1,"b":2}}',
        b'{"a":"x:y","a":2}',
        b'{"a":1,"a":"\\u003a"}',
        b'{"a":"\xff"}',
        b'{"a":1}{"a":2}',
        b'{"a":1},',
        b"1,2",
        b'{"a":' + b"[" * 40 + b"]" * 40 + b"}",
    ],
)
def test_what_may_lose_a_member_is_left_to_another_way(text: bytes) -> None:
    assert read_members(text) is None


@pytest.mark.parametrize("text", [b'{"a":1}', b'\n{"a":1}\n', b'{"a":1}{"a":2}\n\n', b'{"a":[1\n,2]}\n', b'{"a":1} \n'])
def test_lines_with_more_or_less_than_an_object_are_left_to_another_way(text: bytes) -> None:
    assert read_lines(text) is None


def test_objects_inside_of_records_are_read_too() -> None:
    assert read_lines(b'{"a":[{"b":1},{"b":":"}]}\n{"a:":2}\n') is not None
