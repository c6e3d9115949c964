"""A provider that can treat records."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.dataplane.records import TREATING
from tests.dataplane.world import Side, side


@pytest.fixture
async def provider(tmp_path: Path) -> AsyncIterator[Side]:
    async with side(tmp_path / "provider", treating=TREATING) as made:
        yield made
