"""The intake: stored before it is acknowledged, whatever the store and the source do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from connector.dataplane.streaming.intake import StreamIntake, name_subscription
from connector.dataplane.streaming.journal import Journal
from connector.dataplane.wire.stream_limits import StreamLimits
from connector.ports.changes import Change
from connector.ports.entities import StreamJournal
from connector.ports.store_errors import Unavailable
from connector.ports.streams import ArrivedBatch
from connector.store.memory.store import MemoryStore
from tests.dataplane.streaming.broker import ADDRESS, Broker
from tests.dataplane.world import eventually, no_pause


class FullDisk(MemoryStore):
    """A store that is away for some commits."""

    away = 3

    async def commit(self, group: list[Change]) -> None:  # type: ignore[override]
        if self.away:
            self.away -= 1
            raise Unavailable("The disk is full.")
        await super().commit(group)


async def test_a_message_stays_at_the_broker_until_it_is_stored() -> None:
    broker, told = Broker(), list[str | None]()
    state = StreamJournal(owner="city", id="air", generation="ab", source=ADDRESS)
    journal = Journal(FullDisk(), state, StreamLimits())
    intake = StreamIntake(broker, journal, note=told.append, now=lambda: 1, pause=no_pause)
    broker.send(b"1", b"2")
    task = asyncio.create_task(intake.run())
    await eventually(lambda: not broker.held, "nothing is stored")
    task.cancel()
    assert journal.state.last == 2
    assert told == ["The disk is full."] * 3 + [None]


def test_the_name_of_a_subscription_is_that_of_its_journal() -> None:
    assert name_subscription("ab") == "datenkontor-ab"


async def test_a_batch_without_messages_is_stored_and_is_no_sign_of_life() -> None:
    told = list[str | None]()
    state = StreamJournal(owner="city", id="air", generation="ab", source=ADDRESS)
    journal = Journal(MemoryStore(), state, StreamLimits())
    intake = StreamIntake(_Looking(), journal, note=told.append, now=lambda: 1, pause=no_pause)
    task = asyncio.create_task(intake.run())
    await eventually(lambda: journal.state.mark == b"looked", "the mark is not stored")
    task.cancel()
    assert (journal.state.last, told) == (0, [])


class _Looking(Broker):
    """A source whose first look has found nothing, and which then is silent."""

    taken = False

    @asynccontextmanager
    async def open(self, address: dict[str, Any], name: str, mark: bytes) -> AsyncIterator["_Looking"]:  # type: ignore[override]  # it is its own inlet
        yield self

    async def take(self) -> ArrivedBatch:
        if self.taken:
            await asyncio.Event().wait()
        self.taken = True
        return ArrivedBatch((), b"looked")

    async def acknowledge(self) -> None:
        """Nothing waits for it."""
