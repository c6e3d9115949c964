"""A data space on disk, whose settings build a connector or a broker with listeners on free ports."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from connector.settings import DataSettings, Settings
from tests.pair.space import SOON, Space


@pytest.fixture
def space(tmp_path: Path) -> Space:
    made = Space(tmp_path)
    made.found("city", "firm")
    return made


def listening(space: Space, name: str) -> Settings:
    """Return the settings of a participant, with free ports for all its listeners."""
    plain = space.settings(name, SOON)
    return replace(
        plain,
        protocol=replace(plain.protocol, port=0),
        data=DataSettings(port=0, public_url=plain.data.public_url),
        management=replace(plain.management, port=0),
        broker=replace(plain.broker, port=0),
    )
