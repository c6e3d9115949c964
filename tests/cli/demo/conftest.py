"""A demonstration whose participants are one management API at the edge of HTTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.cli.demo.show import Show
from connector.cli.demo.stage import Actor, Stage
from connector.cli.frame.output import Output
from connector.client import Connector
from tests.cli.management import KEY, Management, asset, served, transfer


@pytest.fixture
def management() -> Iterator[Management]:
    """The management API of all participants."""
    with served(Management()) as running:
        yield running


@pytest.fixture
def show(management: Management, tmp_path: Path) -> Iterator[Show]:
    """A demonstration after its first act, with an asset and a live transfer."""
    stage = Stage(tmp_path)
    stage.actors["city"] = Actor(name="Stadt", id="urn:city", directory=tmp_path, ports={}, key=KEY)
    with Connector(management.url, KEY) as client:
        yield Show(
            output=Output(json=False, lang="en"),
            stage=stage,
            data=None,
            port_base=None,
            clients=dict.fromkeys(("city", "firm", "other"), client),
            assets=[asset()],
            live=asset(id="parking", title={"en": "Parking"}),
            live_transfer=transfer("STARTED", id="urn:live", keep=True, peer_pid="urn:peer"),
        )
