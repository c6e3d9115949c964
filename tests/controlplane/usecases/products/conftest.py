from pathlib import Path

import pytest

from tests.controlplane.usecases.products.workshop import Workshop
from tests.support.plane import Desk


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(Desk(tmp_path / "received"))
