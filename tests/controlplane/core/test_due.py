"""What is due is performed once, in time, and one failure stops no other."""

import asyncio
import itertools
from collections.abc import Sequence

from msgspec import Struct

from connector.controlplane.core.context import Context
from connector.controlplane.core.due import LONGEST_RETRY_MS, RETRY_MS, find_retry, perform_due
from connector.controlplane.core.watch import ProcessWatch
from connector.store.memory.store import MemoryStore


class Row(Struct, frozen=True):
    id: str
    due_at: int | None


def make_context() -> Context:
    serial = itertools.count(1)
    return Context(
        owner="default",
        participant="did:web:stadt.example",
        address="https://stadt.example",
        store=MemoryStore(),
        now=lambda: 100,
        new_id=lambda: f"urn:{next(serial)}",
        watch=ProcessWatch(),
        wake=lambda _: None,
    )


def test_the_pauses_grow_up_to_an_hour() -> None:
    pauses = [find_retry(failures, 0) for failures in range(1, 40)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (RETRY_MS, LONGEST_RETRY_MS)


async def test_what_is_due_is_performed_and_what_comes_later_when_it_is_told() -> None:
    context, done = make_context(), asyncio.Event()
    rows = {"a": Row("a", 50), "b": Row("b", 1_000_000)}
    performed: list[str] = []

    async def list_next(limit: int) -> Sequence[Row]:
        return sorted(rows.values(), key=lambda row: row.due_at or 0)[:limit]

    async def perform(row: Row) -> None:
        performed.append(row.id)
        rows.pop(row.id)
        done.set()

    task = asyncio.create_task(perform_due(context, "rows", list_next, perform))
    async with asyncio.timeout(10):
        await done.wait()
        assert performed == ["a"]
        done.clear()
        rows["b"] = Row("b", 60)
        context.watch.notify("rows")
        await done.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert performed == ["a", "b"]


async def test_a_row_that_fails_stops_no_other() -> None:
    context, done = make_context(), asyncio.Event()
    rows = {"a": Row("a", 1), "b": Row("b", 2)}

    async def list_next(limit: int) -> Sequence[Row]:
        return list(rows.values())[:limit]

    async def perform(row: Row) -> None:
        if row.id == "a":
            raise RuntimeError("defect")
        rows.pop("b")
        done.set()

    task = asyncio.create_task(perform_due(context, "rows", list_next, perform))
    async with asyncio.timeout(10):
        await done.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert list(rows) == ["a"]
