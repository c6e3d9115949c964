"""How many functions a negotiation calls, both sides in one process: a figure that no load of the machine changes.

Functions in Python and in C count alike, and a coroutine counts each time it goes on. Small functions of C that the
interpreter has instructions for, as `len`, are counted too. `python -m tests.benchmarks.calls` shows which they are.
"""

import asyncio
import contextlib
import cProfile
import io
import pstats
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
    profile = profile_pair(base / "calls")
    rows = pstats.Stats(profile).stats.values()  # type: ignore[attr-defined]
    return [figure("negotiation.python_calls", sum(row[1] for row in rows) / COUNTED, "calls")]


def profile_pair(base: Path) -> cProfile.Profile:
    """Profile two participants who negotiate, with the log at its usual level."""
    with contextlib.redirect_stderr(io.StringIO()):
        logs.set_up("human", "info")
        return uvloop.run(_profile(Stage(base)))


async def _profile(stage: Stage) -> cProfile.Profile:
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
        for _ in range(WARM):
            await negotiate(consumer, city.id, asset.id, asset.offer_id)
        await asyncio.sleep(SETTLED_S)
        profile.enable()
        for _ in range(COUNTED):
            await negotiate(consumer, city.id, asset.id, asset.offer_id)
        await asyncio.sleep(SETTLED_S)
    finally:
        profile.disable()
        await consumer.stop()
        await provider.stop()
    return profile


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        shown = io.StringIO()
        pstats.Stats(profile_pair(Path(folder)), stream=shown).sort_stats("ncalls").print_stats(200)
        print(shown.getvalue())
