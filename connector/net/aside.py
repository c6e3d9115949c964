"""Work on foreign bytes beside the event loop.

All of it runs on one thread. Several would take turns with each other before the loop has its own; with one, the loop
waits for at most one turn.
"""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

T = TypeVar("T")

SMALL = 32 * 1024
"""The bytes that are worked on at once: they take about a millisecond."""


@cache
def _thread_of(_process: int) -> ThreadPoolExecutor:
    # A process that was forked has the pool of its parent without the thread.
    return ThreadPoolExecutor(1, thread_name_prefix="aside")


async def work_aside(size: int, work: Callable[[], T], *, small: int = SMALL) -> T:
    """Return the result of `work` on `size` bytes: at once if they are at most `small`, else beside the loop.

    Work that was begun ends, even if nobody waits for it any more: what it costs has to be bounded by its input.
    """
    if size <= small:
        return work()
    return await asyncio.get_running_loop().run_in_executor(_thread_of(os.getpid()), work)
