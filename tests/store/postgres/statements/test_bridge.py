"""A plain function waits for what only a task can wait for."""

import asyncio

import pytest

from connector.store.postgres.statements.bridge import run_bridged, wait_for


async def _answer(number: int) -> int:
    await asyncio.sleep(0)
    return number


async def test_a_plain_function_gets_the_results_of_what_it_waits_for() -> None:
    def add(first: int, *, second: int) -> int:
        return wait_for(_answer(first)) + wait_for(_answer(second))

    assert await run_bridged(add, 2, second=3) == 5


async def test_functions_of_several_tasks_wait_side_by_side() -> None:
    def count(number: int) -> int:
        return sum(wait_for(_answer(number)) for _ in range(20))

    assert await asyncio.gather(*(run_bridged(count, number) for number in range(20))) == [20 * n for n in range(20)]


async def test_an_error_is_raised_where_it_was_waited_for() -> None:
    async def fail() -> None:
        raise KeyError("gone")

    def mend() -> str:
        try:
            wait_for(fail())
        except KeyError:
            return "mended"
        return "no error"

    assert await run_bridged(mend) == "mended"
    with pytest.raises(KeyError):
        await run_bridged(lambda: wait_for(fail()))


async def test_a_cancellation_ends_the_function_too() -> None:
    ended = []

    def wait() -> None:
        try:
            wait_for(asyncio.Event().wait())
        finally:
            ended.append(True)

    task = asyncio.create_task(run_bridged(wait))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == [True]
