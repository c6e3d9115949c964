"""The index equals the record, after any sequence of changes, failures, restarts and rebuilds."""

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.broker.projector import Projector
from connector.ports.broker_store import Delta, Entry
from connector.ports.search_index import Query
from connector.ports.store_errors import Unavailable
from connector.store.index.index import TantivyIndex, open_index
from connector.store.memory.record import MemoryBrokerStore
from tests.contract.test_record import NOW, entry, source


class Failing(TantivyIndex):
    """An index whose writes fail as often as is said."""

    failures = 0

    async def _write(self, built: bool, job: Any) -> None:
        await super()._write(built, job)
        if self.failures:
            self.failures -= 1
            track = self._built if built else self._served
            if track:
                await self._run(self._writing, lambda: self._reopen(track))
            raise Unavailable("The disk is full.")


async def open_failing(root: Path | None) -> Failing:
    opened = await open_index(root)
    opened.__class__ = Failing
    assert isinstance(opened, Failing)
    return opened


async def compare(record: MemoryBrokerStore, index: TantivyIndex) -> None:
    """Check that the index has each present entry with its present title, and no other."""
    present = {found.row: found.titles["de"] for found in await record.changes(0, 1000) if found.removed_at is None}
    everything = await index.find(Query(limit=1000))
    assert {row for row, _ in everything.hits} == present.keys()
    assert everything.total == len(present)
    for title in set(present.values()):
        found = await index.find(Query(text=f'"{title}"', limit=1000))
        assert {row for row, _ in found.hits} == {row for row, stored in present.items() if stored == title}
    assert index.progress().served == await record.last_change()


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(0, 6), st.sampled_from(["Wald", "Wiese", "Weg"])),
        st.tuples(st.just("remove"), st.integers(0, 6), st.just("")),
        st.tuples(st.sampled_from(["follow", "restart", "rebuild"]), st.just(0), st.just("")),
        st.tuples(st.just("fail"), st.integers(1, 3), st.just("")),
    ),
    max_size=12,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
async def test_after_anything_the_index_equals_the_record(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, str]]
) -> None:
    root = tmp_path_factory.mktemp("index")
    record, index = MemoryBrokerStore(), await open_failing(root)
    projector = Projector(record, index, clock=time.monotonic)
    for step, number, title in steps:
        if step == "put":
            await record.apply(Delta(source=source(), upserts=(entry(f"d{number}", title),)), NOW)
        elif step == "remove":
            await record.apply(Delta(source=source(), removed=(f"d{number}",)), NOW)
        elif step == "fail":
            index.failures = number
        elif step == "rebuild":
            projector.request_rebuild()
        elif step == "restart":
            await index.close()
            index = await open_failing(root)
            projector = Projector(record, index, clock=time.monotonic)
        else:
            with contextlib.suppress(Unavailable):
                await projector.follow()
    index.failures = 0
    await projector.follow()
    await compare(record, index)
    await index.close()


@pytest.fixture
async def index() -> AsyncIterator[TantivyIndex]:
    opened = await open_index(None)
    yield opened
    await opened.close()


async def put(record: MemoryBrokerStore, *entries: Entry) -> None:
    await record.apply(Delta(source=source(), upserts=entries), NOW)


async def test_many_changes_are_followed_in_batches(index: TantivyIndex) -> None:
    record = MemoryBrokerStore()
    await put(record, *(entry(f"d{number}") for number in range(250)))
    await Projector(record, index, clock=time.monotonic).follow()
    assert (await index.find(Query())).total == 250


async def test_what_takes_longer_than_a_turn_is_followed_to_the_end(index: TantivyIndex) -> None:
    record, ticks = MemoryBrokerStore(), itertools.count(0.0, 1.5)
    projector = Projector(record, index, clock=lambda: next(ticks))
    await put(record, *(entry(f"d{number}") for number in range(350)))
    await projector.follow()
    await put(record, *(entry(f"e{number}") for number in range(350)))
    await projector.follow()
    await compare(record, index)


class Asked(TantivyIndex):
    """An index that is to be built anew while it is written: `wish` is called with the first entries."""

    wish: Callable[[], None] = staticmethod(lambda: None)

    async def put(self, entries: Sequence[Entry], *, built: bool = False) -> None:
        await super().put(entries, built=built)
        wish, self.wish = self.wish, lambda: None
        wish()


async def test_a_rebuild_that_is_asked_for_in_the_middle_of_another_loses_nothing(index: TantivyIndex) -> None:
    record = MemoryBrokerStore()
    await put(record, *(entry(f"d{number}") for number in range(350)))
    index.__class__ = Asked
    assert isinstance(index, Asked)
    projector = Projector(record, index, clock=time.monotonic)
    for _ in range(2):
        index.wish = projector.request_rebuild
        await projector.follow()
        await compare(record, index)
        assert index.progress().built is None
        projector.request_rebuild()


async def test_an_older_record_makes_the_index_anew(index: TantivyIndex) -> None:
    first, second = MemoryBrokerStore(), MemoryBrokerStore()
    await put(first, entry("a", "Alt"), entry("b", "Alt"))
    await Projector(first, index, clock=time.monotonic).follow()
    await put(second, entry("c", "Neu"))
    await Projector(second, index, clock=time.monotonic).follow()
    assert (await index.find(Query(text="alt"))).total == 0
    await compare(second, index)


async def test_a_change_is_found_within_two_seconds_and_many_share_commits(index: TantivyIndex) -> None:
    record = MemoryBrokerStore()
    projector = Projector(record, index, clock=time.monotonic)
    task = asyncio.create_task(projector.run())
    try:
        async with asyncio.timeout(10):
            while not index.progress().answers:  # noqa: ASYNC110 - the index tells nobody
                await asyncio.sleep(0.01)
            for number in range(5):
                await put(record, entry(f"d{number}"))
                projector.wake()
                began = time.monotonic()
                while (await index.find(Query())).total <= number:  # noqa: ASYNC110 - the index tells nobody
                    await asyncio.sleep(0.02)
                assert time.monotonic() - began < 5
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_while_the_index_is_built_anew_changes_are_found_and_searches_answered(index: TantivyIndex) -> None:
    record = MemoryBrokerStore()
    projector = Projector(record, index, clock=time.monotonic)
    await put(record, *(entry(f"d{number}") for number in range(150)))
    await projector.follow()
    projector.request_rebuild()
    assert (await index.find(Query())).total == 150
    await put(record, entry("new", "Neu"))
    await projector.follow()
    await compare(record, index)
    assert index.progress().built is None
