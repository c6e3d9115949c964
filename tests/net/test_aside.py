import asyncio
import threading

from connector.net.aside import SMALL, work_aside


async def test_little_work_is_done_at_once_and_much_beside_the_loop_one_after_the_other() -> None:
    here = threading.get_ident()
    assert await work_aside(SMALL, threading.get_ident) == here
    places = await asyncio.gather(*(work_aside(SMALL + 1, threading.get_ident) for _ in range(5)))
    assert len({*places, here}) == 2


async def test_the_loop_goes_on_while_work_is_done_beside_it() -> None:
    goes_on = threading.Event()
    work = asyncio.create_task(work_aside(SMALL + 1, lambda: goes_on.wait(10)))
    await asyncio.sleep(0)
    goes_on.set()
    assert await work
