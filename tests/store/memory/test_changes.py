"""Every kind of change has its rule in memory; the rules themselves are those of the contract suite."""

from typing import get_args

import pytest

from connector.ports.changes import AddUsage, Change, PutLease, UseReplayKey
from connector.ports.store_errors import Conflict, LimitReached, Replayed, TooSoon
from connector.store.memory.changes import _APPLY, apply_change
from connector.store.memory.tables import MemoryTables
from tests.contract.values import OWNER, lease, replay_key

AGREEMENT = "urn:agreement:1"


def test_every_kind_of_change_is_applied() -> None:
    assert set(_APPLY) == set(get_args(Change))


def test_a_token_is_used_once() -> None:
    tables = MemoryTables()
    apply_change(tables, UseReplayKey(replay_key("1")))
    with pytest.raises(Replayed):
        apply_change(tables, UseReplayKey(replay_key("1")))


def test_an_older_lease_does_not_replace_a_newer_one() -> None:
    tables = MemoryTables()
    apply_change(tables, PutLease(lease("f", epoch=2)))
    with pytest.raises(Conflict, match="epoch 2"):
        apply_change(tables, PutLease(lease("f", epoch=1)))


def test_uses_are_counted_up_to_both_limits() -> None:
    tables = MemoryTables()
    for at in (0, 1000):
        apply_change(tables, AddUsage(OWNER, AGREEMENT, uses=1, max_uses=3, max_per_hour=2, at=at))
    with pytest.raises(TooSoon) as caught:
        apply_change(tables, AddUsage(OWNER, AGREEMENT, uses=1, max_uses=3, max_per_hour=2, at=2000))
    assert caught.value.again_at == 3_601_000
    with pytest.raises(LimitReached):
        apply_change(tables, AddUsage(OWNER, AGREEMENT, uses=2, max_uses=3))
    assert tables.get(tables.usage, (OWNER, AGREEMENT)).uses == 2
