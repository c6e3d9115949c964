"""Lets the chapters, which are plain functions, wait for a database: their statements are awaited by whoever called.

A chapter runs in a greenlet. For each statement it hands an awaitable to the task outside and gets its result back. So
one text of each chapter serves both databases, and SQLite has no layer more.
"""

from collections.abc import Awaitable, Callable
from typing import Any, ParamSpec, TypeVar

from greenlet import getcurrent, greenlet

P = ParamSpec("P")
R = TypeVar("R")


async def run_bridged(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Return the result of `function`, whose statements wait in the calling task. Raises what it raises."""
    inside = greenlet(function)
    outcome: Any = inside.switch(*args, **kwargs)
    while not inside.dead:
        try:
            result = await outcome
        except BaseException as fault:  # noqa: BLE001 - the chapter decides about it, also about a cancellation
            outcome = inside.throw(fault)
        else:
            outcome = inside.switch(result)
    found: R = outcome
    return found


def wait_for(awaitable: Awaitable[R]) -> R:
    """Return the result of an awaitable, from inside of a function that is bridged."""
    outside = getcurrent().parent
    assert outside is not None
    result: R = outside.switch(awaitable)
    return result
