"""A participant is blocked and admitted again; tests/pair has what its connector sees of it."""

import pytest

from connector.controlplane.core.errors import NoSuchEntity, NotAllowed
from connector.controlplane.usecases import blocks
from connector.ports.entities import PageBounds
from tests.support.plane import CITY, ME, NOW, OWNER, Desk

WHY = "Breach of contract."


async def test_a_block_is_recorded_with_reason_and_key_and_a_repeat_changes_nothing(desk: Desk) -> None:
    made = await blocks.block(desk.rooms.enforcer, CITY, WHY, by="person")
    assert (made.participant, made.at, made.by, made.reason) == (CITY, NOW, "person", WHY)
    assert await blocks.block(desk.rooms.enforcer, CITY, "Another.", by="other") == made
    assert await desk.store.block(OWNER, CITY) == made
    assert await blocks.unblock(desk.rooms.enforcer, CITY, by="person") == made
    assert await desk.store.block(OWNER, CITY) is None
    leaves, _ = await desk.store.leaves(OWNER, PageBounds(limit=10), process_id=CITY)
    assert [leaf.kind for leaf in leaves] == ["participant blocked", "participant unblocked"]


async def test_nobody_unknown_is_blocked_and_nobody_free_is_admitted(desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        await blocks.block(desk.rooms.enforcer, ME, WHY, by="person")
    with pytest.raises(NoSuchEntity, match="Unknown participant"):
        await blocks.block(desk.rooms.enforcer, "urn:nobody", WHY, by="person")
    with pytest.raises(NoSuchEntity, match="not blocked"):
        await blocks.unblock(desk.rooms.enforcer, CITY, by="person")
