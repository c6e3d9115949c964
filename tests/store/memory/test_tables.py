"""The tables in memory: the order of creation, pages, and the way back."""

import pytest

from connector.ports.entities import Backoff, PageBounds
from connector.ports.store_errors import Unavailable
from connector.store.memory.tables import MemoryTables


def backoff(peer: str, failures: int = 1) -> Backoff:
    return Backoff(owner="default", peer=peer, failures=failures, until=0)


def filled(*peers: str) -> MemoryTables:
    tables = MemoryTables()
    tables.begin()
    for peer in peers:
        tables.put(tables.backoffs, peer, backoff(peer))
    return tables


def test_a_replaced_row_keeps_its_place_and_a_removed_one_is_gone() -> None:
    tables = filled("a", "b")
    tables.put(tables.backoffs, "a", backoff("a", 7))
    assert [row.peer for row in tables.select(tables.backoffs, lambda _: True)] == ["a", "b"]
    tables.put(tables.backoffs, "a", None)
    assert tables.get(tables.backoffs, "a") is None


def test_a_roll_back_restores_every_row_of_the_group() -> None:
    tables = filled("a")
    tables.begin()
    tables.put(tables.backoffs, "a", backoff("a", 7))
    tables.put(tables.backoffs, "b", backoff("b"))
    tables.put(tables.backoffs, "a", None)
    tables.roll_back()
    assert tables.select(tables.backoffs, lambda _: True) == [backoff("a")]


def test_pages_in_both_directions_hold_every_wanted_row_once() -> None:
    tables = filled("a", "b", "c")
    for descending, order in ((False, ["a", "b", "c"]), (True, ["c", "b", "a"])):
        after, peers = None, []
        while True:
            rows, after = tables.page(
                tables.backoffs,
                PageBounds(limit=1, after=after),
                {"owner": "default", "peer": None},
                descending=descending,
            )
            peers += [row.peer for row in rows]
            if after is None:
                break
        assert peers == order
    assert tables.page(tables.backoffs, PageBounds(), {"owner": "other"})[0] == []


def test_a_closed_store_answers_nothing() -> None:
    tables = filled("a")
    tables.close()
    with pytest.raises(Unavailable):
        tables.get(tables.backoffs, "a")
    with pytest.raises(Unavailable):
        tables.begin()
