"""A row that is held is a tombstone for others, and keeps its content."""

import msgspec
import pytest

from connector.store.sqlite.record.rows import to_entry, to_stored
from tests.contract.test_record import entry

BODY = msgspec.msgpack.encode(entry("a"))


@pytest.mark.parametrize(
    ("held", "tests", "shown"), [(0, False, True), (1, False, False), (1, True, True), (2, True, False)]
)
def test_a_held_row_is_shown_to_who_may_see_it(held: int, tests: bool, shown: bool) -> None:
    row = (BODY, 7, 3, 2, 30, 20, 10, 99 if held else None, held)
    seen = to_entry(row, tests=tests)
    assert (seen.removed_at is None, bool(seen.document), seen.is_test) == (shown, shown, held == 1)
    stored = to_stored(row)
    assert (stored.removed_at, bool(stored.document), stored.row) == (None, True, 7)
