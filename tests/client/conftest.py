from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.client import Connector
from tests.support.plane import Blocked, Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "received")


@pytest.fixture
def connector(desk: Desk) -> Iterator[Connector]:
    with Connector("http://connector", "chief", transport=Blocked(desk.app)) as made:
        yield made
