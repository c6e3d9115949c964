"""The two sides of a transfer, and an HTTP client that is not a connector."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.dataplane.world import Side, side


@pytest.fixture
async def provider(tmp_path: Path) -> AsyncIterator[Side]:
    async with side(tmp_path / "provider") as made:
        yield made


@pytest.fixture
async def consumer(tmp_path: Path) -> AsyncIterator[Side]:
    async with side(tmp_path / "consumer") as made:
        yield made


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        yield session


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root for files, with links that leave it, a pipe, and a secret beside it."""
    (tmp_path / "secret").write_bytes(b"secret")
    root = tmp_path / "root"
    (root / "folder").mkdir(parents=True)
    (root / "folder/a").write_bytes(b"a")
    (root / "out").symlink_to(tmp_path)
    (root / "link").symlink_to(tmp_path / "secret")
    (root / "folder/link").symlink_to(tmp_path / "secret")
    os.mkfifo(root / "pipe")
    return root
