"""A long run: ten negotiations and five pulls a second, with the provider killed in the middle and started again.

At the end everything has to be final on both sides. A request that the consumer cannot begin, because its provider is
gone, is repeated as its caller would repeat it.
"""

import asyncio
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import uvloop

from connector.cli.demo.stage import Stage
from tests.benchmarks.figures import Figure, figure
from tests.benchmarks.outside import ApiCaller, ApiRefused, Order, call_actor, offer_file, run_actors
from tests.benchmarks.pulls import resident_mb

NEGOTIATIONS_PER_S, PULLS_PER_S = 10, 5
SETTLE_S, AGAIN_S, LONGEST_S = 180.0, 1.0, 120.0
SIDES = {"provider": "city", "consumer": "firm"}
KINDS = {"negotiations": {"FINALIZED", "TERMINATED"}, "transfers": {"COMPLETED", "TERMINATED"}}


def measure(order: Order) -> list[Figure]:
    """Return what became final on each side, what did not, and the memory of both in the second quarter and the last.

    Raises AssertionError if anything is left open, or was lost.
    """
    stage = order.make_stage(*SIDES.values())
    with run_actors(stage, *SIDES.values()):
        return uvloop.run(_soak(stage, order.minutes * 60))


async def _soak(stage: Stage, seconds: float) -> list[Figure]:
    dataset = offer_file(stage.actors["city"])
    async with call_actor(stage.actors["firm"]) as firm:
        first = await firm.negotiate(stage.actors["city"].id, dataset)
        asked = {"participant": stage.actors["city"].id, "dataset": dataset}
        begun: Counter[str] = Counter(negotiations=1)

        async def negotiate() -> None:
            await _insist(firm, "/v1/negotiations", asked)
            begun["negotiations"] += 1

        async def pull() -> None:
            await _insist(firm, "/v1/transfers", {"agreement": first["agreement_id"]})
            begun["transfers"] += 1

        work = (_repeat(negotiate, NEGOTIATIONS_PER_S, seconds), _repeat(pull, PULLS_PER_S, seconds))
        *_, kept = await asyncio.gather(*work, _kill_once(stage, seconds / 2), _note_memory(stage, seconds))
        found = await _await_final(stage, begun)
    return [
        *(figure(f"soak.{name}", count, "1") for name, count in found.items()),
        *(figure(f"soak.{side}_mb", kept[side][-1], "MB", kept[side][0]) for side in SIDES),
    ]


async def _repeat(begin: Callable[[], Awaitable[None]], per_s: float, seconds: float) -> None:
    """Begin something at a steady rate, whatever became of what was begun before."""
    tasks = []
    for number in range(round(per_s * seconds)):
        if number == 0:
            start = time.monotonic()
        await asyncio.sleep(max(start + number / per_s - time.monotonic(), 0))
        tasks.append(asyncio.create_task(_await(begin)))
    await asyncio.gather(*tasks)


async def _await(begin: Callable[[], Awaitable[None]]) -> None:
    await begin()


async def _insist(caller: ApiCaller, path: str, body: Any) -> None:
    until = time.monotonic() + LONGEST_S
    while True:
        try:
            await caller.call("POST", path, body)
        except ApiRefused:
            assert time.monotonic() < until, f"{path} is refused for {LONGEST_S} seconds"
            await asyncio.sleep(AGAIN_S)
        else:
            return


async def _kill_once(stage: Stage, after_s: float) -> None:
    await asyncio.sleep(after_s)
    stage.processes["city"].send_signal(signal.SIGKILL)
    await asyncio.to_thread(stage.processes["city"].wait)
    await asyncio.to_thread(stage.start, "city")
    await asyncio.to_thread(stage.await_ready, "city")


async def _note_memory(stage: Stage, seconds: float) -> dict[str, list[float]]:
    """Return the resident memory of each side at the end of each quarter, from the second on."""
    kept: dict[str, list[float]] = {side: [] for side in SIDES}
    await asyncio.sleep(seconds / 4)
    for _ in range(3):
        await asyncio.sleep(seconds / 4 - 1)
        for side, word in SIDES.items():
            kept[side].append(resident_mb(stage.processes[word].pid))
        await asyncio.sleep(1)
    return kept


async def _await_final(stage: Stage, begun: Counter[str]) -> dict[str, float]:
    """Wait until both sides have as many final processes as were begun; return their counts. Raises AssertionError."""
    until = time.monotonic() + SETTLE_S
    while True:
        found = {f"{side}_{kind}": await _count(stage, word, kind) for side, word in SIDES.items() for kind in KINDS}
        if all(states.keys() <= KINDS[name.partition("_")[2]] for name, states in found.items()):
            break
        assert time.monotonic() < until, f"not final: {found}"
        await asyncio.sleep(2)
    for name, states in found.items():
        assert states.total() == begun[name.partition("_")[2]], (name, states, begun)
    return {f"{name}_{state.lower()}": count for name, states in found.items() for state, count in states.items()}


async def _count(stage: Stage, word: str, kind: str) -> Counter[str]:
    states: Counter[str] = Counter()
    async with call_actor(stage.actors[word]) as caller:
        after = ""
        while True:
            page = await caller.call("GET", f"/v1/{kind}?limit=500{after}")
            states.update(str(row["state"]) for row in page["items"])
            if page["next"] is None:
                return states
            after = f"&after={page['next']}"
