"""Rows become CSV, JSON and NDJSON that say the same."""

import csv
import io
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.dataplane.databases.query import QueryFormat
from connector.dataplane.databases.rows import write_rows
from connector.ports.flow import SourceError

CELLS = st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


async def write(batches: list[list[bytes]], form: QueryFormat, most: int = 100) -> bytes:
    async def give() -> AsyncIterator[Sequence[bytes]]:
        for batch in batches:
            yield batch

    return b"".join([piece async for piece in write_rows(give(), ("a", "b"), form, most)])


@given(st.lists(st.tuples(CELLS, CELLS), max_size=5))
async def test_all_forms_say_the_same(rows: list[tuple[Any, Any]]) -> None:
    members = [dict(zip(("a", "b"), row, strict=True)) for row in rows]
    batches = [[json.dumps(member).encode()] for member in members]
    assert json.loads(await write(batches, "json")) == members
    assert [json.loads(line) for line in (await write(batches, "ndjson")).splitlines()] == members
    read = list(csv.reader(io.StringIO((await write(batches, "csv")).decode(), newline="")))
    told = [
        [("" if cell is None else str(cell).lower() if isinstance(cell, bool) else str(cell)) for cell in row]
        for row in rows
    ]
    assert read == [["a", "b"], *told]


async def test_line_breaks_between_members_do_not_split_a_line_and_numbers_stay() -> None:
    written = await write([[b'{"a": {"x":\n 1.50},\r\n "b": 1e3}']], "ndjson")
    assert written.count(b"\n") == 1
    assert b"1.50" in written
    assert (await write([[b'{"a": {"x": 1.50}, "b": 1e3}']], "csv")).endswith(b'"{""x"": 1.50}",1e3\r\n')


async def test_one_row_too_many_is_an_error() -> None:
    assert await write([[b"{}"], [b"{}"]], "csv", 2)
    with pytest.raises(SourceError, match="more than 1 rows"):
        await write([[b"{}"], [b"{}"]], "csv", 1)
