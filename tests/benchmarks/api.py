"""Contract negotiations by the management API of a consumer: both sides are processes, and the driver asks and waits.

Each negotiation is two calls: the request, for which the consumer reads the dataset of the provider, and the wait for
its end.
"""

import asyncio
import time

import uvloop

from connector.cli.demo.stage import Stage
from tests.benchmarks.figures import Figure, figure, percentile
from tests.benchmarks.outside import ApiCaller, Order, call_actor, offer_file, run_actors
from tests.benchmarks.pulls import cpu_s

WARM, IDLE, MANY, IN_FLIGHT = 200, 100, 2_000, 64


def measure(order: Order) -> list[Figure]:
    """Return throughput with many in flight, the CPU time of both sides for each, and the latency of one alone."""
    stage = order.make_stage("city", "firm")
    with run_actors(stage, "city", "firm"):
        return uvloop.run(_drive(stage, offer_file(stage.actors["city"])))


async def _drive(stage: Stage, dataset: str) -> list[Figure]:
    provider, pids = stage.actors["city"].id, (stage.processes["city"].pid, stage.processes["firm"].pid)
    async with call_actor(stage.actors["firm"]) as firm:
        await negotiate_many(firm, provider, dataset, WARM)
        alone = [await _time_one(firm, provider, dataset) for _ in range(IDLE)]
        before, begun = cpu_s(pids), time.perf_counter()
        await negotiate_many(firm, provider, dataset, MANY)
        spent, worked = time.perf_counter() - begun, cpu_s(pids) - before
    return [
        figure("negotiation.api_per_s", MANY / spent, "1/s"),
        figure("negotiation.api_cpu_ms", worked / MANY * 1000, "ms"),
        figure("negotiation.api_idle_p50_ms", percentile(alone, 0.5) * 1000, "ms"),
    ]


async def negotiate_many(caller: ApiCaller, provider: str, dataset: str, count: int) -> None:
    """Negotiate `count` times, with `IN_FLIGHT` at a time."""
    left = iter(range(count))

    async def go_on() -> None:
        for _ in left:
            await caller.negotiate(provider, dataset)

    await asyncio.gather(*(go_on() for _ in range(IN_FLIGHT)))


async def _time_one(caller: ApiCaller, provider: str, dataset: str) -> float:
    begun = time.perf_counter()
    await caller.negotiate(provider, dataset)
    return time.perf_counter() - begun
