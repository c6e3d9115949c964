"""The values of the endpoints, and the listings and waits that chapters share."""

import asyncio
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, get_args, get_type_hints

import pytest
from pydantic import TypeAdapter, ValidationError

from connector.api.frame import desk
from connector.api.frame.desk import TimeQuery, find_desk_value, page, read_page, wait
from connector.api.frame.errors import ApiError
from connector.controlplane.core.watch import ProcessWatch
from connector.desk.values import Desk
from connector.store.memory.store import MemoryStore
from tests.contract.values import OWNER


class Counter:
    """A value that somebody changes while another waits for it."""

    def __init__(self) -> None:
        self.value = 0
        self.reads = 0
        self.was_read = asyncio.Semaphore(0)

    async def read(self) -> int:
        self.reads += 1
        self.was_read.release()
        return self.value

    async def read_and_change(self, watch: ProcessWatch) -> int:
        """Read the old value; the change is committed before the reader can begin to wait."""
        seen = await self.read()
        self.value = 1
        watch.notify("p")
        return seen


FOR_PAGES = {"mails", "look_at_machine", "received_days", "partial_days"}
"""Fields that only pages read."""


def test_each_parameter_has_the_field_of_its_type() -> None:
    fields = get_type_hints(Desk)
    values: Any = SimpleNamespace(**{field: field for field in fields})
    read = {}
    for annotation in [value for name, value in vars(desk).items() if name.startswith("At")]:
        mark = find_desk_value(annotation)
        assert mark
        read[mark.field(values)] = get_args(annotation)[0]
    assert read == {name: kind for name, kind in fields.items() if name not in FOR_PAGES}


async def test_a_page_of_the_store_is_a_page_of_views() -> None:
    async def read() -> tuple[Sequence[int], str | None]:
        return (1, 2), "next"

    found = await read_page(read(), str)
    assert (found.items, found.next) == (("1", "2"), "next")


async def test_an_unknown_cursor_is_refused() -> None:
    store = MemoryStore()
    with pytest.raises(ApiError) as caught:
        await read_page(store.holds(OWNER, page(10, "no cursor")), lambda hold: hold)
    assert (caught.value.status, caught.value.code) == (400, "cursor")


async def test_a_wait_answers_at_once_if_there_is_nothing_to_wait_for() -> None:
    counter = Counter()
    assert await wait(ProcessWatch(), "p", 60, counter.read, lambda value: value == 0) == 0
    assert counter.reads == 1


async def test_a_wait_reads_again_after_each_commit_of_its_process() -> None:
    counter, watch = Counter(), ProcessWatch()
    waiting = asyncio.create_task(wait(watch, "p", 60, counter.read, lambda value: value == 2))
    for value in (1, 2):
        await asyncio.wait_for(counter.was_read.acquire(), 4)
        counter.value = value
        watch.notify("p")
    assert await waiting == 2


async def test_a_commit_between_the_read_and_the_wait_is_not_missed() -> None:
    counter, watch = Counter(), ProcessWatch()
    found = await asyncio.wait_for(wait(watch, "p", 60, lambda: counter.read_and_change(watch), bool), 4)
    assert (found, counter.reads) == (1, 2)


async def test_a_wait_without_time_returns_the_present_value() -> None:
    counter = Counter()
    assert await wait(ProcessWatch(), "p", 0, counter.read, bool) == 0
    assert counter.reads == 1


@pytest.mark.parametrize("written", ["0", "-1.5e-235", "1796086899060", "1e3", "nan", ""])
def test_a_number_is_no_time(written: str) -> None:
    with pytest.raises(ValidationError, match="expected an instant"):
        TypeAdapter(TimeQuery).validate_python(written)
    assert TypeAdapter(TimeQuery).validate_python("2026-05-01T00:00:00Z") is not None
