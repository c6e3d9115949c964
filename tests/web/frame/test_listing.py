"""A page of a listing that matches: about a page of rows, and never more than a bounded number of reads."""

import pytest

from connector.ports.entities import PageBounds
from connector.web.frame.forms import FormFault
from connector.web.frame.listing import MOST_READ, read_matching

ROWS = list(range(1000))


async def read(bounds: PageBounds) -> tuple[list[int], str | None]:
    first = int(bounds.after or 0)
    end = first + bounds.limit
    return ROWS[first:end], str(end) if end < len(ROWS) else None


async def test_pages_are_read_until_there_is_a_page_of_matches() -> None:
    rows, after = await read_matching(read, PageBounds(limit=10), lambda row: row % 2 == 0)
    assert rows == list(range(0, 20, 2))
    assert after == "20"


async def test_few_matches_end_after_a_bounded_number_of_reads() -> None:
    rows, after = await read_matching(read, PageBounds(limit=10), lambda row: row == 999)
    assert rows == []
    assert after == str(10 * MOST_READ)


async def test_the_last_page_has_no_next() -> None:
    rows, after = await read_matching(read, PageBounds(limit=10, after="990"), lambda row: row == 999)
    assert (rows, after) == ([999], None)


async def test_an_unknown_cursor_is_a_fault_of_the_address() -> None:
    with pytest.raises(FormFault):
        await read_matching(read, PageBounds(limit=10, after="x"), lambda _row: True)
