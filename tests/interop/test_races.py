"""Deployed connectors do not lose a contract with us: 100 of 100, whoever begins and however its writes race.

A message of ours that comes while it still stores its own last step conflicts, is lost after its acknowledgement, or
makes it repeat itself with another agreement. A proxy delays its answers, so that this happens to almost all of them.
"""

import asyncio
import itertools
import random
from collections import Counter

import pytest

from connector.controlplane.usecases import negotiation
from tests.interop.deployed import Deployed
from tests.interop.ours import DATASET, PEER, Ours, play
from tests.support.transport import InProcess

COUNT = 100
RACES = ["conflicts", "falls back", "repeats"]
# "In minutes": what a lost message may cost, in seconds of the virtual clock.
MINUTES_S = 600.0


def space(timing: str, proxy_s: float, races: list[str]) -> tuple[Ours, Deployed]:
    wire = InProcess()
    us, peer = Ours(wire), Deployed(wire)
    chance = random.Random(f"{timing} {proxy_s} {races}")
    peer.timing, peer.proxy_s = timing, proxy_s
    # A connector that races shows it by a conflict first.
    kinds = itertools.chain(["conflicts"] * 3, iter(lambda: chance.choice(races), ""))
    peer.races = lambda: next(kinds)
    return us, peer


async def all_finalized(us: Ours, peer: Deployed) -> None:
    """Wait until all processes are final on both sides, on the same agreements."""

    async def done() -> bool:
        rows = await us.negotiations()
        return len(rows) == COUNT and all(row.state in {"FINALIZED", "TERMINATED"} for row in rows)

    await us.until(done, MINUTES_S)
    await asyncio.sleep(MINUTES_S)
    ours = await us.negotiations()
    assert Counter(row.state for row in ours) == {"FINALIZED": COUNT}, Counter(str(row.ended) for row in ours)
    assert Counter(row.state for row in peer.rows.values()) == {"FINALIZED": COUNT}
    assert peer.final == []


@pytest.mark.parametrize("proxy_s", [0.0, 0.3])
@pytest.mark.parametrize("timing", ["before", "at once", "later"])
def test_every_contract_that_we_ask_for_is_final_on_both_sides(timing: str, proxy_s: float) -> None:
    us, peer = space(timing, proxy_s, RACES)

    async def scenario() -> None:
        async with us.working():
            for _ in range(COUNT):
                await negotiation.request(us.rooms.evaluator, us.rooms.counterparties, PEER, DATASET)
            await all_finalized(us, peer)

    play(scenario())


@pytest.mark.parametrize("proxy_s", [0.0, 0.3])
@pytest.mark.parametrize("timing", ["before", "at once", "later"])
def test_every_contract_that_it_asks_for_is_final_on_both_sides(timing: str, proxy_s: float) -> None:
    us, peer = space(timing, proxy_s, RACES)

    async def scenario() -> None:
        async with us.working():
            offer_id = await us.offers()
            await asyncio.gather(*(peer.request(offer_id) for _ in range(COUNT)))
            await all_finalized(us, peer)

    play(scenario())
