import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.dataplane.columns.reading import read_table
from connector.dataplane.columns.table import ColumnTable, write_table
from connector.dataplane.formats.tables import PlainSum, UsualNumbers
from connector.dataplane.formats.values import UNREAD, UNREAD_TEXT
from connector.ports.flow import PERSON

ROWS = "x,1.50\ny,2\nx,-0.25\nx,\ny,1.234\n,n/a\n"


@pytest.fixture
def table() -> ColumnTable:
    made = read_table(ROWS, ("a", "b"), ",", "\n")
    assert made is not None
    return made


def test_groups_are_counted_in_the_order_of_their_first_records(table: ColumnTable) -> None:
    assert list(table.count_groups(["a"])) == [(("x",), 3), (("y",), 2), (("",), 1)]


def test_usual_numbers_are_added_up_as_they_are_written_and_others_are_left(table: ColumnTable) -> None:
    sums, usual = table.add_up(["a"], "b", ".", certain=False)
    assert sums == [PlainSum(("x",), 2, 125, 2), PlainSum(("y",), 0, 2, 1)]
    assert usual.height == 3
    assert [record["b"] for record in table.leave_out_plain(["a"], "b", ".", certain=False)] == ["1.234", "n/a"]
    assert PlainSum(("y",), 3, 3234, 2) in table.add_up(["a"], "b", ".", certain=True)[0]


def test_persons_are_listed_once_for_each_group(table: ColumnTable) -> None:
    known = table.find_values(PERSON, "b", {"1.50": "p", "2": "q", "-0.25": "p", "1.234": "q"})
    assert list(known.list_persons(["a"])) == [(("x",), "p"), (("y",), "q"), (("x",), ""), (("",), "")]


def test_a_value_that_could_not_be_read_is_marked_until_it_leaves_empty(table: ColumnTable) -> None:
    marked, usual = table.change("a", None, lambda values: dict.fromkeys(set(values) - {"x"}, UNREAD_TEXT))
    assert not usual
    assert [record["a"] for record in marked] == ["x", UNREAD, "x", "x", UNREAD, ""]
    assert (marked.count_unread("a"), marked.keep_read(["a"]).height) == (2, 4)
    assert write_table(marked, ("a",), ",", "\n") == 'x\n""\nx\nx\n""\n""\n'


def test_usual_values_are_changed_in_one_go_and_all_others_by_the_function(table: ColumnTable) -> None:
    asked: list[str] = []

    def change(values: list[str]) -> dict[str, str]:
        asked.extend(values)
        return dict.fromkeys(values, "other")

    made, usual = table.change("b", UsualNumbers(5, 1, ".", certain=False), change)
    assert usual
    assert [record["b"] for record in made] == ["1.5", "2.0", "other", "", "other", "other"]
    assert sorted(asked) == ["-0.25", "1.234", "n/a"]


def test_records_are_chosen_and_fields_dropped(table: ColumnTable) -> None:
    few = table.keep_groups(["a", "b"], [("x", "1.50"), ("", "n/a"), ("y", "1.50")]).drop(["a"])
    assert [*few.columns] == ["b"]
    assert few.list_distinct("b") == ["1.50", "n/a"]


CELLS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0\r"), max_size=6)


@given(
    rows=st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=6), delimiter=st.sampled_from(",;\t|")
)
@settings(max_examples=100, deadline=None)
def test_lines_are_written_as_python_writes_them(rows: list[list[str]], delimiter: str) -> None:
    plain, quoted = io.StringIO(newline=""), io.StringIO(newline="")
    csv.writer(plain, delimiter=delimiter, lineterminator="\n").writerows(rows)
    csv.writer(quoted, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    table = read_table(quoted.getvalue(), ("a", "*"), delimiter, "\n")
    assert table is not None
    assert write_table(table, ("a", "*"), delimiter, "\n") == plain.getvalue()
