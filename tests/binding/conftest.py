"""A fresh connector at whose door a test knocks; afterwards no secret may stand in the log."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from connector.app.connector import build
from connector.controlplane.usecases.offering import assets
from connector.views.assets import AssetOrder
from tests.binding.door import Door
from tests.pair.space import SOON, Space
from tests.support.rooms import Undecided


@pytest.fixture
async def door(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Door]:
    caplog.set_level(logging.DEBUG)
    space = Space(tmp_path)
    space.found("city", "firm", "other")
    settings = space.settings("city", SOON)
    # Whatever is kept was put there by a request, and not by a decision or a worker that goes on with it.
    city = await build(settings, transport=space.wire, decider=lambda _: Undecided())
    tmp_path.joinpath("city", "offered", "counts.csv").write_bytes(b"street;cars\n")
    draft = AssetOrder(title={"de": "Zählung"}, source={"kind": "file", "path": "counts.csv"}, id="urn:dataset:counts")
    asset = await assets.publish(city.publisher, (await assets.add(city.publisher, draft)).id)
    await city.worker.stop(0)
    made = Door(space, city, asset.offer_id, asset.id)
    try:
        yield made
    finally:
        await made.close()
        await city.stop()
    assert not [token for token in made.tokens if token in caplog.text]
