"""The rules that every store keeps: versions, cursors, the hour of a limit, and the crawl of one source."""

from typing import Any

import pytest

from connector.ports.changes import PutAsset, PutProcess
from connector.ports.entities import PageBounds
from connector.store.rules import check_versions, cursor, first_recent, has_ended, no_longer_recent, place, position
from tests.contract.values import asset, negotiation, transfer


@pytest.mark.parametrize(("expected", "version"), [(None, 1), (4, 5)])
def test_a_change_stores_the_version_after_the_one_it_read(expected: int | None, version: int) -> None:
    check_versions([PutProcess(negotiation("n", version=version), expected)])
    check_versions([PutAsset(asset("a", version=version), expected)])
    with pytest.raises(ValueError, match="expected"):
        check_versions([PutProcess(negotiation("n", version=version + 1), expected)])


@pytest.mark.parametrize(
    ("process", "ended"),
    [
        (negotiation("n", state="VERIFIED"), False),
        (negotiation("n", state="FINALIZED"), True),
        (transfer("t", state="SUSPENDED"), False),
        (transfer("t", state="TERMINATED"), True),
    ],
)
def test_a_process_has_ended_in_a_final_state(process: Any, ended: bool) -> None:
    assert has_ended(process) is ended


@pytest.mark.parametrize("row", [0, 1, 255, 2**63 - 1])
def test_a_cursor_names_its_row(row: int) -> None:
    assert position(cursor(row), start=-1) == row
    assert place(PageBounds(after=cursor(row)), descending=False) == row


@pytest.mark.parametrize("text", ["", "-1", "0x1", "01", "G", "A", " 1", "1_0", f"{2**63:x}", "9" * 40])
def test_another_text_is_not_a_cursor(text: str) -> None:
    with pytest.raises(ValueError, match="cursor"):
        position(text, start=-1)


def test_a_page_without_a_cursor_begins_at_its_end_of_the_rows() -> None:
    assert place(PageBounds(), descending=False) == -1
    assert place(PageBounds(), descending=True) == 2**63 - 1
    with pytest.raises(ValueError, match="at least one row"):
        place(PageBounds(limit=0), descending=True)


def test_a_second_counts_until_its_end_is_an_hour_ago() -> None:
    second = 10_000
    until = no_longer_recent(second)
    assert first_recent(until - 1) == second
    assert first_recent(until) == second + 1
