"""An event loop whose time is virtual: it jumps to the next timer instead of waiting, so hours pass in milliseconds.

It is an asyncio loop in all else, so that real applications run on it; sockets and threads never answer here.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Jump(selectors.SelectSelector):
    """A selector that never waits: a time-out is a jump of the clock."""

    loop: "VirtualLoop"

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("the scenario waits for something that can never happen")
        self.loop.jump(timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An asyncio loop on virtual time, beginning at 0."""

    def __init__(self) -> None:
        selector = _Jump()
        selector.loop = self
        self._virtual = 0.0
        super().__init__(selector)

    def time(self) -> float:
        return self._virtual

    def jump(self, seconds: float) -> None:
        if seconds > 0:
            # A hair more than asked for, or a timer could be found not yet due for ever by rounding.
            self._virtual += seconds + 1e-6


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end on a fresh virtual loop."""
    loop = VirtualLoop()
    asyncio.set_event_loop(loop)
    try:
        return loop.run_until_complete(main)
    finally:
        while left := asyncio.all_tasks(loop):
            for task in left:
                task.cancel()
            loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        asyncio.set_event_loop(None)
        loop.close()
