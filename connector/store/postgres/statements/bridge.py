"""Lets the chapters, which are plain functions, wait for a database: their statements are awaited by whoever called.

A chapter runs in a greenlet. For each statement it hands an awaitable to the task outside and gets its result back. So
one text of each chapter serves both databases, and SQLite has no layer more.
"""

from collections.abc import Awaitable, Callable, Coroutine, Iterable
from functools import wraps
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


async def read_bridged(read: Coroutine[Any, Any, R]) -> R:
    """Return the result of a read, whose statements wait in the calling task."""
    return await run_bridged(_finish, read)


def _finish(read: Coroutine[Any, Any, R]) -> R:
    """Return the result of a read, which waits for nothing but its statements."""
    try:
        read.send(None)
    except StopIteration as done:
        found: R = done.value
        return found
    raise AssertionError(read)


def _bridge(read: Callable[..., Coroutine[Any, Any, R]]) -> Callable[..., Coroutine[Any, Any, R]]:
    @wraps(read)
    async def ask(self: Any, *args: Any, **kwargs: Any) -> R:
        found: R = await self.ask(read(self, *args, **kwargs))
        return found

    return ask


def bridge_all(kind: type, plain: type, names: Iterable[str]) -> None:
    """Let the reads of a class with some names be those of a `plain` one, each given to its method `ask`."""
    for name in names:
        setattr(kind, name, _bridge(getattr(plain, name)))
