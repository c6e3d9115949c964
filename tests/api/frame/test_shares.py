"""A caller has a share of the work, which it gives back as soon as an answer begins."""

import asyncio

from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from connector.api.frame.shares import ShareGate, leave_share, take_share
from connector.net.slots import CallerShares
from tests.broker.crawling import until


class Working:
    """An application that takes the share of the caller whom the path names, works, and answers slowly."""

    def __init__(self) -> None:
        self.working: list[str] = []
        self.refused: list[str] = []
        self.worked, self.read = asyncio.Event(), asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not await take_share(Request(scope), scope["path"].strip("/")):
            self.refused.append(scope["path"])
            return
        self.working.append(scope["path"])
        await self.worked.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await self.read.wait()


async def receive() -> Message:
    raise AssertionError("nothing is read")


async def send(_: Message) -> None:
    return


def _ask(app: ShareGate, path: str) -> asyncio.Task[None]:
    return asyncio.create_task(app({"type": "http", "path": path, "headers": []}, receive, send))


async def test_many_requests_of_one_caller_are_in_front_of_nobody() -> None:
    working = Working()
    app = ShareGate(working, shares=CallerShares(at_once=2, waiting=3))
    asked = [_ask(app, "/a") for _ in range(9)] + [_ask(app, "/b")]
    await until(lambda: "/b" in working.working)
    assert (working.working, working.refused) == (["/a", "/a", "/b"], ["/a"] * 4)
    working.worked.set()
    # Nobody has read an answer yet: the requests that waited are worked on all the same.
    await until(lambda: len(working.working) == 6)
    working.read.set()
    await asyncio.gather(*asked)


async def test_a_request_that_is_given_up_gives_its_place_back() -> None:
    working = Working()
    app = ShareGate(working, shares=CallerShares(at_once=1, waiting=1))
    first, second = _ask(app, "/a"), _ask(app, "/a")
    await until(lambda: len(working.working) == 1)
    first.cancel()
    await until(lambda: len(working.working) == 2)
    second.cancel()
    await asyncio.gather(first, second, return_exceptions=True)


async def test_what_is_counted_elsewhere_gives_its_place_back_before_it_answers() -> None:
    lasting = asyncio.Event()
    began: list[str] = []

    async def last(scope: Scope, _receive: Receive, _send: Send) -> None:
        assert await take_share(Request(scope), "a")
        leave_share(Request(scope))
        began.append(scope["path"])
        await lasting.wait()

    app = ShareGate(last, shares=CallerShares(at_once=1, waiting=9))
    asked = [_ask(app, f"/{at}") for at in range(3)]
    await until(lambda: len(began) == 3)
    lasting.set()
    await asyncio.gather(*asked)


async def test_who_is_not_known_and_what_is_no_request_waits_for_nothing() -> None:
    working = Working()
    app = ShareGate(working, shares=CallerShares(at_once=1, waiting=1))
    asked = [_ask(app, "/") for _ in range(5)]
    await until(lambda: len(working.working) == 5)
    working.worked.set()
    working.read.set()
    await asyncio.gather(*asked)
