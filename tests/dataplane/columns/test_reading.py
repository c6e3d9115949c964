import pytest

from connector.dataplane.columns.reading import LONGEST_LINE, MOST_LINES, read_table

SOUND = [
    ("1,2\n", [["1", "2"]]),
    (',\n"",x\n', [["", ""], ["", "x"]]),
    ('"a,b","c\nd"\n"""",1.50\n', [["a,b", "c\nd"], ['"', "1.50"]]),
    ("007,1e3\nNA,null\n", [["007", "1e3"], ["NA", "null"]]),
    (" x , y \n", [[" x ", " y "]]),
]


@pytest.mark.parametrize(("text", "rows"), SOUND)
def test_every_value_of_a_sound_piece_is_its_text(text: str, rows: list[list[str]]) -> None:
    for end in ("\n", "\r\n"):
        table = read_table(text.replace("\n", end), ("a", "b"), ",", end)
        assert table is not None
        assert [(record["a"], record["b"]) for record in table] == [
            tuple(value.replace("\n", end) for value in row) for row in rows
        ]


@pytest.mark.parametrize(
    "text",
    [
        *("1\n", "1,2,3\n", "1,2\n\n", "\n1,2\n", "1,2\n3\n4,5,6\n", "1,2\r3,4\n", "1,2\r\n", '"a" "b",1\n', 'a"b,1\n'),
        *('"a,1\n', "\ufeff1,2\n", "a\0,1\n", "x" * 140_000 + ",1\n", "1,2\n" * (MOST_LINES + 1)),
    ],
)
def test_a_piece_that_may_be_read_in_two_ways_is_doubted(text: str) -> None:
    assert read_table(text, ("a", "b"), ",", "\n") is None


def test_a_table_of_one_field_and_one_of_long_lines_are_doubted() -> None:
    assert read_table("1\n2\n", ("a",), ",", "\n") is None
    cell, names = "x" * 100_000, tuple(map(str, range(LONGEST_LINE // 100_000 + 1)))
    assert read_table(",".join([cell] * len(names)) + "\n", names, ",", "\n") is None
