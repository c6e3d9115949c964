"""How many functions a negotiation calls, both sides in one process: a figure that no load of the machine changes.

Functions in Python and in C count alike, and a coroutine counts each time it goes on. Small functions of C that the
interpreter has instructions for, as `len`, are counted too. `python -m tests.benchmarks.calls` shows which they are;
a number behind it says how many negotiations are in flight.
"""

import asyncio
import contextlib
import cProfile
import io
import pstats
import sys
import tempfile
from pathlib import Path

import uvloop

from connector.app import logs
from connector.app.connector import build
from connector.app.serve import tune
from connector.cli.demo.stage import Stage
from connector.settings import load
from connector.views.assets import AssetOrder
from tests.benchmarks.figures import Figure, figure

WARM, COUNTED = 20, 60
SETTLED_S = 0.3
"""The provider settles the last acknowledgement after the consumer is done."""


def measure(base: Path) -> list[Figure]:
    """Return the calls of a negotiation of two participants, each with a store and a listener of its own."""
    return [figure("negotiation.python_calls", count(profile_pair(base / "calls"), COUNTED), "calls")]


def count(profile: cProfile.Profile, negotiations: int) -> float:
    """Return the calls of one of the negotiations that were profiled."""
    rows = pstats.Stats(profile).stats.values()  # type: ignore[attr-defined]
    total: int = sum(row[1] for row in rows)
    return total / negotiations


def profile_pair(base: Path, *, counted: int = COUNTED, in_flight: int = 1) -> cProfile.Profile:
    """Profile two participants who negotiate, with the log at its usual level."""
    with contextlib.redirect_stderr(io.StringIO()):
        logs.set_up("human", "info")
        return uvloop.run(_profile(Stage(base), counted, in_flight))


async def _profile(stage: Stage, counted: int, in_flight: int) -> cProfile.Profile:
    from tests.benchmarks.negotiation import TERMS, negotiate

    for word in ("broker", "city", "firm"):
        stage.set_up(word, f"Bench {word}", port_base=None)
    stage.enrol({})
    tune()
    city, firm = stage.actors["city"], stage.actors["firm"]
    (city.directory / "offered" / "file").write_text("x")
    provider, consumer = await build(load(city.settings)), await build(load(firm.settings))
    profile = cProfile.Profile()
    await provider.start()
    await consumer.start()
    try:
        order = AssetOrder(title={"de": "Bench"}, source={"kind": "file", "path": "file"}, policy=TERMS)
        with city.client() as client:
            asset = await asyncio.to_thread(client.assets.add, order)
            await asyncio.to_thread(client.assets.publish, asset.id)
        gate = asyncio.Semaphore(in_flight)

        async def one() -> None:
            async with gate:
                await negotiate(consumer, city.id, asset.id, asset.offer_id)

        # Connections are opened before anything is counted: as many as are in flight.
        await asyncio.gather(*(one() for _ in range(WARM + in_flight)))
        await asyncio.sleep(SETTLED_S)
        profile.enable()
        await asyncio.gather(*(one() for _ in range(counted)))
        await asyncio.sleep(SETTLED_S)
    finally:
        profile.disable()
        await consumer.stop()
        await provider.stop()
    return profile


if __name__ == "__main__":
    in_flight = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    counted = COUNTED * 4 if in_flight > 1 else COUNTED
    with tempfile.TemporaryDirectory() as folder:
        shown = io.StringIO()
        profile = profile_pair(Path(folder), counted=counted, in_flight=in_flight)
        pstats.Stats(profile, stream=shown).sort_stats("ncalls").print_stats(200)
        print(shown.getvalue())
        print(f"{count(profile, counted):,.0f} calls a negotiation, {in_flight} in flight")
