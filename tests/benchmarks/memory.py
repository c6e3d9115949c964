"""The resident memory of both sides: after the start, in use, at its peak under load for a minute, and a minute later.

In use is after a few negotiations: what the first call and the first message load stays, with load or without.
"""

import asyncio
import time

import uvloop

from connector.cli.demo.stage import Stage
from tests.benchmarks.api import IN_FLIGHT, negotiate_many
from tests.benchmarks.figures import Figure, figure
from tests.benchmarks.outside import Order, call_actor, offer_file, run_actors
from tests.benchmarks.pulls import Memory, resident_mb

LOADED_S = REST_S = 60.0
FEW = 8
SIDES = {"provider": "city", "consumer": "firm"}


def measure(order: Order) -> list[Figure]:
    """Return the megabytes of each side; the load is negotiations by the consumer's API, many in flight."""
    stage = order.make_stage(*SIDES.values())
    with run_actors(stage, *SIDES.values()):
        pids = {side: stage.processes[word].pid for side, word in SIDES.items()}
        started = {side: resident_mb(pid) for side, pid in pids.items()}
        peaks = {side: Memory(pid) for side, pid in pids.items()}
        dataset = offer_file(stage.actors["city"])
        uvloop.run(_use(stage, dataset))
        used = {side: resident_mb(pid) for side, pid in pids.items()}
        done = uvloop.run(_load(stage, dataset))
        loaded = {side: peak.peak_mb() for side, peak in peaks.items()}
        time.sleep(REST_S)
        after = {side: resident_mb(pid) for side, pid in pids.items()}
    found = [figure("memory.negotiations", done, "1")]
    for side in SIDES:
        found.append(figure(f"memory.{side}_start_mb", started[side], "MB"))
        found.append(figure(f"memory.{side}_used_mb", used[side], "MB"))
        found.append(figure(f"memory.{side}_loaded_mb", loaded[side], "MB"))
        found.append(figure(f"memory.{side}_after_mb", after[side], "MB", used[side]))
    return found


async def _use(stage: Stage, dataset: str) -> None:
    async with call_actor(stage.actors["firm"]) as firm:
        await negotiate_many(firm, stage.actors["city"].id, dataset, FEW)


async def _load(stage: Stage, dataset: str) -> int:
    """Negotiate for a minute; return how often."""
    done, end = 0, asyncio.get_running_loop().time() + LOADED_S
    async with call_actor(stage.actors["firm"]) as firm:
        while asyncio.get_running_loop().time() < end:
            await negotiate_many(firm, stage.actors["city"].id, dataset, IN_FLIGHT * 2)
            done += IN_FLIGHT * 2
    return done
