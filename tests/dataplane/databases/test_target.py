"""The address of a table that is written, and the rows that fit it."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from connector.dataplane.databases.target import RowFitter, SqlTarget, check_target, make_row, read_nulls
from connector.ports.flow import SourceError

ADDRESS: dict[str, Any] = {"kind": "sql", "path": "a.sqlite", "table": "air", "key": ["id"]}


def make(**more: Any) -> SqlTarget:
    return msgspec.convert({**ADDRESS, **more}, SqlTarget)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"key": []}, "how rows meet"),
        ({"replace": True}, "how rows meet"),
        ({"host": "db"}, "names no database"),
        ({"path": "", "host": "db"}, "incomplete"),
        ({"key": ['i"d']}, "without"),
        ({"create": {"x": "text"}}, "one of `create`"),
    ],
)
def test_members_that_contradict_each_other_are_refused(more: dict[str, Any], words: str) -> None:
    with pytest.raises(SourceError, match=words):
        check_target(make(**more))


@pytest.mark.parametrize("table", ["", 'a"b', "a.b.c", "a; DROP", "x" * 64, "a\nb"])
def test_a_name_that_is_no_table_is_refused(table: str) -> None:
    if table == "a; DROP":
        check_target(make(table=table))  # it is quoted, whatever it says
        return
    with pytest.raises(msgspec.ValidationError):
        make(table=table)


def test_rows_have_the_columns_of_the_table_or_those_that_were_chosen() -> None:
    fitter = RowFitter(make(), ["id", "a"])
    fitter.begin(["a", "id"])
    assert fitter.fit({"a": "1", "id": 7}) == {"a": "1", "id": 7}
    assert fitter.fit({"id": 7}) == {"a": None, "id": 7}
    with pytest.raises(SourceError, match="the column b"):
        fitter.fit({"id": 7, "a": 1, "b": 2})
    chosen = RowFitter(make(columns=["id"]), ["id", "a", "b"], ["id"])
    chosen.begin(["id", "other"])
    assert chosen.fit({"id": 1, "other": 2}) == {"id": 1}


@pytest.mark.parametrize(
    ("fields", "more", "words"),
    [
        (["id", "b"], {}, "has the column b"),
        (["id"], {}, "no column a"),
        (["a"], {}, "no column id"),
        (["id", "a"], {"columns": ["c"]}, "has the column c"),
        (["id"], {"columns": ["id", "a"]}, "no column a"),
        (["id", "a"], {"columns": ["a"]}, "no column id"),
    ],
)
def test_other_columns_are_refused(fields: list[str], more: dict[str, Any], words: str) -> None:
    with pytest.raises(SourceError, match=words):
        RowFitter(make(**more), ["id", "a"]).begin(fields)


def test_a_message_becomes_a_row_with_its_position() -> None:
    target = make(key=[], position="nr", time="at")
    assert target.keys == ("nr",)
    row = make_row(target, "7f.1", "2026-05-01T10:00:00Z", b'{"pm10": 21.50}')
    assert row == {"pm10": Decimal("21.50"), "nr": "7f.1", "at": "2026-05-01T10:00:00Z"}
    for data in (b"[1]", b"7", b"no json", b"\xff", b"[" * 5_000):
        with pytest.raises(SourceError, match="no object"):
            make_row(target, "7f.1", "", data)


def test_what_is_empty_in_a_csv_is_null() -> None:
    assert read_nulls({"a": "", "b": "0"}) == {"a": None, "b": "0"}
