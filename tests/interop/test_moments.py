"""A peer that is out of order for a moment loses no contract: whatever stands in front of it answers meanwhile."""

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response

from connector.controlplane.usecases import negotiation
from tests.interop.deployed import HTML, Deployed
from tests.interop.ours import DATASET, PEER, Ours, play
from tests.support.transport import InProcess

# What stands in front of a connector says while the connector is not there: status, body, header fields.
MOMENTS: dict[str, Callable[[], Response]] = {
    "no token server": lambda: Response(b"", 401),
    "no route yet": lambda: Response(b"default backend - 404", 404),
    "no route yet, as a page": lambda: Response(HTML, 404, media_type="text/html"),
    "a firewall": lambda: Response(HTML, 403, media_type="text/html"),
    "too many": lambda: Response(b"", 429),
    "maintenance": lambda: Response(HTML, 503, headers={"Retry-After": "86400"}),
    "no upstream": lambda: Response(HTML, 502),
    "slow upstream": lambda: Response(HTML, 504),
}


MOODS = sorted(MOMENTS)


class Moody(Deployed):
    """The deployed connector behind a front that answers by itself while `mood` is set; `deaf` says it acted first."""

    mood: str | None = None
    deaf = False

    async def _take(self, request: Request) -> Response:
        if self.mood is None or request.url.path.startswith("/protocol/2025-1/catalog"):
            return await super()._take(request)
        if self.deaf:
            await super()._take(request)
        return MOMENTS[self.mood]()


async def survives(moods: list[tuple[str, float, float]], timing: str, *, deaf: bool) -> None:
    """Negotiate in both roles while the front is in these moods, each from a second on for so many seconds."""
    wire = InProcess()
    us, peer = Ours(wire), Moody(wire)
    peer.timing, peer.deaf = timing, deaf

    async def scenario() -> None:
        offer_id = await us.offers()
        async with us.working():
            for _ in range(2):
                await negotiation.request(us.rooms.evaluator, us.rooms.counterparties, PEER, DATASET)
            await asyncio.sleep(0.01)
            peer_asks = [asyncio.create_task(peer.request(offer_id)) for _ in range(2)]
            for mood, after, seconds in moods:
                await asyncio.sleep(after)
                peer.mood = mood
                await asyncio.sleep(seconds)
                peer.mood = None
            await asyncio.gather(*peer_asks)
            await asyncio.sleep(7200)
            ours = await us.negotiations()
            assert [(row.state, row.ended) for row in ours] == [("FINALIZED", None)] * 4
            assert {row.state for row in peer.rows.values()} == {"FINALIZED"}

    await scenario()


@pytest.mark.parametrize("deaf", [False, True])
@pytest.mark.parametrize("mood", MOMENTS)
def test_a_moment_of_half_a_minute_ends_no_contract(mood: str, deaf: bool) -> None:
    play(survives([(mood, 0.0, 30.0)], "at once", deaf=deaf))


@settings(max_examples=20, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(
    st.lists(st.tuples(st.sampled_from(MOODS), st.sampled_from([0.0, 0.3, 3.0]), st.floats(0, 30)), max_size=3),
    st.sampled_from(["before", "at once", "later"]),
    st.booleans(),
)
def test_moments_one_after_the_other_end_no_contract(
    moods: list[tuple[str, float, float]], timing: str, deaf: bool
) -> None:
    play(survives(moods, timing, deaf=deaf))
