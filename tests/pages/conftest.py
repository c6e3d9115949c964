from pathlib import Path

import pytest

from tests.support.plane import Desk
from tests.web.office import Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(Desk(tmp_path))
