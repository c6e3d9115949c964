"""The body of a request: held within bounds, whole or a fault, and given up at the end."""

import asyncio

import pytest

from connector.net.serving.bounds import ServingBounds
from connector.net.serving.door import Door
from connector.net.serving.intake import Intake
from connector.net.serving.messages import BodyFault, Disconnected, PeerRequest


def intake(**bounds: int) -> tuple[Intake, Door]:
    door = Door(ServingBounds(**{"body": 100, "small": 10, "held": 50, **bounds}))  # type: ignore[arg-type]
    return Intake(PeerRequest(method="POST", path="/"), door, keep=True), door


async def test_a_body_is_waited_for_and_whole() -> None:
    body, _ = intake()
    waiting = asyncio.create_task(body.wait())
    body.add(b"ab")
    body.add(b"c")
    await asyncio.sleep(0)
    assert not waiting.done()
    body.end()
    assert await waiting == b"abc"


async def test_only_what_is_beyond_small_is_charged_and_given_back() -> None:
    body, door = intake()
    body.add(b"x" * 10)
    assert (door.held, body.full) == (0, True)
    body.wanted = True
    body.add(b"x" * 20)
    assert (door.held, body.full) == (20, False)
    body.release()
    body.release()
    assert door.held == 0


@pytest.mark.parametrize(("sizes", "status"), [((101,), 413), ((60, 41), 413), ((61,), 503)])
async def test_a_body_beyond_its_bounds_fails_and_holds_nothing(sizes: tuple[int, ...], status: int) -> None:
    body, door = intake()
    for size in sizes:
        body.add(b"x" * size)
    body.end()
    with pytest.raises(BodyFault) as caught:
        await body.wait()
    assert (caught.value.status, door.held) == (status, 0)


async def test_the_first_fault_counts_and_a_complete_body_has_none() -> None:
    body, _ = intake()
    body.fail(Disconnected())
    body.fail(BodyFault(400))
    with pytest.raises(Disconnected):
        await body.wait()
    whole, _ = intake()
    whole.end()
    whole.fail(Disconnected())
    assert await whole.wait() == b""
