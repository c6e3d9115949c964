"""Transfers with excluded participants are decided again after each look at the list, whatever the store does."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from connector.controlplane.enforcing import renewals
from connector.ports.changes import Change, PutProcess
from connector.ports.identity import Exclusion
from connector.ports.store_errors import StoreFull
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.transfer_machine import Transfer
from connector.store.memory.store import MemoryStore
from tests.contract import values
from tests.support.plane import CITY, OWNER, Desk


class FullStore(MemoryStore):
    """A store whose disk is full for the next `refuses` commits."""

    refuses = 0

    async def commit(self, group: Sequence[Change]) -> None:
        if self.refuses:
            self.refuses -= 1
            raise StoreFull("The disk of the store is full.")
        await super().commit(group)


async def test_a_revoked_member_is_decided_about_again_until_the_store_takes_it(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewals, "AGAIN_S", 0.0)
    store, decided = FullStore(), asyncio.Event()
    context = replace(Desk(tmp_path, store).rooms.context, wake=lambda _: decided.set())
    running = values.transfer("urn:transfer:1", owner=OWNER, role=Role.PROVIDER, peer=CITY, state="STARTED")
    await store.commit([PutProcess(running, None)])
    evaluator = replace(
        Desk(tmp_path, store).rooms.evaluator,
        context=context,
        exclude=lambda peer: Exclusion.NOT_LISTED if peer == CITY else None,
    )
    renewed = asyncio.Event()
    watching = asyncio.create_task(renewals.watch_excluded(evaluator, renewed))
    for refuses in (0, 3):
        store.refuses = refuses
        decided.clear()
        renewed.set()
        async with asyncio.timeout(10):
            await decided.wait()
    found = await store.transfer(OWNER, running.id)
    assert isinstance(found, Transfer)
    assert found.due_at is not None
    watching.cancel()
