"""What a negotiation costs, counted: commits and calls of our own functions do not depend on the machine's load."""

import cProfile
import pstats
from collections import Counter
from pathlib import Path

import pytest

import connector as connector_package
from connector.app.connector import build
from connector.cli.demo.stage import Stage
from connector.settings import load
from connector.views.assets import AssetOrder
from tests.benchmarks.negotiation import TERMS, negotiate

NEGOTIATIONS = 40
MOST_CALLS = 1_020
"""Of our own functions, at a consumer: 1,265 when each message was first sealed, 975 now."""


@pytest.mark.e2e
async def test_a_consumer_makes_three_commits_for_a_negotiation_and_few_calls(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    for word in ("broker", "city", "firm"):
        stage.set_up(word, f"Cost {word}", port_base=None)
    stage.enrol({})
    stage.start("city")
    try:
        stage.await_ready("city")
        city = stage.actors["city"]
        (city.directory / "offered" / "file").write_text("x")
        order = AssetOrder(title={"de": "Kosten"}, source={"kind": "file", "path": "file"}, policy=TERMS)
        with city.client() as client:
            asset = client.assets.add(order)
            client.assets.publish(asset.id)
        connector = await build(load(stage.actors["firm"].settings))
        await connector.start()
        profile = cProfile.Profile()
        try:
            for _ in range(10):
                await negotiate(connector, city.id, asset.id, asset.offer_id)
            profile.enable()
            for _ in range(NEGOTIATIONS):
                await negotiate(connector, city.id, asset.id, asset.offer_id)
        finally:
            profile.disable()
            await connector.stop()
    finally:
        stage.stop()
    ours = str(Path(connector_package.__file__).parent)
    calls = Counter[str]()
    for (file, line, name), row in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        if file.startswith(ours):
            calls[f"{file.removeprefix(ours)}:{line} {name}"] += row[1]
    commits = sum(
        count for name, count in calls.items() if name.startswith("/store/sqlite/store.py") and "_apply" in name
    )
    # An acknowledgement whose next message is late has a commit of its own.
    assert commits / NEGOTIATIONS <= 3.5
    assert calls.total() / NEGOTIATIONS <= MOST_CALLS, calls.most_common(30)
