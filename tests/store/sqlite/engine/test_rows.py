"""Reads of a SQLite file: faults are Unavailable, keys that cannot exist have no row, and pages are bounded."""

import sqlite3

import pytest

from connector.ports.entities import PageBounds
from connector.ports.store_errors import Unavailable
from connector.store.sqlite.engine.rows import fetch_many, fetch_one, page

SELECT = "SELECT body FROM things WHERE owner = ?"


@pytest.fixture
def connection() -> sqlite3.Connection:
    made = sqlite3.connect(":memory:", isolation_level=None)
    made.execute("CREATE TABLE things (place INTEGER PRIMARY KEY, owner TEXT, body TEXT)")
    made.executemany("INSERT INTO things (owner, body) VALUES (?, ?)", [("a", "1"), ("b", "2"), ("a", "3")])
    return made


def test_rows_are_read_and_an_impossible_key_has_none(connection: sqlite3.Connection) -> None:
    assert fetch_one(connection, SELECT, ("a",)) == ("1",)
    assert fetch_many(connection, SELECT, ("a",)) == [("1",), ("3",)]
    for key in ("\ud800", 2**70):
        assert fetch_one(connection, SELECT, (key,)) is None
        assert fetch_many(connection, SELECT, (key,)) == []


def test_a_closed_file_is_unavailable(connection: sqlite3.Connection) -> None:
    connection.close()
    for read in (fetch_one, fetch_many):
        with pytest.raises(Unavailable, match="cannot be read"):
            read(connection, SELECT, ("a",))


def test_a_page_has_its_rows_and_the_next_cursor(connection: sqlite3.Connection) -> None:
    first, after = page(connection, "things", PageBounds(limit=1), {"owner": "a", "body": None})
    assert (first, after is not None) == ([("3",)], True)
    assert page(connection, "things", PageBounds(limit=1, after=after), {"owner": "a"}) == ([("1",)], None)
    oldest, _ = page(connection, "things", PageBounds(), {}, descending=False)
    assert oldest == [("1",), ("2",), ("3",)]
    with pytest.raises(ValueError, match="cursor"):
        page(connection, "things", PageBounds(after="nonsense"), {})
