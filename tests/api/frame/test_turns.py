"""Requests begin in turns: a burst delays nobody who asks for little, and nobody loses a place."""

import asyncio

from starlette.types import Message, Receive, Scope, Send

from connector.api.frame.turns import Turns
from tests.broker.crawling import until


class Noting:
    """An application that notes what began; `gate` holds its requests back."""

    def __init__(self) -> None:
        self.began: list[str] = []
        self.gate: asyncio.Event | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.began.append(scope["path"])
        if self.gate:
            await self.gate.wait()


async def receive() -> Message:
    raise AssertionError("nothing is read")


async def send(_: Message) -> None:
    raise AssertionError("nothing is sent")


async def test_health_is_answered_between_the_requests_of_a_burst() -> None:
    noting = Noting()
    turns = Turns(noting, first=("/health",))
    burst = [asyncio.create_task(turns({"type": "http", "path": f"/{at}"}, receive, send)) for at in range(100)]
    await asyncio.create_task(turns({"type": "http", "path": "/health"}, receive, send))
    assert noting.began.index("/health") < 5
    await asyncio.gather(*burst)
    assert [path for path in noting.began if path != "/health"] == [f"/{at}" for at in range(100)]


async def test_a_request_that_runs_or_was_given_up_holds_no_turn() -> None:
    noting = Noting()
    noting.gate = asyncio.Event()
    turns = Turns(noting, first=())
    running = [asyncio.create_task(turns({"type": "http", "path": f"/{at}"}, receive, send)) for at in range(20)]
    running[3].cancel()
    await until(lambda: len(noting.began) == 19)
    assert "/3" not in noting.began
    noting.gate.set()
    await asyncio.gather(*running, return_exceptions=True)


async def test_what_is_no_request_passes() -> None:
    noting = Noting()
    await Turns(noting, first=())({"type": "lifespan", "path": "-"}, receive, send)
    assert noting.began == ["-"]
